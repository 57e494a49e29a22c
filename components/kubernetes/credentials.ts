import { readFile } from "node:fs/promises";

import { GitOpsError } from "../error.ts";
import type { ExecPlugin, PluginToken } from "./exec-plugin.ts";
import type { Credential } from "./user-settings.ts";

/** Gives the value of the Authorization header field. */
export interface Authorization {
  /** `undefined` when there is nothing to say: anonymous, or known by client certificate. */
  authorization(): Promise<string | undefined>;
  /** Forgets what was cached, unless it has been renewed since `rejected` was given out. */
  refresh(rejected?: string): void;
}

export interface AuthorizationOptions {
  readonly runPlugin: (plugin: ExecPlugin) => Promise<PluginToken>;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
}

/** What is about to expire is renewed before it is refused. */
const SKEW_MS = 10_000;
/** The same as in client-go: whoever rotates a token lets the old one live for longer than that. */
const REREAD_MS = 60_000;

export function createAuthorization(
  credential: Credential,
  { runPlugin, now = Date.now }: AuthorizationOptions,
): Authorization {
  switch (credential.kind) {
    case "none":
      return constant(undefined);
    case "token":
      return fixed(credential.token);
    case "basic":
      return constant(`Basic ${Buffer.from(`${credential.username}:${credential.password}`).toString("base64")}`);
    case "tokenFile":
      return fromTokenFile(credential.file, now);
    case "exec":
      return renewed(() => runPlugin(credential.plugin), now);
  }
}

/** A file that somebody else keeps fresh, as the kubelet does in a pod. */
export function fromTokenFile(file: string, now: () => number = Date.now): Authorization {
  return renewed(() => readToken(file, now), now);
}

/** A token that is given as it is; when it expires, so does the run. */
export function fixed(token: string): Authorization {
  return constant(`Bearer ${token}`);
}

function constant(value: string | undefined): Authorization {
  return { authorization: () => Promise.resolve(value), refresh: () => undefined };
}

async function readToken(file: string, now: () => number): Promise<PluginToken> {
  const token = await readFile(file, "utf8").catch((error: unknown) => {
    const code = (error as NodeJS.ErrnoException).code ?? "unknown error";
    throw new GitOpsError(`token file ${file} cannot be read (${code})`, { code: "Unauthorized" });
  });
  return { token: token.trim(), expiresAt: now() + REREAD_MS + SKEW_MS };
}

interface Held {
  readonly value: string;
  readonly until: number;
}

/** One source asked at most once at a time, however many requests wait for it. */
export function renewed(source: () => Promise<PluginToken>, now: () => number = Date.now): Authorization {
  let held: Held | undefined;
  let asking: Promise<Held> | undefined;

  async function ask(): Promise<Held> {
    try {
      const { token, expiresAt = Infinity } = await source();
      // Stale the moment it is given out: that is a clock that is wrong, or a token that lives for seconds. The server's 401 will tell.
      const until = expiresAt - SKEW_MS <= now() ? Infinity : expiresAt - SKEW_MS;
      held = { value: `Bearer ${token}`, until };
      return held;
    } finally {
      asking = undefined;
    }
  }

  return {
    async authorization() {
      if (held !== undefined && now() < held.until) return held.value;
      return (await (asking ??= ask())).value;
    },
    refresh(rejected) {
      if (rejected === undefined || held?.value === rejected) held = undefined;
    },
  };
}
