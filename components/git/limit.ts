/** Runs a task when fewer than the allowed number of others are running; tasks begin in the order in which they came. */
export type Limit = <T>(task: () => Promise<T>) => Promise<T>;

/** @param patienceMs a task that takes longer gives its place away, so that a few slow ones keep nobody waiting; at most `most` of them */
export function createLimit(most: number, patienceMs?: number): Limit {
  const waiting: (() => void)[] = [];
  let free = most;
  let overdue = 0;

  function leave(): void {
    const next = waiting.shift();
    if (next === undefined) free++;
    else next();
  }

  return async (task) => {
    if (free > 0) free--;
    else await new Promise<void>((begin) => waiting.push(begin));
    const place = { isGivenAway: false };
    const giveAway = () => {
      if (overdue === most) return;
      place.isGivenAway = true;
      overdue++;
      leave();
    };
    const timer = patienceMs === undefined ? undefined : setTimeout(giveAway, patienceMs);
    try {
      return await task();
    } finally {
      clearTimeout(timer);
      if (place.isGivenAway) overdue--;
      else leave();
    }
  };
}
