import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import fc from "fast-check";

import { valueAt, withValueAt } from "../../components/manifest/fields.ts";
import type { Manifest } from "../../components/manifest/object.ts";
import type { SyncRecord } from "../../components/sync/record.ts";
import type { RawApi } from "../support/raw-api.ts";
import { openRawApi } from "../support/raw-api.ts";
import { readSandbox } from "../support/sandbox.ts";
import type { Alteration, KindCase } from "./alteration.ts";
import { kindCases } from "./kinds.ts";
import { deployed, openScene } from "./scene.ts";
import type { Writer } from "./writers.ts";
import { WRITERS } from "./writers.ts";

// In every round one thing happens to an object of each kind, by one of many ways. `DRIFT_ROUNDS` asks for more of them.
const ROUNDS = Number(process.env["DRIFT_ROUNDS"] ?? 12);
const APPLIED = { wait: "applied" } as const;

/** What may happen to one object in a round; numbers pick from the tables of its kind. */
interface Event {
  readonly what: "owned" | "foreign";
  readonly alteration: number;
  readonly writer: number;
}

interface Deed {
  readonly kind: KindCase;
  readonly alteration: Alteration;
  readonly writer: Writer;
  /** Whether it is drift: what Git states is, whoever changed it; what a person added is. */
  readonly isDrift: boolean;
}

describe("drift of every built-in kind on the real API server", () => {
  let api: RawApi;
  let scene: Awaited<ReturnType<typeof openScene>>;
  let cases: readonly KindCase[];
  let objects: readonly Manifest[];
  let outputs: SyncRecord;

  beforeAll(async () => {
    api = openRawApi(readSandbox(process.env));
    scene = await openScene();
    cases = kindCases(scene.namespace);
    objects = cases.map(({ manifest }) => manifest);
    outputs = await deployed(scene.deploy(objects, undefined, APPLIED));
  });
  beforeEach(() => heal());
  afterAll(() => api.close());

  const urlOf = ({ collection }: KindCase) => `${collection}/x`;
  const liveOf = (kind: KindCase) => api.send<Manifest>({ method: "GET", path: urlOf(kind) });
  const drifted = async () => (await scene.look(outputs)).outputs.drift.map(shortened);
  const heal = async () => (outputs = await deployed(scene.deploy(objects, outputs, APPLIED)));

  it("is none right after an apply, whatever the API server made of quantities and defaults", async () => {
    expect(await drifted()).toEqual([]);
  });

  it(`is exactly what Git states and what persons add, in ${ROUNDS} rounds over ${kindCases("x").length} kinds`, async () => {
    const event = fc.record<Event>({
      what: fc.constantFrom("owned", "foreign"),
      alteration: fc.nat(),
      writer: fc.nat(),
    });
    const round = fc.array(event, { minLength: cases.length, maxLength: cases.length });
    await fc.assert(
      fc.asyncProperty(round, async (events) => {
        const deeds = events.flatMap((each, index) => deedOf(cases[index]!, each));
        const before = await Promise.all(deeds.map(({ kind }) => liveOf(kind)));
        await Promise.all([...deeds.map(carryOut), ...cases.map(changeStatus)]);
        const expected = deeds.filter(({ isDrift }) => isDrift).map(sentenceOf);
        expect(withStars(await drifted(), expected)).toEqual(expected.toSorted());
        await heal();
        expect(await drifted()).toEqual([]);
        await Promise.all(deeds.map((deed, index) => expectHealed(deed, before[index]!)));
        await Promise.all(deeds.map(cleanUp));
      }),
      { numRuns: ROUNDS, endOnFailure: true },
    );
  });

  it("is no status, whoever writes it", async () => {
    for (let time = 0; time < ROUNDS; time++) await Promise.all(cases.map(changeStatus));
    expect(await drifted()).toEqual([]);
  });

  it("is the scale subresource where Git states the replicas", async () => {
    const [deployment] = cases;
    await scale(deployment!, 1, "kubectl");
    expect(await drifted()).toEqual(["Deployment x: spec.replicas"]);
    await heal();
    expect((await liveOf(deployment!))["spec"]).toMatchObject({ replicas: 0 });
  });

  it("is no notation: quantities, text of Secrets, empty maps", async () => {
    const same = (kind: string, body: object, manager = "kubectl-patch") =>
      api.send({
        ...{ method: "PATCH", type: "application/strategic-merge-patch+json", body },
        path: `${urlOf(caseOf(kind))}?fieldManager=${manager}`,
      });
    const requests = { cpu: "1", memory: "256Mi" };
    const container = { name: "app", resources: { requests } };
    await same("Deployment", { spec: { template: { spec: { containers: [container] } } } });
    await same("PersistentVolumeClaim", { spec: { resources: { requests: { storage: "1Gi" } } } });
    await same("ResourceQuota", { spec: { hard: { "requests.cpu": "2" } } });
    await same("Secret", { stringData: { A: "a" } });
    await same("ConfigMap", { metadata: { labels: {}, annotations: {} } });
    expect(await drifted()).toEqual([]);
    await same("Secret", { stringData: { A: "changed" } });
    expect(await drifted()).toEqual(["Secret x: data.A"]);
    await heal();
  });

  function caseOf(kind: string): KindCase {
    return cases.find(({ manifest }) => manifest.kind === kind)!;
  }

  function carryOut({ kind, alteration, writer }: Deed): Promise<unknown> {
    return insist(async () => writer.write(api, urlOf(kind), await liveOf(kind), alteration));
  }

  /** What was changed is as before; what a controller added is as it was left. */
  async function expectHealed({ kind, alteration: { path, value, shown }, isDrift }: Deed, before: Manifest) {
    const place = `${kind.manifest.kind}: ${shown}`;
    const found = valueAt(await liveOf(kind), path);
    if (isDrift) expect({ place, found }).toEqual({ place, found: valueAt(before, path) });
    else expect({ place, found }).toMatchObject({ place, found: value });
  }

  async function cleanUp({ kind, alteration: { path }, writer, isDrift }: Deed): Promise<void> {
    if (isDrift) return;
    await insist(async () => {
      const live = await liveOf(kind);
      const url = `${urlOf(kind)}?fieldManager=${writer.manager}`;
      await api.send({ method: "PUT", path: url, body: withValueAt(live, path, undefined) });
    });
  }

  async function changeStatus({ hasStatus, manifest: { apiVersion, kind }, ...rest }: KindCase): Promise<void> {
    if (!hasStatus) return;
    const conditions = [condition(kind)];
    await insist(() =>
      api.send({
        ...{ method: "PATCH", path: `${rest.collection}/x/status?fieldManager=some-controller` },
        ...{ type: "application/merge-patch+json", body: { apiVersion, kind, status: { conditions } } },
      }),
    );
  }

  async function scale(kind: KindCase, replicas: number, manager: string): Promise<void> {
    const path = `${urlOf(kind)}/scale?fieldManager=${manager}`;
    await api.send({ method: "PATCH", path, type: "application/merge-patch+json", body: { spec: { replicas } } });
  }
});

