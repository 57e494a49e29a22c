import type { ComponentResourceOptions, Output } from "@pulumi/pulumi";
import { ComponentResource, log, runtime } from "@pulumi/pulumi";

import { SKIP_RECONCILE } from "./application/argo-annotations.ts";
import type { Assignments } from "./assignments.ts";
import type { OverlaidApplication } from "./application/overlay.ts";
import type { ClusterInput } from "./cluster.ts";
import type { Deployed } from "./deployed.ts";
import type { Sources } from "./desired.ts";
import type { Prerequisite } from "./dependencies.ts";
import { after, holdFor } from "./dependencies.ts";
import { desire } from "./desired.ts";
import { causeOf, formatFailure, GitOpsError } from "./error.ts";
import { follow } from "./follow.ts";
import { followCharts, isFollowedRepository } from "./follow-charts.ts";
import type { Running } from "./image/guard.ts";
import { findMistakes } from "./jq/mistakes.ts";
import type { Admission, RequiredSigners } from "./project/admit.ts";
import { refuseLost, refuseObjects } from "./project/admit.ts";
import { CAUTIOUS, policyOf, projectOf } from "./policy.ts";
import type { Proposal } from "./proposal.ts";
import { describeProposal } from "./propose.ts";
import { demandSigners } from "./signers.ts";
import type { Outcome } from "./registered.ts";
import { outputOf } from "./registered.ts";
import { openStages } from "./stages.ts";
import type { ApplicationStatus } from "./status.ts";
import { statusOf } from "./status.ts";
import type { SyncArgs } from "./sync.protocol.ts";
import type { Observed } from "./sync.state.ts";
import { Sync } from "./sync.ts";
import type { Ran, WriteBackPlan } from "./write-back.ts";

/** An Application of the infra repository, or the name of one whose file is broken. */
export type Subject =
  | { readonly spec: OverlaidApplication; readonly cluster: ClusterInput; readonly admission: Admission }
  | { readonly name: string; readonly reason: string };

export interface ApplicationArgs {
  readonly environment: string;
  readonly subject: Subject;
  /** The environment's own. */
  readonly cluster: ClusterInput;
  readonly sources: Sources;
  /** What the last runs deployed. */
  readonly deployed: () => Promise<Deployed>;
  /** Projects that were in force when the stack was last deployed, and that nobody has given up. */
  readonly projectsBefore: () => Promise<readonly string[]>;
  readonly assignments: Assignments;
  /** Resolves when the engine has dealt with the roster: to whether it lets this run go on. */
  readonly announced: Promise<boolean>;
  /** Patterns of field managers that are a person's tool, beside the built-in ones. */
  readonly people: readonly string[];
  /** Whether only Git may remove Applications, and `pulumi destroy` may not. */
  readonly protect: boolean;
  /** The Applications that this one depends on. */
  readonly dependencies?: readonly Application[];
}

/** What is to be written to Git. */
interface Plan {
  readonly writeBack?: WriteBackPlan;
  readonly proposal?: Proposal;
}

/** What an Application remembers of what it told its Sync: nothing that is large. */
type Told = Pick<SyncArgs, "application" | "revision" | "candidates" | "hold" | "skipped">;

/** One service: its source in Git, its images, its objects in the cluster. */
export class Application extends ComponentResource implements Prerequisite {
  /** Undefined while nothing is known: in a preview of what is to be changed. */
  readonly found: Promise<ApplicationStatus | undefined>;
  /** Why this Application is on hold, known when its sources have been read. */
  readonly problem: Promise<string | undefined>;
  /** Resolves when the engine has dealt with the Application, also when its sync failed. */
  readonly registered: Promise<boolean>;
  readonly application: string;
  readonly sync: Sync;
  #plan: Plan = {};
  readonly #told: Promise<Told>;
  readonly #givesOrTakes: Promise<boolean>;

