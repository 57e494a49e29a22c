import { setImmediate as turn } from "node:timers/promises";

interface Waiting<T, R> {
  readonly item: T;
  readonly resolve: (result: R | Promise<R>) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Does work for many at once: what is asked for in one turn of the event loop goes into one call, and what is asked for while that is under
 * way into the next.
 * @param work one result an item, in their order; a result may be a promise of its own. When it throws, all of its items fail with that error
 */
export function createGathering<T, R>(
  work: (items: readonly T[]) => Promise<readonly (R | Promise<R>)[]>,
): (item: T) => Promise<R> {
  let waiting: Waiting<T, R>[] = [];
  let isWorking = false;

  async function serve(): Promise<void> {
    isWorking = true;
    await turn();
    while (waiting.length > 0) {
      const served = waiting;
      waiting = [];
      await serveTogether(served, work);
    }
    isWorking = false;
  }

  return (item) =>
    new Promise<R>((resolve, reject) => {
      waiting.push({ item, resolve, reject });
      if (!isWorking) void serve();
    });
}

/**
 * The work of a gathering whose items may spoil each other: when they fail together, each is done by itself, for what is wrong with one is no
 * answer to the others.
 */
export async function togetherOrAlone<T, R>(
  items: readonly T[],
  together: (items: readonly T[]) => Promise<readonly R[]>,
  alone: (item: T) => Promise<R>,
): Promise<readonly (R | Promise<R>)[]> {
  // Waited for, so that what is asked for meanwhile gathers.
  if (items.length === 1) return Promise.all(items.map(alone));
  try {
    return await together(items);
  } catch {
    return items.map(alone);
  }
}

async function serveTogether<T, R>(
  served: readonly Waiting<T, R>[],
  work: (items: readonly T[]) => Promise<readonly (R | Promise<R>)[]>,
): Promise<void> {
  try {
    const results = await work(served.map(({ item }) => item));
    served.forEach(({ resolve }, index) => resolve(results[index] as R));
  } catch (error) {
    for (const { reject } of served) reject(error);
  }
}