describe("an autoscaled workload", () => {
  it("never drifts, however often its autoscaler scales it", async () => {
    const api = openRawApi(readSandbox(process.env));
    const { namespace, deploy, look } = await openScene();
    const [deployment] = kindCases(namespace);
    const { manifest } = deployment!;
    const workload = { ...manifest, spec: { ...(manifest["spec"] as object), replicas: 1 } };
    const target = { apiVersion: "apps/v1", kind: "Deployment", name: "x" };
    const autoscaler: Manifest = {
      ...{ apiVersion: "autoscaling/v2", kind: "HorizontalPodAutoscaler", metadata: { name: "x", namespace } },
      spec: { minReplicas: 1, maxReplicas: 9, scaleTargetRef: target },
    };
    const outputs = await deployed(deploy([workload, autoscaler], undefined, APPLIED));
    for (let time = 0; time < ROUNDS; time++) {
      await api.send({
        ...{ method: "PATCH", type: "application/merge-patch+json", body: { spec: { replicas: time % 3 } } },
        path: `${deployment!.collection}/x/scale?fieldManager=horizontal-pod-autoscaler`,
      });
      expect((await look(outputs)).outputs.drift).toEqual([]);
    }
    api.close();
  });
});

function deedOf(kind: KindCase, { what, alteration, writer }: Event): readonly Deed[] {
  const table = kind[what];
  const chosen = table[alteration % table.length];
  if (chosen === undefined) return [];
  const able = WRITERS.filter(({ removes }) => removes || chosen.value !== undefined);
  const by = able[writer % able.length]!;
  return [{ kind, alteration: chosen, writer: by, isDrift: what === "owned" || by.person }];
}

function sentenceOf({ kind, alteration: { shown } }: Deed): string {
  return `${kind.manifest.kind} x: ${shown}`;
}

/** With `spec.behavior*` in place of whatever begins like it, when that is expected. */
function withStars(sentences: readonly string[], expected: readonly string[]): readonly string[] {
  const starred = expected.filter((one) => one.endsWith("*"));
  const star = (sentence: string) => starred.find((one) => sentence.startsWith(one.slice(0, -1))) ?? sentence;
  return [...new Set(sentences.map(star))].toSorted();
}

/** `Deployment qa/x: spec.replicas: 1 => 0 (set by kubectl)` -> `Deployment x: spec.replicas`. */
function shortened(sentence: string): string {
  return sentence.replace(/^(\w+) \S+\/(\S+: .+?): .*$/, "$1 $2");
}

/** Controllers write the same objects at the same time. */
async function insist(work: () => Promise<unknown>): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await work();
      return;
    } catch (error) {
      if (attempt === 20 || !String(error).includes(" 409 ")) throw error;
    }
  }
}

function condition(kind: string): object {
  const common = { status: "False", reason: "Test", message: `number ${Math.random()}` };
  const lastTransitionTime = new Date().toISOString().replace(/\.\d+Z$/, "Z");
  return { ...common, type: kind === "PodDisruptionBudget" ? "DisruptionAllowed" : "Test", lastTransitionTime };
}
