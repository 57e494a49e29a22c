import { describe, expect, it } from "@jest/globals";

import type { Manifest } from "../manifest/object.ts";
import { stamp } from "../manifest/ownership.ts";
import { optionsOf } from "./options.ts";
import { whyNotAnew } from "./recreate.ts";
import { inputsWith } from "./sync.fixture.ts";

const INPUTS = inputsWith({});

function reasonFor(options: string, object: Partial<Manifest> = {}, annotations: Record<string, string> = {}) {
  const metadata = { name: "web", namespace: "qa", annotations };
  const manifest = stamp({ apiVersion: "v1", kind: "Service", ...object, metadata }, INPUTS);
  const asking = {
    ...manifest,
    metadata: { ...metadata, annotations: { "argocd.argoproj.io/sync-options": options } },
  };
  return whyNotAnew(manifest, INPUTS, optionsOf(asking));
}

describe("whyNotAnew", () => {
  it("has nothing against what is ours and asks for it", () => expect(reasonFor("Force=true")).toBeUndefined());

  it.each(["", "Force=false", "Replace=true"])("says how to ask for it: %j", (options) => {
    expect(reasonFor(options)).toContain("Force=true to have it made anew");
  });

  it.each([
    ["v1", "Namespace"],
    ["v1", "PersistentVolume"],
    ["v1", "PersistentVolumeClaim"],
    ["apiextensions.k8s.io/v1", "CustomResourceDefinition"],
  ])("never deletes a %s %s, not even one that may be removed", (apiVersion, kind) => {
    const allowed = { "pulumi-gitops.dev/allow-removal": "true" };
    expect(reasonFor("Force=true,Replace=true", { apiVersion, kind }, allowed)).toContain(
      "is never deleted for a change",
    );
  });

  it.each([
    ["Force=true,Prune=false", {}],
    ["Force=true,Prune=confirm", {}],
    ["Force=true,Delete=false", {}],
    ["Force=true,Prune=flase", {}],
    ["Force=true", { "helm.sh/resource-policy": "keep" }],
  ])("does not delete what asks to be kept: %s %j", (options, annotations) => {
    expect(reasonFor(options, {}, annotations)).toContain("take back what keeps it");
  });

  it("does not delete what is not ours", () => {
    const live = { apiVersion: "v1", kind: "Service", metadata: { name: "web", namespace: "qa" } };
    const asking = {
      ...live,
      metadata: { ...live.metadata, annotations: { "argocd.argoproj.io/sync-options": "Force=true" } },
    };
    expect(whyNotAnew(live, INPUTS, optionsOf(asking))).toContain("only makes anew what is ours already");
  });
});
