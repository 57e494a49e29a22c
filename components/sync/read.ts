import { causeOf, GitOpsError, isGitOpsError } from "../error.ts";
import { parseJson } from "../exact-json.ts";
import type { Health } from "../manifest/health.ts";
import type { Manifest } from "../manifest/object.ts";
import { formatRef } from "../manifest/object.ts";
import type { CheckedInputs, SyncOutputs } from "../sync.protocol.ts";
import { PROTOCOL } from "../sync.protocol.ts";
import type { Cluster } from "./cluster.ts";
import { openCluster } from "./cluster.ts";
import type { Findings } from "./compare.ts";
import { compare } from "./compare.ts";
import { glance } from "./glance.ts";
import { noteHealth } from "./healthy.ts";
import { compileIgnore } from "./ignore.ts";
import type { MetadataDrift } from "./namespace-metadata.ts";
import { metadataDrift } from "./namespace-metadata.ts";
import type { Subject } from "./observe.ts";
import { observe } from "./observe.ts";
import type { Memory } from "./pack.ts";
import type { SyncRecord } from "./record.ts";
import { rememberedOf } from "./remembered.ts";
import { driftRules } from "./rules.ts";
import type { ViewOf } from "./snapshots.ts";
import { currentSnapshot } from "./snapshots.ts";

export interface Reading {
  readonly outputs: SyncRecord;
  /** Absent where they are what the state has: nothing but health has changed. */
  readonly inputs?: CheckedInputs;
}

/**
 * Compares the cluster with what was last applied. In the answer, `inputs.manifests` is that text byte for byte, except
 * where the cluster differs: drifted fields carry the live value, missing objects are left out, strays are put in.
 * The engine then shows exactly these differences as `live => desired`.
 * @throws GitOpsError when the cluster cannot be looked at; a difficulty with this Application alone becomes its drift, and so does
 *   another cluster than before
 */
export async function read(outputs: SyncRecord, viewOf: ViewOf = currentSnapshot): Promise<Reading> {
  if (outputs.protocol > PROTOCOL) throw newerState(outputs);
  const cluster = await openCluster(outputs.cluster);
  if (cluster.id !== outputs.clusterId) return elsewhere(outputs, cluster.id);
  const snapshot = viewOf("read", cluster, outputs.environment);
  // What fails here fails again below, where it is told.
  const health = await glance(outputs, snapshot).catch(() => undefined);
  if (health !== undefined) return { outputs: { ...outputs, ...noted(outputs, formatHealth(health)) } };
  const memory = await outputs.memory();
  try {
    const subject = subjectOf(outputs, memory);
    const observation = await observe(cluster, snapshot, subject);
    const home = await lookAtNamespace(cluster, outputs, memory);
    return reading(outputs, memory, await compare(outputs, subject, observation, home));
  } catch (error) {
    if (!concernsOne(error)) throw error;
    const cause = causeOf(error);
    return reading(outputs, memory, {
      ...{ shown: memory.manifests, conditions: [], driftStays: false },
      drift: [`could not be compared: ${cause}`],
      health: { status: "Unknown", message: cause },
    });
  }
}

/** The namespace, where something is stated of it: it is not tracked, so no LIST of ours shows it. */
async function lookAtNamespace(
  { client }: Cluster,
  { policy }: SyncOutputs,
  { manifests }: Memory,
): Promise<MetadataDrift | undefined> {
  const target = { group: "", kind: "Namespace", namespace: "", name: policy.namespace };
  if (policy.namespaceMetadata === undefined || Object.hasOwn(manifests, formatRef(target))) return undefined;
  return metadataDrift(policy, await client.get(target));
}

export function subjectOf(outputs: SyncOutputs, memory: Memory): Subject {
  const { environment, application, inventory, policy } = outputs;
  const manifests = () => Object.values(memory.manifests).map((text) => parseJson(text) as Manifest);
  const rules = driftRules(environment, policy.people, manifests);
  const { namespace, ignore } = policy;
  return { environment, application, namespace, inventory, memory, rules, ignoreRulesOf: compileIgnore(ignore) };
}

export function formatHealth({ status, message }: Health): string {
  return status === "Healthy" ? status : `${status}: ${message}`;
}

function noted({ healthy, images }: SyncOutputs, health: string): Pick<SyncOutputs, "health" | "healthy"> {
  return { health, healthy: noteHealth(healthy, images, health, new Date().toISOString()) };
}

function reading(
  outputs: SyncRecord,
  { hooks }: Memory,
  { drift, driftStays, conditions, shown, namespace, health }: Findings,
): Reading {
  const text = formatHealth(health);
  const unfinished = !outputs.complete || health.status === "Unknown";
  return {
    outputs: {
      ...{ ...outputs, drift, driftStays, ...noted(outputs, text) },
      conditions: outputs.complete ? conditions : outputs.conditions,
    },
    inputs: {
      ...rememberedOf(outputs),
      ...(namespace === undefined ? {} : { policy: { ...outputs.policy, namespaceMetadata: namespace } }),
      manifests: shown,
      ...(hooks === undefined ? {} : { hooks }),
      health: unfinished ? unfinishedHealth(outputs, text) : "Healthy",
    },
  };
}

/**
 * Another cluster is not looked at, because there everything of ours would look deleted. Whether it takes the place of the first one only
 * the program says, which runs later; what it refuses then is refused in `check`.
 */
function elsewhere(outputs: SyncRecord, to: string): Reading {
  const { clusterId: from } = outputs;
  const sentence = `this is another cluster (kube-system ${to}) than the one it was deployed to (${from})`;
  const health = `Unknown: ${sentence}`;
  return {
    outputs: { ...outputs, drift: [sentence], driftStays: false, health },
    inputs: { ...rememberedOf(outputs), manifests: {}, health, moved: { from, to } },
  };
}

/** A sync that did not finish must be visible as a change, or nothing would try it again. */
function unfinishedHealth({ conditions }: SyncOutputs, health: string): string {
  return health === "Healthy" ? `the last sync did not finish: ${conditions.join("; ")}` : health;
}

/** Throwing ends the whole preview, so only what concerns every Application may. */
function concernsOne(error: unknown): boolean {
  return (
    isGitOpsError(error) && !["Unauthorized", "Unavailable", "Timeout", "Throttled", "Refused"].includes(error.code)
  );
}

function newerState({ environment, application, protocol }: SyncOutputs): GitOpsError {
  return new GitOpsError(
    `the state of ${environment}/${application} was written by a newer version (protocol ${protocol}, this one reads ${PROTOCOL}); update the program first`,
    { code: "Unsupported" },
  );
}
