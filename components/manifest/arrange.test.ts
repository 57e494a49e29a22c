import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";

import type { Phase, Placed } from "./arrange.ts";
import { arrange, arrangeForRemoval, needs, provides } from "./arrange.ts";
import type { Manifest } from "./object.ts";

function object(apiVersion: string, kind: string, name: string, namespace?: string): Manifest {
  return { apiVersion, kind, metadata: namespace === undefined ? { name } : { name, namespace } };
}

function definition(kind: string, group = "example.com"): Manifest {
  const name = `${kind.toLowerCase()}s.${group}`;
  return { ...object("apiextensions.k8s.io/v1", "CustomResourceDefinition", name), spec: { group, names: { kind } } };
}

const job = object("batch/v1", "Job", "migrate", "qa");
const config = object("v1", "ConfigMap", "web", "qa");
const deployment = object("apps/v1", "Deployment", "web", "qa");
const namespace = object("v1", "Namespace", "qa");
const widget = object("example.com/v1", "Widget", "one", "qa");

function at(phase: Phase, wave: number, manifest: Manifest): Placed {
  return { phase, wave, manifest };
}

function order(tasks: readonly Placed[]): readonly string[] {
  return arrange(tasks).map(
    ({ phase, wave, manifest }) => `${phase} ${wave} ${manifest.kind} ${manifest.metadata.name}`,
  );
}

describe("the order of a sync", () => {
  it("is phase, then wave, then kind, then name", () => {
    const tasks = [
      at("PostSync", -9, job),
      at("Sync", 0, deployment),
      at("Sync", 0, object("v1", "ConfigMap", "api", "qa")),
      at("Sync", 0, config),
      at("Sync", -1, widget),
      at("PreSync", 5, job),
    ];
    const arranged = [
      ...["PreSync 5 Job migrate", "Sync -1 Widget one", "Sync 0 ConfigMap api"],
      ...["Sync 0 ConfigMap web", "Sync 0 Deployment web", "PostSync -9 Job migrate"],
    ];
    expect(order(tasks)).toEqual(arranged);
    expect(order(tasks.toReversed())).toEqual(arranged);
  });

  it("raises a namespace to the first object that lives in it, whatever its own wave", () => {
    expect(order([at("Sync", 3, namespace), at("Sync", 0, deployment), at("PreSync", 1, job)])).toEqual([
      ...["PreSync 1 Namespace qa", "PreSync 1 Job migrate", "Sync 0 Deployment web"],
    ]);
  });

  it("raises a definition to the first object of its kind, and leaves one of another group with that kind", () => {
    const tasks = [
      at("Sync", 0, definition("Widget")),
      at("Sync", -2, widget),
      at("Sync", 1, definition("Widget", "b.c")),
    ];
    expect(order(tasks)).toEqual([
      ...["Sync -2 CustomResourceDefinition widgets.example.com", "Sync -2 Widget one"],
      "Sync 1 CustomResourceDefinition widgets.b.c",
    ]);
  });

  it("leaves what is early enough where it is", () => {
    expect(order([at("Sync", -5, namespace), at("Sync", 0, config)])).toEqual([
      ...["Sync -5 Namespace qa", "Sync 0 ConfigMap web"],
    ]);
  });

  const manifests = [job, config, deployment, namespace, widget, definition("Widget"), definition("Gadget")];
  const placed = fc.record({
    phase: fc.constantFrom<Phase>("PreSync", "Sync", "PostSync"),
    wave: fc.integer({ min: -3, max: 3 }),
    manifest: fc.constantFrom(...manifests),
  });

  it("has every object once, nothing before what it needs, and phases and waves that only rise", () => {
    fc.assert(
      fc.property(fc.uniqueArray(placed, { selector: ({ manifest }) => manifest }), (tasks) => {
        const arranged = arrange(tasks);
        expect(new Set(arranged.map(({ manifest }) => manifest))).toEqual(
          new Set(tasks.map(({ manifest }) => manifest)),
        );
        expect(arranged).toHaveLength(tasks.length);
        const rank = ({ phase, wave }: Placed) => ["PreSync", "Sync", "PostSync"].indexOf(phase) * 100 + wave;
        arranged.forEach((task, index) => {
          const later = arranged.slice(index + 1);
          expect(later.every((other) => rank(other) >= rank(task))).toBe(true);
          expect(later.some(({ manifest }) => needs(task.manifest).includes(provides(manifest) ?? ""))).toBe(false);
        });
      }),
    );
  });

  it("does not depend on the order in which Git has the objects", () => {
    fc.assert(
      fc.property(fc.shuffledSubarray(manifests), (some) => {
        const tasks = some.map((manifest) => at("Sync", manifest.kind.length % 3, manifest));
        expect(arrange(tasks.toReversed())).toEqual(arrange(tasks));
      }),
    );
  });
});

describe("the order of a removal", () => {
  const waved = (manifest: Manifest, wave: string): Manifest => ({
    ...manifest,
    metadata: { ...manifest.metadata, annotations: { "argocd.argoproj.io/sync-wave": wave } },
  });

  it("is the highest wave first, in a wave the reverse of the apply order", () => {
    const waves = arrangeForRemoval([config, waved(job, "2"), deployment, waved(widget, "-1")]);
    expect(waves.map((wave) => wave.map(({ kind }) => kind))).toEqual([
      ["Job"],
      ["Deployment", "ConfigMap"],
      ["Widget"],
    ]);
  });

  it("mirrors the waves of the apply: what came first goes last", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -3, max: 3 })), (waves) => {
        const objects = waves.map((wave, index) => waved(object("v1", "ConfigMap", `c${index}`, "qa"), String(wave)));
        const applied = arrange(objects.map((manifest, index) => at("Sync", waves[index] ?? 0, manifest)));
        expect(arrangeForRemoval(objects).flat()).toEqual(applied.map(({ manifest }) => manifest).toReversed());
      }),
    );
  });
});
