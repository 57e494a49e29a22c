import { formatFailure, mistakeError } from "./error.ts";
import type { Git } from "./git/repository.ts";
import type { TagChange } from "./image/branch-template.ts";
import { formatBranch, isBranchName } from "./image/branch-template.ts";
import { decideImages, own } from "./image/guard.ts";
import type { ImageDecision, OfferedTag } from "./image/guard.ts";
import type { ImagePolicy } from "./image/policy.ts";
import { withoutDigest } from "./image/reference.ts";
import { writtenTag } from "./image/written-tag.ts";
import type { WriteBackPlan } from "./write-back.ts";
import { editFor, imageAt } from "./write-back.ts";

/** Tags that are better than what Git says, on a branch that somebody has to merge before they run. */
export interface Proposal {
  readonly plan: WriteBackPlan;
  readonly branch: string;
  readonly changes: readonly (TagChange & { readonly reason: string })[];
  /** Whether the branch says so already. */
  readonly isThere: boolean;
}

export interface Proposed {
  /** Absent when Git says the best tags already. */
  readonly proposal?: Proposal;
  /** Why a tag is not proposed: sentences. */
  readonly warnings: readonly string[];
}

const MOST_BYTES = 4 * 1024 * 1024;

/**
 * What of the tags offered Git does not say yet. It never goes below what the branch says that proposals are made from, or, where
 * the file there names no tag, the rendered manifests.
 * @param offered by image, as the policies and the registry have it
 * @param rendered image -> tag
 * @throws GitOpsError NotFound without that branch, Invalid for a file that is no YAML, or as reading Git failed
 */
export async function findProposal(
  plan: WriteBackPlan,
  offered: Readonly<Record<string, OfferedTag>>,
  rendered: Readonly<Record<string, string>>,
  git: Git,
): Promise<Proposed> {
  const { proposal: template = [], policies, pinned } = plan;
  const said = await textAt(git, plan, await tipOf(git, plan));
  const decided = policies.flatMap((policy) => {
    if (pinned.includes(policy.image)) return [];
    const written = said === undefined ? undefined : writtenTag(plan.target.kind, said, policy);
    const decision = decide(policy, offered, written ?? own(rendered, policy.image));
    return decision === undefined ? [] : [{ policy, decision }];
  });
  const warnings = decided.flatMap(({ decision }) => warningsOf(decision));
  const changes = decided.flatMap(({ policy: { alias }, decision: { image, state, from, tag: to, reason } }) =>
    state === "promoted" ? [{ image, alias, from, to, reason }] : [],
  );
  if (changes.length === 0) return { warnings };
  const branch = formatBranch(template, changes);
  const refusal = refuseName(branch, plan);
  if (refusal !== undefined) return { warnings: [...warnings, refusal] };
  const proposal = { plan, branch, changes };
  return { proposal: { ...proposal, isThere: await isThere(git, proposal) }, warnings };
}

function decide(
  { image }: ImagePolicy,
  offered: Readonly<Record<string, OfferedTag>>,
  said: string | undefined,
): ImageDecision | undefined {
  const offer = own(offered, image);
  if (offer?.tag === undefined) return undefined;
  const date = said === undefined ? undefined : own(offer.created ?? {}, withoutDigest(said));
  const created = date === undefined ? {} : { [image]: date };
  return decideImages({ images: said === undefined ? {} : { [image]: said }, created }, { [image]: offer }, {})[0];
}

function warningsOf({ image, tag, state, reason, warning, waiting }: ImageDecision): readonly string[] {
  const held = state === "held" ? [`${image} stays at ${tag} in Git: ${reason}`] : [];
  const waits = waiting === undefined ? [] : [`${image}: ${waiting}`];
  return [...held, ...(warning === undefined ? [] : [`${image}: ${warning}`]), ...waits];
}

/** What stands on the branch that is followed runs, and what stands on the base need not be proposed. */
function refuseName(branch: string, { branch: base, followed, origins }: WriteBackPlan): string | undefined {
  const name = JSON.stringify(branch);
  const refusal = (reason: string) => `${formatFailure({ ...origins["git-branch"], reason })}; nothing is proposed`;
  if (!isBranchName(branch))
    return refusal(`expected the name of a branch that Git allows, found one that leads to ${name}`);
  if (branch !== base && branch !== followed) return undefined;
  return refusal(
    `expected another branch than the one that is followed or proposed for, found one that leads to ${name}`,
  );
}

async function isThere(git: Git, { plan, branch, changes }: Omit<Proposal, "isThere">): Promise<boolean> {
  const tip = await git.branch(plan.repoURL, branch);
  if (tip === undefined) return false;
  const text = await textAt(git, plan, tip);
  return editOf({ plan, changes }).edit(text) === text;
}

/** The change of the file that makes a proposal. */
export function editOf({ plan, changes }: Pick<Proposal, "plan" | "changes">) {
  const tags = new Map(changes.map(({ image, to }) => [image, to]));
  const images = plan.policies.flatMap((policy) => {
    const tag = tags.get(policy.image);
    return tag === undefined ? [] : [imageAt(policy, tag)];
  });
  return editFor(plan, images);
}

async function tipOf(git: Git, { repoURL, branch, origins }: WriteBackPlan): Promise<string> {
  const commit = await git.branch(repoURL, branch);
  if (commit !== undefined) return commit;
  const reason = `expected a branch of ${repoURL}, found ${JSON.stringify(branch)}, which it does not have`;
  throw mistakeError({ ...origins["git-branch"], reason }, "NotFound");
}

/** The text of the file that is to be changed. */
async function textAt(git: Git, plan: WriteBackPlan, commit: string): Promise<string | undefined> {
  const { paths } = editFor(plan, []);
  const source = await git.fetch(plan.repoURL, commit, ".");
  const found = await source.find(paths);
  const entry = found.find((one, index) => one?.path === paths[index]);
  if (entry === undefined) return undefined;
  for await (const { content } of source.contents([entry], MOST_BYTES)) return content.toString("utf8");
  return undefined;
}
