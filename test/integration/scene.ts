import { expect } from "@jest/globals";
import { randomUUID } from "node:crypto";

import { separateHooks } from "../../components/hooks.ts";
import { canonicalJson } from "../../components/manifest/json.ts";
import type { Manifest } from "../../components/manifest/object.ts";
import { isSecret } from "../../components/manifest/secret.ts";
import type { CheckedInputs, ClusterReference, Policy } from "../../components/sync.protocol.ts";
import { check } from "../../components/sync/check.ts";
import type { Cluster } from "../../components/sync/cluster.ts";
import { openCluster } from "../../components/sync/cluster.ts";
import { diff } from "../../components/sync/diff.ts";
import { digestOf } from "../../components/sync/digest.ts";
import { keepIgnored } from "../../components/sync/keep-ignored.ts";
import { textOf } from "../../components/sync/plan.ts";
import { read } from "../../components/sync/read.ts";
import type { SyncRecord } from "../../components/sync/record.ts";
import { INPUTS, openRecord, sealRecord } from "../../components/sync/record.ts";
import { recall, rememberedOf } from "../../components/sync/remembered.ts";
import type { Report } from "../../components/sync/report.ts";
import { takeSnapshot } from "../../components/sync/snapshot.ts";
import { desiredWith, POLICY } from "../../components/sync/sync.fixture.ts";
import { update } from "../../components/sync/update.ts";

/** Each look is a new one: the tests of a file share a process. */
export const viewOf = (_: unknown, cluster: Cluster, environment: string) => takeSnapshot(cluster, environment);
const NO_RETRY = { limit: 0, backoff: { durationMs: 1, factor: 1, maxDurationMs: 1 } };

/**
 * One Application, or several, in a namespace and an environment of its own, on the real API server of the run.
 * @param reference another way to that server
 * @param namespace by default one that nobody else has
 */
export async function openScene(
  reference: ClusterReference = { kind: "kubeconfig" },
  namespace = `sync-${randomUUID().slice(0, 8)}`,
) {
  const { client } = await openCluster(reference);
  const warnings: string[] = [];
  const statuses: string[] = [];
  const report: Report = {
    status: (sentence) => statuses.push(sentence),
    info: () => undefined,
    warning: (sentence) => warnings.push(sentence),
  };
  const policyOf = (policy: Partial<Policy>): Policy => ({
    ...POLICY,
    namespace,
    timeoutMs: 30_000,
    retry: NO_RETRY,
    ...policy,
  });

  function inputs(
    objects: readonly Manifest[],
    olds: Partial<CheckedInputs> = {},
    policy: Partial<Policy> = {},
  ): CheckedInputs {
    const { ordinary, hooks } = separateHooks(objects);
    const textsOf = (some: readonly Manifest[]) =>
      Object.fromEntries(some.map((object) => [textOf(object), canonicalJson(object)]));
    const values = Object.fromEntries(
      objects.filter(isSecret).map((object) => [textOf(object), object["data"] as Record<string, string>]),
    );
    const desired = {
      ...desiredWith(textsOf(ordinary)),
      ...(hooks.length === 0 ? {} : { hooks: textsOf(hooks) }),
      ...{ cluster: reference, environment: namespace, policy: policyOf(policy), secrets: { values } },
      application: olds.application ?? "web",
    };
    return check(olds, desired).inputs as CheckedInputs;
  }

  /** Inputs as the engine would have them, by their digest. */
  const state = new Map<string, CheckedInputs>();

  async function deploy(
    objects: readonly Manifest[],
    before?: SyncRecord,
    policy: Partial<Policy> = {},
    application = before?.application ?? "web",
  ) {
    const known = before === undefined ? {} : { claim: before.claim, secrets: before.secrets };
    return sync(inputs(objects, { ...known, application }, policy), before);
  }

  async function sync(wanted: CheckedInputs, before: SyncRecord | undefined) {
    state.set(digestOf(wanted), wanted);
    const { outputs, ...rest } = await update(wanted, before, report, viewOf);
    return { outputs: await kept(outputs, wanted), ...rest };
  }

  /** With the inputs that the engine has then: what `read` answers, or else what it had. */
  async function look(before: SyncRecord) {
    const { outputs, inputs: answered } = await read(before, viewOf);
    if (answered !== undefined) return { outputs: await kept(outputs, answered), inputs: answered };
    return { outputs, inputs: recall(state.get(before.digest)!, rememberedOf(outputs)) as CheckedInputs };
  }

  /** What a preview would show: the objects as the cluster has them, those as Git wants them, and whether they differ. */
  async function preview(objects: readonly Manifest[], before: SyncRecord, policy: Partial<Policy> = {}) {
    const seen = await look(before);
    const wanted = await keepIgnored(seen.inputs, inputs(objects, seen.inputs, policy));
    const lookAgain = () => Promise.reject(new Error("it was looked at already"));
    const { changes = true } = await diff(seen.outputs, wanted, { wasRead: true, look: lookAgain });
    return { ...seen.outputs, shown: seen.inputs.manifests, wanted: wanted.manifests, changes };
  }

  /** A run as the engine does it: refresh, then update when anything differs. */
  async function up(objects: readonly Manifest[], before: SyncRecord, policy: Partial<Policy> = {}) {
    const { shown, changes, ...seen } = await preview(objects, before, policy);
    if (!changes) return seen;
    const olds = { ...seen, manifests: shown };
    return deployed(sync(await keepIgnored(olds, inputs(objects, olds, policy)), seen));
  }

  const configMap = (name: string, data: Record<string, string> = { color: "blue" }): Manifest => ({
    ...{ apiVersion: "v1", kind: "ConfigMap", metadata: { name, namespace }, data },
  });
  const target = (kind: string, name: string, group = "") => ({ group, kind, namespace, name });
  const live = async (kind: string, name: string, group = "") =>
    (await client.get(target(kind, name, group))) as Manifest | undefined;
  /** Sets one value of a ConfigMap as somebody else. */
  async function change(name: string, key: string, value: string, manager = "kubectl-edit") {
    const patch = [{ op: "add", path: `/data/${key}`, value }];
    await client.patchJson(target("ConfigMap", name), patch, { manager });
  }
  async function removeByHand(name: string, kind = "ConfigMap", group = "") {
    const { metadata } = (await live(kind, name, group))!;
    await client.remove(target(kind, name, group), { uid: metadata.uid!, propagation: "Background" });
  }
  return {
    client,
    reference,
    namespace,
    warnings,
    statuses,
    report,
    deploy,
    preview,
    up,
    change,
    removeByHand,
    configMap,
    target,
    live,
    look,
  };
}

/** A record by what is known, whichever way. */
export async function knownOf({ memory, ...outputs }: SyncRecord) {
  return { ...outputs, memory: await memory() };
}

/** What the engine hands back of it later. */
async function kept(record: SyncRecord, inputs: CheckedInputs): Promise<SyncRecord> {
  return openRecord(Object.defineProperty(await sealRecord(record, inputs), INPUTS, { value: () => inputs }));
}

/** The outputs of a sync that is expected to finish. */
export async function deployed(result: Promise<{ outputs: SyncRecord; error?: unknown }>): Promise<SyncRecord> {
  const { outputs, error } = await result;
  expect(error).toBeUndefined();
  return outputs;
}
