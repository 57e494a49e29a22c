import type { ComponentResourceOptions, Output } from "@pulumi/pulumi";
import { ComponentResource, log, output, RunError, runtime } from "@pulumi/pulumi";

import { Application } from "./application.ts";
import type { Subject } from "./application.ts";
import { openAssignments } from "./assignments.ts";
import { cascades } from "./application/application.ts";
import { orderByDependencies } from "./application/dependencies.ts";
import type { ApplicationOverlay, EnvironmentOverlay, OverlaidApplication } from "./application/overlay.ts";
import { overlay } from "./application/overlay.ts";
import type { Shard } from "./application/shard.ts";
import type { Deployed } from "./deployed.ts";
import { readDeployed } from "./deployed.ts";
import type { Infra } from "./infra.ts";
import { hasVanished, namesElsewhere, tellElsewhere } from "./elsewhere.ts";
import { readInfra } from "./infra.ts";
import type { DeclaredCluster } from "./destination.ts";
import { findPlace } from "./destination.ts";
import { unknownOverrides } from "./overrides.ts";
import type { GateArgs } from "./proof.ts";
import { readProof } from "./proof.ts";
import { admit } from "./project/admit.ts";
import type { Projects } from "./project/admit.ts";
import { inForce, readProjects, withoutGivenUp } from "./projects.ts";
import { outputOf, whenRegistered } from "./registered.ts";
import { Roster } from "./roster.ts";
import type { OpenSources, SourcesArgs } from "./sources.ts";
import { openSources } from "./sources.ts";
import type { ApplicationStatus } from "./status.ts";
import type { GitWriter } from "./git/writer.ts";
import { proposeAll } from "./propose.ts";
import { writeBackAll } from "./write-back.ts";
import type { Cluster } from "./cluster.ts";

export interface EnvironmentArgs extends SourcesArgs {
  /** Folder of Argo CD Application files. */
  readonly applications: string;
  /** Folder of Argo CD AppProject files. @default infra/projects, if it is there */
  readonly projects?: string;
  readonly cluster: Cluster;
  /** Further clusters, by the names that destinations give them. */
  readonly clusters?: Readonly<Record<string, DeclaredCluster>>;
  /** Laid over every Application. */
  readonly overlay: EnvironmentOverlay;
  /** Laid over single Applications, by name. */
  readonly overrides: Readonly<Record<string, ApplicationOverlay>>;
  /** Applications that may vanish from the folder although many vanish at once, and `project/default`. */
  readonly allowRemoval: readonly string[];
  /** Clusters that others took the place of, old -> new: uids of their namespace kube-system. */
  readonly replacedClusters?: Readonly<Record<string, string>>;
  readonly people: readonly string[];
  /** Only what another environment ran healthy long enough may run here; absent: nothing has to be proven. */
  readonly gate?: GateArgs;
  /** Which Applications are this stack's, where several deploy the environment; absent: all. */
  readonly shard?: Shard;
  /** Lets `pulumi destroy` delete nothing until this is taken back. */
  readonly protect: boolean;
}

/**
 * QA or production: the Applications of one infra repository on one cluster, with this environment's settings. What its options depend on is
 * there before the first Application is synced.
 */
export class Environment extends ComponentResource {
  /** Application -> what a stack output says of it. */
  readonly applications: Output<Readonly<Record<string, ApplicationStatus>>>;
  /** Names of the projects in force, for the next run to remember. */
  readonly projects: Output<readonly string[]>;
  readonly #members: Members;
  readonly #problems: readonly string[];
  readonly #told: Promise<void>;
  readonly #writer: GitWriter;

