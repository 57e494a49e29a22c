/** Runs a task about one place. The first task of a place goes ahead; the others begin when it has `arrived` or ended. */
export type Scout = <T>(place: string, task: (arrived: () => void) => Promise<T>) => Promise<T>;

/** What the first one learns at a place, such as how to log in, saves all others the same lesson. */
export function createScout(): Scout {
  const arrivals = new Map<string, Promise<undefined>>();
  return async (place, task) => {
    const ahead = arrivals.get(place);
    if (ahead !== undefined) {
      await ahead;
      return task(() => undefined);
    }
    const { promise, resolve } = Promise.withResolvers<undefined>();
    const arrived = (): void => resolve(undefined);
    arrivals.set(place, promise);
    return task(arrived).finally(arrived);
  };
}