  constructor(name: string, args: ApplicationArgs, options: ComponentResourceOptions) {
    super("gitops:index:Application", name, {}, options);
    this.application = nameOf(args.subject);
    // With the name, because `--diff` prints such a line without its row.
    const stages = openStages((stage) => void log.info(`${nameOf(args.subject)}: ${stage}`, this, undefined, true));
    const warn = (warning: string) => void log.warn(`${nameOf(args.subject)}: ${warning}`, this);
    const deployed = async () => (await args.deployed()).sources.get(nameOf(args.subject)) ?? [];
    const guard = followsRewrites(args.subject) ? undefined : deployed;
    const repositories = async () => (await deployed()).filter(isFollowedRepository);
    const { git, followed } = follow(demandSigners(args.sources.git, signersOf(args.subject)), guard && repositories);
    const { charts, followed: followedCharts } = followCharts(args.sources.charts, guard);
    const plan = (found: Plan) => (this.#plan = found);
    const sources = { ...args.sources, git, charts };
    const reading = inputsOf({ ...args, sources }, stages.begin, warn, plan).finally(stages.end);
    const settled = async () => (await args.deployed()).settled.get(nameOf(args.subject)) ?? [];
    this.#givesOrTakes = reading.then(async (told) => givesOrTakes(told, await settled()));
    const { dependencies = [] } = args;
    // Told before anything is waited for: others may wait for what this one says.
    const inputs = reading
      .then((told) => assigned(args.assignments, told))
      .then((told) => holdFor(told, dependencies))
      .then(async (told) => holdUnless(await args.announced, told));
    this.problem = inputs.then(({ hold, skipped }) => (skipped === true ? undefined : hold));
    const cluster = "spec" in args.subject ? args.subject.cluster : args.cluster;
    const sync = new Sync(name, cluster, inputs, { parent: this, ...after(dependencies, options) });
    this.sync = sync;
    this.#told = inputs.then(toldOf);
    this.registered = sync.registered;
    void this.#told.then((told) => {
      this.#tellSkipped(told);
      this.#tellProposal(told);
    });
    this.found = sync.outcome.then(async (outcome) => {
      if (outcome.state === "unknown" && runtime.isDryRun()) return undefined;
      const [told, before] = await Promise.all([this.#told, deployed()]);
      const found = { followed: [...followed(), ...followedCharts()], proposed: this.#waiting(told) };
      return statusOf(observedIn(outcome), { ...told, ...found, deployed: before });
    });
    // Its row is done when the sync is; what there is to say of it is in the stack's output.
    this.registerOutputs(sync.registered.then(() => ({})));
  }

  get status(): Output<ApplicationStatus> {
    return outputOf(this.found);
  }

  /** What runs healthy and is to be written into Git; undefined where nothing is. Only to be asked in an `up`. */
  async ran(): Promise<Ran | undefined> {
    const isHeld = (await this.problem) !== undefined;
    const plan = this.#plan.writeBack;
    if (isHeld || plan === undefined) return undefined;
    const { complete, health, images = {} } = observedIn(await this.sync.outcome);
    return complete === true && health === "Healthy" ? { plan, images } : undefined;
  }

  /** What is to be proposed in Git; undefined where nothing is. Only to be asked in an `up`. */
  async proposed(): Promise<Proposal | undefined> {
    return (await this.problem) === undefined ? this.#plan.proposal : undefined;
  }

  /** Whether it states other objects than it had when it was last in sync, or was not. */
  givesOrTakes(): Promise<boolean> {
    return this.#givesOrTakes;
  }

  async obstacle(): Promise<string | undefined> {
    const { hold, skipped } = await this.#told;
    const isRegistered = await this.registered;
    // Whoever wants it to stay as it runs wants the others to go on.
    if (skipped === true) return undefined;
    if (hold !== undefined) return "is on hold";
    if (!isRegistered) return "failed";
    // In a preview nothing is known of what is to be changed.
    if (runtime.isDryRun()) return undefined;
    const { complete } = observedIn(await this.sync.outcome);
    return complete === true ? undefined : "is not synced yet";
  }

  /** Whoever forgot the annotation must find it in every run. */
  #tellSkipped({ skipped, application, hold }: Told): void {
    if (skipped === true) void log.info(`${application}: ${hold}`, this);
  }

  #waiting({ hold }: Told): readonly string[] {
    const { proposal } = this.#plan;
    return hold !== undefined || proposal === undefined ? [] : [`waits: ${describeProposal(proposal)}`];
  }

  /** Whoever merges must find it in every run; what is pushed in this one is said then. */
  #tellProposal({ hold }: Told): void {
    const { proposal } = this.#plan;
    if (hold !== undefined || proposal === undefined || (!proposal.isThere && !runtime.isDryRun())) return;
    const verb = proposal.isThere ? "waits" : "would propose";
    void log.info(`${this.application}: ${verb}: ${describeProposal(proposal)}`, this);
  }
}

function toldOf({ application, revision, candidates, hold, skipped }: SyncArgs): Told {
  return { application, revision, candidates, ...(hold && { hold }), ...(skipped && { skipped }) };
}

