import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";

import { canonicalJson } from "../manifest/json.ts";
import type { Manifest } from "../manifest/object.ts";
import type { Policy } from "../sync.protocol.ts";
import { plan, textOf } from "./plan.ts";
import { POLICY } from "./sync.fixture.ts";

function object(kind: string, name: string, extra: Partial<Manifest> = {}): Manifest {
  return { apiVersion: "v1", kind, metadata: { name, namespace: "qa", uid: `${kind}-${name}` }, ...extra };
}

const web = object("Service", "web");
const config = object("ConfigMap", "web");

interface Case {
  readonly desired?: readonly Manifest[];
  readonly applied?: readonly Manifest[];
  readonly live?: readonly Manifest[];
  readonly suspects?: readonly string[];
  readonly policy?: Partial<Policy>;
}

function byText(objects: readonly Manifest[]): Record<string, string> {
  return Object.fromEntries(objects.map((one) => [textOf(one), canonicalJson(one)]));
}

function wanted(desired: readonly Manifest[], hooks: readonly Manifest[] = [], runHooks = true) {
  return { desired: byText(desired), hooks: byText(hooks), runHooks };
}

function planOf({ desired = [], applied = [], live = [], suspects = [], policy = {} }: Case) {
  const memory = { manifests: byText(applied), applied: {} };
  const observation = { live: new Map(live.map((one) => [textOf(one), one])), suspects: new Set(suspects) };
  const { steps, prune, kept } = plan(wanted(desired), memory, observation, { ...POLICY, ...policy });
  const tasks = steps.flatMap((step) => step.tasks);
  const texts = (action: string) => tasks.filter((task) => task.action === action).map(({ text }) => text);
  return {
    apply: texts("apply"),
    unchanged: texts("unchanged"),
    prune: prune.flat().map(textOf),
    kept,
  };
}

const NOTHING_LIVE = { live: new Map<string, Manifest>(), suspects: new Set<string>() };
const NOTHING = { apply: [], unchanged: [], prune: [], kept: [] };

