import type { Answer } from "./guard-order.ts";
import { withoutDigest } from "./reference.ts";

/**
 * What runs of an image whose new tags are only proposed in Git: what Git says, also when a person lowers it there. But what was
 * promoted or pinned before stays until Git says at least that, because turning proposals on must not lower anything.
 * @param git the tag that Git says; undefined when it names the image nowhere
 * @param answer what would be decided if that tag were offered like any other
 * @param wasGits whether what runs is Git's word already
 */
export function followGit(
  running: string | undefined,
  git: string | undefined,
  answer: Answer | undefined,
  wasGits: boolean,
): Answer | undefined {
  if (git === undefined || answer === undefined) return undefined;
  const isOtherSpelling = answer.state === "kept" && withoutDigest(answer.tag) !== withoutDigest(git);
  if (wasGits || running === undefined || answer.tag === git || isOtherSpelling) {
    return { tag: git, state: "kept", reason: "Git says so" };
  }
  if (answer.state !== "held") return answer;
  const reason = `Git says ${git}; what was promoted or pinned before stays until Git says at least that (${answer.reason})`;
  return { ...answer, reason };
}