  constructor(name: string, args: EnvironmentArgs, options: ComponentResourceOptions = {}) {
    super("gitops:index:Environment", name, {}, options);
    const infra = readInfra(args.applications);
    const elsewhere = namesElsewhere(infra, args.shard);
    const names = [...infra.broken, ...infra.applications].map((application) => application.name);
    const sources = withProof(openSources(args), args.gate, this);
    // One name whatever the environment is called: a renamed environment must meet its old roster.
    const { people, protect } = args;
    const roster = new Roster("roster", rosterOf(name, infra, elsewhere, args), { parent: this, protect });
    const announced = whenRegistered(roster);
    const projects = readProjects(args.projects);
    for (const remark of projects.remarks) void log.warn(remark, this);
    const subjects = subjectsOf(infra, elsewhere, projects, args);
    let reading: Promise<Deployed> | undefined;
    const deployed = () => (reading ??= readDeployed());
    const projectsBefore = async () => withoutGivenUp((await deployed()).projects, args.allowRemoval);
    const assignments = openAssignments([...names, ...unnamed(infra)]);
    for (const application of unnamed(infra)) assignments.tell({ application });
    const shared = { environment: name, people, protect, sources, deployed, projectsBefore, announced };
    const below = { parent: this, ...(options.dependsOn !== undefined && { dependsOn: options.dependsOn }) };
    const found = new Map<string, Application>();
    for (const [member, subject] of subjects) {
      const dependencies = dependenciesOf(subject).flatMap((one) => found.get(one) ?? []);
      const place = { subject, cluster: args.cluster.reference, assignments, dependencies };
      found.set(member, new Application(`${name}-${member}`, { ...shared, ...place }, below));
    }
    const members = [...found];
    this.#members = members;
    const isNeeded = async () => {
      if (runtime.isDryRun()) return false;
      const changes = await Promise.all(members.map(([, application]) => application.givesOrTakes()));
      return changes.includes(true) || hasVanished(await deployed(), new Set(names));
    };
    const specs = specsOf(infra, elsewhere, args);
    const needed = specs.length === 0 ? Promise.resolve(false) : isNeeded();
    this.#told = tellElsewhere(specs, needed, { sources, assignments });
    const brokenElsewhere = infra.broken.filter((application) => elsewhere.has(application.name));
    for (const { name: application } of brokenElsewhere) assignments.tell({ application });
    this.#writer = sources.writer;
    this.#problems = [
      ...infra.problems,
      ...brokenElsewhere.map((application) => `${application.name}, of another shard: ${application.reason}`),
      ...projects.problems,
      ...unknownOverrides(args.overrides, names),
    ];
    this.applications = outputOf(statusesOf(members));
    this.projects = output(projectsBefore().then((before) => inForce(projects, before)));
    // What it says of its Applications is in the output of each, and in the stack's.
    this.registerOutputs({});
  }

  /**
   * Waits until every Application is registered.
   * @throws RunError that names what is on hold and why; it also keeps the engine from deleting anything in this run
   */
  async settled(): Promise<void> {
    await Promise.all([this.#told, ...this.#members.map(([, { registered }]) => registered)]);
    const unwritten = runtime.isDryRun() ? [] : await this.#writeBack();
    const held = await Promise.all(this.#members.map(([name, { problem }]) => named(name, problem)));
    const problems = [...this.#problems, ...held.flat()];
    const texts = [
      ...(problems.length === 0 ? [] : ["on hold, nothing of it was changed:", ...problems.map(indent)]),
      ...(unwritten.length === 0 ? [] : ["not written to Git:", ...unwritten.map(indent)]),
    ];
    if (texts.length > 0) throw new RunError(texts.join("\n"));
  }

  /** Last, so that Git never says what does not run; what could not be written the next `up` tries again. */
  async #writeBack(): Promise<readonly string[]> {
    const all = await Promise.all(this.#members.map(([, application]) => application.ran()));
    const proposals = await Promise.all(this.#members.map(([, application]) => application.proposed()));
    const results = await Promise.all([
      writeBackAll(
        all.filter((ran) => ran !== undefined),
        this.#writer,
      ),
      proposeAll(
        proposals.filter((proposal) => proposal !== undefined),
        this.#writer,
      ),
    ]);
    for (const sentence of results.flatMap(({ done }) => done)) void log.info(sentence, this);
    return results.flatMap(({ problems }) => problems);
  }
}

function withProof(sources: OpenSources, gate: GateArgs | undefined, parent: ComponentResource): OpenSources {
  if (gate === undefined) return sources;
  const proof = readProof(gate, parent);
  // Each Application says it; without one nobody would hear of it, and the process would end by it.
  proof.catch(() => undefined);
  return { ...sources, proof };
}

type Members = readonly (readonly [name: string, application: Application])[];

/** Undefined as a whole while one of them is. */
async function statusesOf(members: Members): Promise<Readonly<Record<string, ApplicationStatus>> | undefined> {
  const statuses = await Promise.all(members.map(async ([name, { found }]) => [name, await found] as const));
  const known = statuses.flatMap(([name, status]) => (status === undefined ? [] : [[name, status] as const]));
  return known.length < statuses.length ? undefined : Object.fromEntries(known);
}

/** An Application whose name cannot be read may have any object. */
function unnamed({ problems }: Infra): readonly string[] {
  return problems.length === 0 ? [] : ["an Application without a name"];
}

async function named(name: string, problem: Promise<string | undefined>): Promise<readonly string[]> {
  const reason = await problem;
  return reason === undefined ? [] : [`${name}: ${reason}`];
}

function indent(text: string): string {
  return text.replaceAll(/^/gm, "  ");
}

function rosterOf(
  environment: string,
  infra: Infra,
  elsewhere: ReadonlySet<string>,
  { allowRemoval, replacedClusters, shard }: EnvironmentArgs,
) {
  const sound = infra.applications.map(
    (application) =>
      [application.name, { file: application.file, cascade: cascades(application) !== undefined }] as const,
  );
  const broken = infra.broken.map(({ name }) => [name, { file: "", cascade: true }] as const);
  // The SDK prints what it registers, and cannot print what inherits nothing.
  const replaced = replacedClusters === undefined ? {} : { replacedClusters: { ...replacedClusters } };
  const part = shard === undefined ? {} : { shard: { ...shard, elsewhere: [...elsewhere] } };
  return { environment, allowRemoval, ...replaced, ...part, applications: Object.fromEntries([...broken, ...sound]) };
}

/** Applications of other shards. */
function specsOf(infra: Infra, elsewhere: ReadonlySet<string>, { overlay: all, overrides }: EnvironmentArgs) {
  const others = infra.applications.filter(({ name }) => elsewhere.has(name));
  return others.map((application) => overlay(application, all, overrides[application.name]));
}

function dependenciesOf(subject: Subject): readonly string[] {
  return ("spec" in subject ? subject.spec.dependencies?.names : undefined) ?? [];
}

/** Each after those it depends on, without those of other shards. */
function subjectsOf(
  infra: Infra,
  elsewhere: ReadonlySet<string>,
  projects: Projects,
  args: EnvironmentArgs,
): ReadonlyMap<string, Subject> {
  const broken = infra.broken.map((subject) => [subject.name, subject] as const);
  const sound = orderByDependencies(infra.applications).map((application) => {
    const spec = overlay(application, args.overlay, args.overrides[application.name]);
    return [spec.name, subjectOf(spec, projects, args)] as const;
  });
  return new Map<string, Subject>([...broken, ...sound].filter(([name]) => !elsewhere.has(name)));
}

function subjectOf(
  spec: OverlaidApplication,
  projects: Projects,
  { cluster, clusters = {} }: EnvironmentArgs,
): Subject {
  const place = findPlace(spec.destination, cluster.reference, clusters);
  if (typeof place !== "string") return { spec, cluster: place.cluster, admission: admit(projects, spec, place.names) };
  return { spec, cluster: cluster.reference, admission: { refusals: [place], windows: [] } };
}