describe("plan", () => {
  it("creates what is missing, in apply order", () => {
    expect(planOf({ desired: [web, config] })).toEqual({ ...NOTHING, apply: ["ConfigMap qa/web", "Service qa/web"] });
  });

  it("applies earlier waves first whatever the kind, and prunes in the reverse order", () => {
    const wave = (kind: string, number: string) => {
      const annotations = { "argocd.argoproj.io/sync-wave": number };
      return object(kind, "web", { metadata: { name: "web", namespace: "qa", uid: kind, annotations } });
    };
    const waves = [wave("ConfigMap", "2"), wave("Service", "-1"), wave("Secret", "0")];
    const order = ["Service qa/web", "Secret qa/web", "ConfigMap qa/web"];
    expect(planOf({ desired: waves }).apply).toEqual(order);
    expect(planOf({ live: waves }).prune).toEqual(order.toReversed());
  });

  it("makes a step of each wave, of what is unchanged too: later ones wait for it", () => {
    const late = { name: "late", namespace: "qa", annotations: { "argocd.argoproj.io/sync-wave": "3" } };
    const later = object("Service", "late", { metadata: late });
    const memory = { manifests: byText([web]), applied: {} };
    const observation = { live: new Map([[textOf(web), web]]), suspects: new Set<string>() };
    const { steps } = plan(wanted([later, web, config]), memory, observation, POLICY);
    expect(steps).toMatchObject([
      {
        phase: "Sync",
        wave: 0,
        tasks: [
          { action: "apply", manifest: config },
          { action: "unchanged", manifest: web },
        ],
      },
      { phase: "Sync", wave: 3, tasks: [{ action: "apply", manifest: later }] },
    ]);
  });

  it("has hooks in their phases and waves among the objects, and none of them when only drift is healed", () => {
    const hook = (name: string, types: string, wave = "0") => {
      const annotations = { "argocd.argoproj.io/hook": types, "argocd.argoproj.io/sync-wave": wave };
      return object("Pod", name, { metadata: { name, namespace: "qa", annotations } });
    };
    const hooks = [
      ...[hook("late", "PreSync", "1"), hook("early", "PreSync,PostSync"), hook("fail", "SyncFail")],
      ...[hook("never", "Skip,Sync"), hook("among", "Sync", "-1"), hook("bye", "PreDelete,PostDelete")],
    ];
    const namesOf = (runHooks: boolean) =>
      plan(wanted([web], hooks, runHooks), { manifests: {}, applied: {} }, NOTHING_LIVE, POLICY).steps.map(
        ({ phase, wave, tasks }) =>
          `${phase} ${wave}: ${tasks.map(({ manifest }) => manifest.metadata.name).join(" ")}`,
      );
    expect(namesOf(true)).toEqual([
      ...["PreSync 0: early", "PreSync 1: late", "Sync -1: among", "Sync 0: web", "PostSync 0: early"],
    ]);
    expect(namesOf(false)).toEqual(["Sync 0: web"]);
  });

  it("never prunes the object of a hook, whether Git has the hook or not, nor an object that Git has as a hook now", () => {
    const metadata = { name: "old", namespace: "qa", uid: "u", annotations: { "helm.sh/hook": "pre-install" } };
    const live = [object("Pod", "old", { metadata }), web];
    const observation = { live: new Map(live.map((one) => [textOf(one), one])), suspects: new Set<string>() };
    const skipped = object("Service", "web", {
      metadata: { name: "web", namespace: "qa", annotations: { "argocd.argoproj.io/hook": "Skip" } },
    });
    for (const runHooks of [true, false]) {
      const planned = plan(wanted([config], [skipped], runHooks), { manifests: {}, applied: {} }, observation, POLICY);
      expect(planned).toMatchObject({ prune: [], kept: [] });
    }
  });

  it("prunes wave by wave, highest first, and what asks to be last after all others", () => {
    const annotated = (kind: string, wave: string, options = "") => {
      const annotations = { "argocd.argoproj.io/sync-wave": wave, "argocd.argoproj.io/sync-options": options };
      return object(kind, "web", { metadata: { name: "web", namespace: "qa", uid: kind, annotations } });
    };
    const live = [
      ...[annotated("Secret", "1"), annotated("Service", "-4", "PruneLast=true"), annotated("Pod", "1")],
      ...[annotated("Role", "9", "PruneLast=true"), annotated("ConfigMap", "0"), annotated("Job", "5")],
    ];
    const observation = { live: new Map(live.map((one) => [textOf(one), one])), suspects: new Set<string>() };
    const { prune } = plan(wanted([]), { manifests: {}, applied: {} }, observation, POLICY);
    expect(prune.map((wave) => wave.map(({ kind }) => kind))).toEqual([
      ...[["Job"], ["Pod", "Secret"], ["ConfigMap"]],
      ...[["Role"], ["Service"]],
    ]);
  });

  it("leaves alone what was applied as it is and is not suspected", () => {
    expect(planOf({ desired: [web], applied: [web], live: [web] })).toEqual({
      ...NOTHING,
      unchanged: ["Service qa/web"],
    });
  });

  it("applies a suspect again", () => {
    expect(planOf({ desired: [web], applied: [web], live: [web], suspects: ["Service qa/web"] }).apply).toEqual([
      "Service qa/web",
    ]);
  });

  it("applies what is there but was never applied by this resource", () => {
    expect(planOf({ desired: [web], live: [web] }).apply).toEqual(["Service qa/web"]);
  });

  it("prunes what Git does not have any more, dependents first", () => {
    expect(planOf({ live: [config, web] }).prune).toEqual(["Service qa/web", "ConfigMap qa/web"]);
  });

  it("prunes nothing when prune is off or the Application is manual, and says so", () => {
    expect(planOf({ live: [web], policy: { prune: false } })).toEqual({
      ...NOTHING,
      kept: ["Service qa/web: is not in Git; prune is off"],
    });
    expect(planOf({ live: [web], policy: { automated: false } }).prune).toEqual([]);
  });

  it.each(["Namespace", "PersistentVolumeClaim", "PersistentVolume"])(
    "does not prune a %s unless the object itself allows it",
    (kind) => {
      const willing = {
        name: "a",
        namespace: "qa",
        uid: "u",
        annotations: { "pulumi-gitops.dev/allow-removal": "true" },
      };
      expect(planOf({ live: [object(kind, "a")] }).prune).toEqual([]);
      expect(planOf({ live: [object(kind, "a", { metadata: willing })] }).prune).toHaveLength(1);
    },
  );

  it.each([
    [
      "argocd.argoproj.io/sync-options",
      "Prune=false",
      ["Service qa/web: is not in Git; the sync option Prune=false keeps it"],
    ],
    ["argocd.argoproj.io/compare-options", "IgnoreExtraneous", []],
  ])("keeps an object that Git dropped when it says %s: %s", (annotation, option, kept) => {
    const metadata = { name: "web", namespace: "qa", uid: "u", annotations: { [annotation]: option } };
    expect(planOf({ live: [object("Service", "web", { metadata })] })).toEqual({ ...NOTHING, kept });
  });

  it("does not prune a desired object that the cluster also shows under another group", () => {
    const ingress = object("Ingress", "web", { apiVersion: "networking.k8s.io/v1" });
    const same = { ...ingress, apiVersion: "extensions/v1beta1" };
    expect(planOf({ desired: [ingress], applied: [ingress], live: [ingress, same] }).prune).toEqual([]);
  });

  it("never prunes what Git has, and plans nothing for a state that was applied", () => {
    const names = fc.uniqueArray(fc.constantFrom("a", "b", "c", "d", "e"));
    fc.assert(
      fc.property(names, names, names, (wanted, known, alive) => {
        const services = (some: readonly string[]) => some.map((name) => object("Service", name));
        const { apply, prune, unchanged } = planOf({
          desired: services(wanted),
          applied: services(known),
          live: services(alive),
        });
        expect(prune.filter((text) => wanted.some((name) => text.endsWith(`/${name}`)))).toEqual([]);
        expect([...apply, ...unchanged].toSorted()).toEqual(services(wanted).map(textOf).toSorted());
        expect(planOf({ desired: services(wanted), applied: services(wanted), live: services(wanted) }).apply).toEqual(
          [],
        );
      }),
    );
  });
});
