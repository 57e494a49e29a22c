import type { Answer, Ask, Found } from "./cat-file.ts";
import { openCatFile } from "./cat-file.ts";
import type { GitSetup } from "./command.ts";

const opened = new WeakMap<GitSetup, Map<string, Ask>>();

/** Types, hashes and sizes of objects. @param names hashes or `<commit>:<path>`, without line breaks */
export function inspectObjects(
  setup: GitSetup,
  repository: string,
  names: readonly string[],
): Promise<Found<Omit<Answer, "content">>> {
  return ask(setup, repository, "--batch-check", { names, maxBytes: 0 });
}

/**
 * Objects with their content.
 * @throws GitOpsError Refused when there is more than `maxBytes` of it
 */
export function readObjects(
  setup: GitSetup,
  repository: string,
  names: readonly string[],
  maxBytes: number,
): Promise<Found<Answer>> {
  return ask(setup, repository, "--batch", { names, maxBytes });
}

function ask(
  setup: GitSetup,
  repository: string,
  option: "--batch" | "--batch-check",
  question: { readonly names: readonly string[]; readonly maxBytes: number },
): Promise<Found<Answer>> {
  const key = `${option} ${repository}`;
  const asks = opened.get(setup) ?? new Map<string, Ask>();
  opened.set(setup, asks);
  const known = asks.get(key) ?? openCatFile(setup, repository, option);
  asks.set(key, known);
  return known(question);
}
