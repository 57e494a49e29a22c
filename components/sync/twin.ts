import { GitOpsError } from "../error.ts";
import type { Memory } from "./pack.ts";

/**
 * Refuses an object that the manifests state a second time, under another API group (an Event of the core group and of
 * `events.k8s.io`): the two would be applied over each other for ever. Only the API server knows that they are one.
 * @param text the object that was applied, `uid` what the API server says it is
 * @throws GitOpsError Refused naming both
 */
export function refuseTwin(
  text: string,
  uid: string,
  manifests: Readonly<Record<string, string>>,
  recall: () => Memory,
): void {
  const namesakes = Object.keys(manifests).filter((other) => other !== text && bareName(other) === bareName(text));
  if (namesakes.length === 0) return;
  const { applied } = recall();
  const twin = namesakes.find((other) => applied[other]?.uid === uid);
  if (twin === undefined) return;
  throw new GitOpsError(`${text}: is the same object as ${twin}, which the manifests have as well; keep one of them`, {
    code: "Refused",
    ref: text,
  });
}

/** `events.k8s.io/Event qa/one` -> `Event qa/one`. */
function bareName(text: string): string {
  const type = text.slice(0, text.indexOf(" "));
  return text.slice(type.lastIndexOf("/") + 1);
}
