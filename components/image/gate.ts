/** Runs a task when there is room for it. */
export type Gate = <T>(task: () => Promise<T>) => Promise<T>;

export interface GateOptions {
  /** Tasks at the same time. */
  readonly concurrency: number;
  /** Tasks begun in a second; undefined is without limit. */
  readonly perSecond: number | undefined;
  readonly now: () => number;
  readonly wait: (milliseconds: number) => Promise<void>;
}

/** Tasks begin in the order in which they came. */
export function createGate({ concurrency, perSecond, now, wait }: GateOptions): Gate {
  const queue: (() => void)[] = [];
  let free = concurrency;
  let nextStart = 0;
  const pace = async (): Promise<void> => {
    if (perSecond === undefined) return;
    const start = Math.max(now(), nextStart);
    nextStart = start + 1000 / perSecond;
    if (start > now()) await wait(start - now());
  };
  return async (task) => {
    if (free > 0) free--;
    else await new Promise<void>((resolve) => queue.push(resolve));
    try {
      await pace();
      return await task();
    } finally {
      const next = queue.shift();
      if (next === undefined) free++;
      else next();
    }
  };
}
