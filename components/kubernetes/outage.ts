import type { Retry } from "./retry.ts";

/** When the API server was last out of reach, as far as this client noticed. */
export interface Outage {
  noticed(): void;
  /** Whether a refusal may come of it: a server that has just started does not know all roles and accounts yet. */
  isRecent(): boolean;
}

const SETTLING_MS = 30_000;

export function trackOutage({ now }: Pick<Retry, "now">): Outage {
  let last = -Infinity;
  return {
    noticed: () => {
      last = now();
    },
    isRecent: () => now() - last < SETTLING_MS,
  };
}
