import { describe, expect, it } from "@jest/globals";

import { trackProgress } from "./progress.ts";

const applied = { uid: "1", fieldsHash: "h", fields: {}, values: {} };

function manifest(kind: string, name: string) {
  return { apiVersion: kind === "Deployment" ? "apps/v1" : "v1", kind, metadata: { name, namespace: "qa" } };
}

describe("progress", () => {
  it("lists what exists in apply order, from earlier syncs and from this one", () => {
    const progress = trackProgress({ manifests: {}, applied: {} }, ["apps/Deployment qa/web"]);
    progress.applied(manifest("Service", "web"), applied, "1");
    progress.applied(manifest("ConfigMap", "web"), applied, "2");
    expect(progress.inventory()).toEqual(["ConfigMap qa/web", "Service qa/web", "apps/Deployment qa/web"]);
  });

  it("forgets an object only when it is gone", () => {
    const progress = trackProgress({ manifests: { "Service qa/web": "{}" }, applied: { "Service qa/web": applied } }, [
      "Service qa/web",
    ]);
    expect(progress.inventory()).toEqual(["Service qa/web"]);
    progress.removed("Service qa/web");
    expect(progress.inventory()).toEqual([]);
    expect(progress.memory()).toEqual({ manifests: {}, applied: {} });
  });
});
