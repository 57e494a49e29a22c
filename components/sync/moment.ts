/** A point in time by two clocks: one may be set, the other stands still while the machine sleeps. */
export interface Moment {
  readonly wall: number;
  readonly steady: number;
}

export function now(): Moment {
  return { wall: Date.now(), steady: performance.now() };
}

/** Milliseconds since then, rather too many than too few. */
export function atMostSince({ wall, steady }: Moment): number {
  return Math.max(Date.now() - wall, performance.now() - steady);
}
