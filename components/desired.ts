import type { OverlaidApplication } from "./application/overlay.ts";
import { candidatesOf, offeredByGit } from "./candidates.ts";
import type { ChartValues } from "./chart-values.ts";
import { chartValues } from "./chart-values.ts";
import { formatFailure, GitOpsError, settleAll } from "./error.ts";
import type { Charts } from "./chart/charts.ts";
import type { Git } from "./git/repository.ts";
import type { Given } from "./image/given.ts";
import type { Running } from "./image/guard.ts";
import { resolvePins } from "./image/pins.ts";
import { parsePolicies } from "./image/policy.ts";
import type { Proof } from "./image/proof.ts";
import { imagesIn, withReplaced } from "./image/promotion.ts";
import type { Registry } from "./image/registry.ts";
import { writeBackOf } from "./image/write-back-settings.ts";
import { misspeltHooks, separateHooks } from "./hooks.ts";
import type { GivenFor } from "./image-updaters.ts";
import { withValueAt } from "./manifest/fields.ts";
import { canonicalJson } from "./manifest/json.ts";
import type { Manifest } from "./manifest/object.ts";
import { formatRef, refOf } from "./manifest/object.ts";
import { foldSecret, isSecret } from "./manifest/secret.ts";
import type { Renderer } from "./render/render.ts";
import { renderSources } from "./rendered.ts";
import type { Proposal } from "./proposal.ts";
import { findProposal } from "./proposal.ts";
import type { Candidate, Secrets } from "./sync.protocol.ts";
import type { WriteBackPlan } from "./write-back.ts";
import { planWriteBack, sourceToWrite } from "./write-back.ts";

/** Where desired state comes from; shared by all Applications of an environment. */
export interface Sources {
  readonly git: Git;
  readonly charts: Charts;
  readonly renderer: Renderer;
  readonly registry: Registry;
  readonly givenFor: GivenFor;
  /** What another environment has proven; absent when none has to. */
  readonly proof?: Promise<Proof>;
}

/** What Git and the registry say about one Application, before anything is known of the cluster. */
export interface Desired {
  /** The commit; of several sources all of theirs. */
  readonly revision: string;
  readonly manifests: Readonly<Record<string, string>>;
  /** Absent when there are none. */
  readonly hooks?: Readonly<Record<string, string>>;
  readonly secrets: Secrets;
  readonly candidates: Readonly<Record<string, Candidate>>;
  /** Image -> tag that a person fixed in the stack's configuration. */
  readonly pins: Readonly<Record<string, string>>;
  /** Image -> tag that charts were told; absent where none was. */
  readonly renderedWith?: Readonly<Record<string, string>>;
  /** What is carried out, but may not be what was meant. */
  readonly warnings: readonly string[];
  /** Absent where tags are kept in the state, or proposed. */
  readonly writeBack?: WriteBackPlan;
  /** Tags that somebody has to merge before they run; absent when there are none. */
  readonly proposal?: Proposal;
}

/**
 * @param before images that the last run left
 * @param say is told each stage, for long work
 * @throws GitOpsError when Git, the render or the registry fails, or the render is empty: nothing may change then
 */
export async function desire(
  application: OverlaidApplication,
  sources: Sources,
  before: () => Promise<Running>,
  say: (stage: string) => void,
): Promise<Desired> {
  const given = sources.givenFor(application);
  const { policies, failures } = parsePolicies(given, application.overlay.images, application.imageKeys);
  if (failures.length > 0) throw invalid(failures.map(formatFailure));
  const isProposing = writeBackOf(given, application.overlay.images ?? {})?.proposal !== undefined;
  const chooser = { registry: sources.registry, now: Date.now(), proof: await sources.proof };
  const { pins = {} } = application.overlay;
  const choosing = candidatesOf(policies, pins, chooser, say, isProposing);
  const isTold = !isProposing && policies.some(({ helm }) => helm !== undefined);
  let telling: Promise<ChartValues> | undefined;
  const tell = async () => chartValues(policies, await choosing, pins, await before());
  const told = () => (telling ??= tell());
  const [{ revision, objects, warnings }, candidates] = await settleAll([
    render(application, sources, async () => (isTold ? (await told()).parameters : []), say),
    choosing,
  ]);
  const replaced = Object.fromEntries(policies.flatMap(({ image, replaces }) => (replaces ? [[replaces, image]] : [])));
  const running = withReplaced(imagesIn(objects), replaced);
  const pinned = resolvePins(pins, policies, running, application.name);
  if (pinned.failures.length > 0) throw invalid(pinned.failures.map(formatFailure));
  const found = await planFor(application, given, sources);
  const plan = found && { ...found, policies, pinned: Object.keys(pinned.pins) };
  const desired = {
    ...{ revision, ...split(objects), pins: pinned.pins },
    ...(isTold ? { renderedWith: (await told()).renderedWith } : {}),
  };
  if (plan?.proposal === undefined) return { ...desired, candidates, warnings, ...(plan && { writeBack: plan }) };
  const { proposal, warnings: doubts } = await findProposal(plan, candidates, running, sources.git);
  return {
    ...{ ...desired, candidates: offeredByGit(candidates, running), warnings: [...warnings, ...doubts] },
    ...(proposal && { proposal }),
  };
}

/** The branch is the one that the first source with a folder in Git follows. */
async function planFor(
  { name, sources: all, overlay, imageKeys }: OverlaidApplication,
  given: Given,
  { git }: Sources,
) {
  const writeBack = given.images.length === 0 ? undefined : writeBackOf(given, overlay.images ?? {}, imageKeys);
  if (writeBack === undefined) return undefined;
  const { repoURL, path, targetRevision: revision, tagPrefix } = sourceToWrite(writeBack, all);
  const { ref } = await git.resolve(repoURL, { revision, ...(tagPrefix === undefined ? {} : { tagPrefix }) });
  return planWriteBack(writeBack, name, { repoURL, path }, ref);
}

async function render(
  application: OverlaidApplication,
  sources: Sources,
  promoted: () => Promise<ChartValues["parameters"]>,
  say: (stage: string) => void,
) {
  const rendered = await renderSources(application, sources, say, promoted);
  const { objects, place } = rendered;
  if (objects.length === 0 && application.automated?.allowEmpty !== true) {
    throw invalid([`${place} renders no object at all; nothing is pruned (allowEmpty permits it)`]);
  }
  const misspelt = objects.flatMap(misspeltHooks);
  if (misspelt.length > 0) throw invalid(misspelt);
  return rendered;
}

/** Keeps the values of Secrets apart: what is printed and stored in clear never holds them. */
function split(objects: readonly Manifest[]): Pick<Desired, "manifests" | "hooks" | "secrets"> {
  const folded = objects.map(foldSecret);
  const { ordinary, hooks } = separateHooks(folded);
  const values = folded
    .filter(isSecret)
    .map((object) => [formatRef(refOf(object)), (object["data"] ?? {}) as Record<string, string>] as const);
  return {
    manifests: textsOf(ordinary),
    ...(hooks.length === 0 ? {} : { hooks: textsOf(hooks) }),
    secrets: { values: Object.fromEntries(values) },
  };
}

function textsOf(objects: readonly Manifest[]): Record<string, string> {
  return Object.fromEntries(
    objects.map((object) => [formatRef(refOf(object)), canonicalJson(withoutValues(object))] as const),
  );
}

function withoutValues(object: Manifest): Manifest {
  return isSecret(object) ? withValueAt(object, [{ field: "data" }], undefined) : object;
}

function invalid(reasons: readonly string[]): GitOpsError {
  return new GitOpsError(reasons.join("; "), { code: "Invalid" });
}
