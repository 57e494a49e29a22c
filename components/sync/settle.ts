import pMap from "p-map";

import { combineErrors } from "../error.ts";

const AT_ONCE = 16;

/** Lets all of them finish, then reports every failure in one error; retryable only when each of them is. */
export async function settle<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<readonly R[]> {
  const results = await pMap(items, (item) => work(item).then(succeeded, failed), { concurrency: AT_ONCE });
  const errors = results.flatMap((result) => ("error" in result ? [result.error] : []));
  if (errors.length > 0) throw combineErrors(errors);
  return results.flatMap((result) => ("value" in result ? [result.value] : []));
}

function succeeded<R>(value: R): { readonly value: R } {
  return { value };
}

function failed(error: unknown): { readonly error: unknown } {
  return { error };
}
