import pMap from "p-map";

import { causeOf } from "./error.ts";
import type { GitWriter } from "./git/writer.ts";
import type { Proposal } from "./proposal.ts";
import { editOf } from "./proposal.ts";

const AT_ONCE = 4;

/** What a person has to merge, and where it waits: the rest of a sentence. */
export function describeProposal({ plan, branch, changes }: Proposal): string {
  return `${changes.map(describeChange).join(", ")} on branch ${branch} of ${plan.repoURL}, to be merged into ${plan.branch}`;
}

function describeChange({ image, from, to }: Proposal["changes"][number]): string {
  return from === undefined ? `${image}:${to}` : `${image} ${from} => ${to}`;
}

/**
 * Pushes proposals: one commit for each branch of each repository. What is there already is not pushed again.
 * @returns what was pushed and what could not be: sentences
 */
export async function proposeAll(
  all: readonly Proposal[],
  writer: GitWriter,
): Promise<{ readonly done: readonly string[]; readonly problems: readonly string[] }> {
  const due = all.filter(({ isThere }) => !isThere);
  const key = ({ plan, branch }: Proposal) => JSON.stringify([plan.repoURL, plan.branch, branch]);
  const groups = [...Map.groupBy(due, key).values()];
  const results = await pMap(groups, (group) => proposeGroup(group, writer), { concurrency: AT_ONCE });
  return { done: results.flatMap(({ done }) => done ?? []), problems: results.flatMap(({ problem }) => problem ?? []) };
}

async function proposeGroup(
  group: readonly Proposal[],
  writer: GitWriter,
): Promise<{ readonly done?: readonly string[]; readonly problem?: string }> {
  const [first] = group;
  if (first === undefined) return {};
  const { plan, branch } = first;
  const names = group.map((one) => one.plan.application).join(", ");
  try {
    const commit = { branch, from: plan.branch, edits: group.map(editOf), message: messageOf(group) };
    const made = await writer.commit(plan.repoURL, commit);
    if (made === undefined) return {};
    return {
      done: group.map((one) => `${one.plan.application}: proposed ${describeProposal(one)} (${made.slice(0, 7)})`),
    };
  } catch (error) {
    return { problem: `${names}: not proposed: ${causeOf(error)}` };
  }
}

function messageOf(group: readonly Proposal[]): string {
  const lines = group.flatMap(({ plan, changes }) =>
    changes.map((change) => `- ${plan.application}: ${describeChange(change)} (${change.reason})`),
  );
  const names = group.map(({ plan }) => plan.application).join(", ");
  return `build: automatic update of ${names}\n\n${lines.join("\n")}\n`;
}
