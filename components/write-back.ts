import pMap from "p-map";

import type { Source } from "./application/application.ts";
import { causeOf, mistakeError } from "./error.ts";
import type { FileEdit, GitWriter } from "./git/writer.ts";
import type { ImagePolicy } from "./image/policy.ts";
import type { WriteBack } from "./image/write-back-settings.ts";
import type { RunningImage } from "./image/write-back-text.ts";
import { writeHelmValues, writeKustomization, writeSource } from "./image/write-back-text.ts";
import { placesOf } from "./write-back-places.ts";

/** Where the tags of an Application are to be written once they run. */
export interface WriteBackPlan extends WriteBack {
  readonly application: string;
  readonly repoURL: string;
  /** Where they are written to, or what proposals are made from. */
  readonly branch: string;
  /** The branch of that repository that the Application follows: what stands there runs. */
  readonly followed?: string;
  /** Folder of the source. */
  readonly folder: string;
  readonly policies: readonly ImagePolicy[];
  /** Images that a person holds in the stack's configuration: Git goes on saying what it says. */
  readonly pinned: readonly string[];
}

/** A plan, and what runs healthy. */
export interface Ran {
  readonly plan: WriteBackPlan;
  /** Image -> tag. */
  readonly images: Readonly<Record<string, string>>;
}

const AT_ONCE = 4;

/**
 * The first source with a folder in Git.
 * @throws GitOpsError Invalid when there is none
 */
export function sourceToWrite(
  { origins }: Pick<WriteBack, "origins">,
  sources: readonly Source[],
): Source & { readonly path: string } {
  const [found] = sources.flatMap((source) => (source.path === undefined ? [] : [{ ...source, path: source.path }]));
  if (found !== undefined) return found;
  const reason = "expected a source that is a folder in Git, where tags can be written, found none";
  throw mistakeError({ ...origins["write-back-method"], reason });
}

/**
 * @param ref full name of what the source follows; undefined for a commit
 * @throws GitOpsError Invalid when it is not clear where to write to
 */
export function planWriteBack(
  writeBack: WriteBack,
  application: string,
  { repoURL, path }: { readonly repoURL: string; readonly path: string },
  ref: string | undefined,
): Omit<WriteBackPlan, "policies" | "pinned"> {
  const followed = /^refs\/heads\/(.+)$/.exec(ref ?? "")?.[1];
  const branch = writeBack.branch ?? (writeBack.repoURL === undefined ? followed : undefined);
  if (branch === undefined) {
    const reason =
      "expected git-branch beside it, found none: the source follows no branch, so git-branch has to say which one to write to";
    throw mistakeError({ ...writeBack.origins["git-branch"], reason });
  }
  const isSame = writeBack.repoURL === undefined || writeBack.repoURL === repoURL;
  const plan = {
    ...{ ...writeBack, application, repoURL: writeBack.repoURL ?? repoURL, branch, folder: path },
    ...(isSame && followed !== undefined ? { followed } : {}),
  };
  placesOf(plan);
  return plan;
}

/**
 * Writes the tags that run into Git: one commit for each branch of each repository.
 * @returns what was written and what could not be: sentences
 */
export async function writeBackAll(
  all: readonly Ran[],
  writer: GitWriter,
): Promise<{ readonly done: readonly string[]; readonly problems: readonly string[] }> {
  const due = all.filter((ran) => runningIn(ran).length > 0);
  const groups = [...Map.groupBy(due, ({ plan }) => JSON.stringify([plan.repoURL, plan.branch])).values()];
  const results = await pMap(groups, (group) => writeGroup(group, writer), { concurrency: AT_ONCE });
  return { done: results.flatMap(({ done }) => done), problems: results.flatMap(({ problem }) => problem ?? []) };
}

async function writeGroup(group: readonly Ran[], writer: GitWriter): Promise<{ done: string[]; problem?: string }> {
  const [first] = group;
  if (first === undefined) return { done: [] };
  const { repoURL, branch } = first.plan;
  const names = group.map(({ plan }) => plan.application).join(", ");
  try {
    const commit = await writer.commit(repoURL, {
      branch,
      edits: group.map((ran) => editFor(ran.plan, runningIn(ran))),
      message: messageOf(group),
    });
    if (commit === undefined) return { done: [] };
    return { done: [`${names}: wrote the tags that run to ${branch} of ${repoURL} (${commit.slice(0, 7)})`] };
  } catch (error) {
    return { done: [], problem: `${names}: the tags run, but Git does not say so yet: ${causeOf(error)}` };
  }
}

function messageOf(group: readonly Ran[]): string {
  const lines = group.flatMap((ran) =>
    runningIn(ran).map(({ image, tag }) => `- ${ran.plan.application}: ${image}:${tag}`),
  );
  return `build: automatic update of ${group.map(({ plan }) => plan.application).join(", ")}\n\n${lines.join("\n")}\n`;
}

function runningIn({ plan, images }: Ran): readonly RunningImage[] {
  return plan.policies.flatMap((policy) => {
    const tag = Object.hasOwn(images, policy.image) ? images[policy.image] : undefined;
    return tag === undefined || plan.pinned.includes(policy.image) ? [] : [imageAt(policy, tag)];
  });
}

/** The change of the one file that a plan is about. */
export function editFor(plan: WriteBackPlan, images: readonly RunningImage[]): FileEdit {
  const write = { source: writeSource, kustomization: writeKustomization, helmvalues: writeHelmValues }[
    plan.target.kind
  ];
  return { ...placesOf(plan), edit: (text) => write(text, images) };
}

/** What a policy says of a place in Git, with the tag that is to stand there. */
export function imageAt({ image, replaces, helm }: ImagePolicy, tag: string): RunningImage {
  return { image, tag, ...(replaces === undefined ? {} : { replaces }), ...(helm === undefined ? {} : { helm }) };
}