async function inputsOf(
  args: ApplicationArgs,
  say: (stage: string) => void,
  warn: (warning: string) => void,
  plan: (found: Plan) => void,
): Promise<SyncArgs> {
  if (!("spec" in args.subject)) return onHold(args, args.subject.name, args.subject.reason);
  const { spec, admission } = args.subject;
  if (spec.annotations[SKIP_RECONCILE] === "true") return skip(args, spec);
  const policy = { ...policyOf(spec, args), ...projectOf(admission) };
  try {
    refuse(admission.refusals);
    if (admission.rules === undefined) refuse(refuseLost(await args.projectsBefore()));
    await refuseMistakes(spec);
    const { warnings, writeBack, proposal, ...desired } = await desire(
      spec,
      args.sources,
      () => imagesBefore(args),
      say,
    );
    warnings.forEach(warn);
    if (admission.rules !== undefined)
      refuse(refuseObjects(admission.rules, { ...desired.hooks, ...desired.manifests }));
    plan({ ...(writeBack && { writeBack }), ...(proposal && { proposal }) });
    return { ...identity(args, spec.name), ...desired, policy };
  } catch (error) {
    return { ...onHold(args, spec.name, causeOf(error)), policy };
  }
}

async function imagesBefore({ subject, deployed }: ApplicationArgs): Promise<Running> {
  return (await deployed()).images.get(nameOf(subject)) ?? { images: {}, created: {} };
}

/** Before the provider knows what this run is about no Application is registered, and after a refusal none is changed. */
function holdUnless(isAnnounced: boolean, inputs: SyncArgs): SyncArgs {
  if (isAnnounced || inputs.hold !== undefined) return inputs;
  return { ...inputs, hold: "not tried: this run was refused as a whole, see the error of the roster" };
}

function givesOrTakes({ hold, manifests }: SyncArgs, settled: readonly string[]): boolean {
  return hold === undefined && new Set(settled).symmetricDifference(new Set(Object.keys(manifests))).size > 0;
}

function signersOf(subject: Subject): RequiredSigners | undefined {
  return "spec" in subject ? subject.admission.signers : undefined;
}

function followsRewrites(subject: Subject): boolean {
  return "spec" in subject && subject.spec.overlay.rewrites === "follow";
}

/** Everything that was told before is known to whoever checks this Application. */
function assigned(assignments: Assignments, inputs: SyncArgs): SyncArgs {
  const { application, hold, skipped = false, manifests, hooks } = inputs;
  const objects = hold === undefined ? { objects: Object.keys({ ...hooks, ...manifests }) } : {};
  assignments.tell({ application, ...objects, ...(skipped ? { skipped } : {}) });
  return { ...inputs, assignments: assignments.path };
}

function identity({ environment }: ApplicationArgs, application: string) {
  return { environment, application };
}

/** The engine deletes what a program does not register, so an Application that cannot be read is registered as it is. */
function onHold(args: ApplicationArgs, name: string, hold: string): SyncArgs {
  const nothing = { revision: "", manifests: {}, candidates: {}, pins: {}, secrets: { values: {} } };
  return { ...identity(args, name), ...nothing, policy: CAUTIOUS, hold };
}

/** Not even its sources are read. */
function skip(args: ApplicationArgs, spec: OverlaidApplication): SyncArgs {
  const reason = `${SKIP_RECONCILE} is "true": it stays as it runs`;
  return { ...onHold(args, spec.name, reason), policy: policyOf(spec, args), skipped: true };
}

function nameOf(subject: Subject): string {
  return "spec" in subject ? subject.spec.name : subject.name;
}

/** What a wrong expression was to ignore cannot be known. */
async function refuseMistakes({ file, jqExpressions }: OverlaidApplication): Promise<void> {
  const mistakes = await findMistakes(file, jqExpressions);
  refuse(mistakes.map(formatFailure));
}

/** @throws GitOpsError that names all of them, if there are any */
function refuse(reasons: readonly string[]): void {
  if (reasons.length > 0) throw new GitOpsError(reasons.join("; "), { code: "Invalid" });
}

/** Nothing when the sync failed, as the engine has said, or is on hold and its state is one of older code that nobody has looked at. */
function observedIn(outcome: Outcome<Observed | undefined>): Partial<Observed> {
  return (outcome.state === "known" ? outcome.value : undefined) ?? {};
}
