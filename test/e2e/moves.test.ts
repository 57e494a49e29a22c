import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";

import { expectExit } from "../support/expect-exit.ts";
import type { LiveObject } from "../support/objects.ts";
import { deploymentIn, objectIn, objectsIn, versions } from "../support/objects.ts";
import { substitute } from "../support/repository.ts";
import type { World } from "../support/world.ts";
import { createWorld } from "../support/world.ts";

const KUSTOMIZATION = "k8s/kustomization.yaml";
const TRACKING = "pulumi-gitops.dev/tracking-id";

describe("an object whose Application changes", () => {
  let world: World;

  beforeAll(async () => {
    world = await createWorld({ stacks: ["qa"] });
    expectExit(await world.up("qa", ["--skip-preview"]), 0);
  });
  afterAll(() => world.close());

  function uidsOf(objects: Readonly<Record<string, LiveObject>>): Readonly<Record<string, string>> {
    return Object.fromEntries(Object.entries(objects).map(([name, { metadata }]) => [name, metadata.uid]));
  }

  it("stays when it moves to another service's repository, whichever of the two is slower", async () => {
    const before = uidsOf(await objectsIn(world, "qa"));
    const [from, to] = [world.repository("worker-service"), world.repository("scheduler-service")];
    const text = await serviceOf(world, "worker-service");
    const take = {
      [KUSTOMIZATION]: substitute("resources:\n", "resources:\n  - workers.yaml\n"),
      "k8s/workers.yaml": text,
    };
    const drop = { [KUSTOMIZATION]: substitute("  - service.yaml\n", ""), "k8s/service.yaml": undefined };
    await Promise.all([from.push("develop", drop), to.push("develop", take)]);
    expectExit(await world.up("qa"), 0);
    expect(uidsOf(await objectsIn(world, "qa"))).toEqual(before);
    const { metadata } = await objectIn(world, "qa", "service", "worker-service");
    expect(metadata.annotations?.[TRACKING]).toContain("/scheduler-service:");
    expectExit(await world.preview("qa", ["--expect-no-changes"]), 0);

    const restore = {
      [KUSTOMIZATION]: substitute("resources:\n", "resources:\n  - service.yaml\n"),
      "k8s/service.yaml": text,
    };
    const give = { [KUSTOMIZATION]: substitute("  - workers.yaml\n", ""), "k8s/workers.yaml": undefined };
    await Promise.all([from.push("develop", restore), to.push("develop", give)]);
    expectExit(await world.up("qa", ["--skip-preview"]), 0);
    expect(uidsOf(await objectsIn(world, "qa"))).toEqual(before);
    expectExit(await world.preview("qa", ["--expect-no-changes"]), 0);
  });

  it("stays when its Application gets another name", async () => {
    const before = uidsOf(await objectsIn(world, "qa"));
    const text = await world.readApplication("worker-service");
    await world.writeApplication("worker-service", undefined);
    await world.writeApplication("job-service", text.replace("name: worker-service", "name: job-service"));
    expectExit(await world.up("qa"), 0);
    expect(uidsOf(await objectsIn(world, "qa"))).toEqual(before);
    expect(Object.keys(await world.syncs("qa")).toSorted()).toEqual([
      "api-service",
      "job-service",
      "scheduler-service",
    ]);
    expectExit(await world.preview("qa", ["--expect-no-changes"]), 0);
  });

  it("stays as it runs while its Application says skip-reconcile", async () => {
    const text = await world.readApplication("api-service");
    const skip = text.replace("  annotations:\n", '  annotations:\n    argocd.argoproj.io/skip-reconcile: "true"\n');
    expect(skip).not.toBe(text);
    await world.writeApplication("api-service", skip);
    await world.kubectl("qa", ["set", "env", "deployment/api-service", "DEBUG=true"]);
    const before = versions(await objectsIn(world, "qa"));
    const output = expectExit(await world.up("qa", ["--skip-preview"]), 0);
    expect(output).toContain('api-service: argocd.argoproj.io/skip-reconcile is "true": it stays as it runs');
    expect(versions(await objectsIn(world, "qa"))).toEqual(before);
    await world.writeApplication("api-service", text);
    expectExit(await world.up("qa", ["--skip-preview"]), 0);
    const [container] = (await deploymentIn(world, "qa", "api-service")).spec.template.spec.containers;
    expect(container?.env?.map(({ name }) => name)).not.toContain("DEBUG");
  });
});

/** The file of a service's Service, as Git has it. */
async function serviceOf(world: World, name: "worker-service"): Promise<string> {
  const { metadata, spec } = await objectIn(world, "qa", "service", name);
  const { ports, selector } = spec as { readonly ports: unknown; readonly selector: unknown };
  const manifest = {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name, labels: ownLabels(metadata.labels) },
    spec: { selector, ports },
  };
  return JSON.stringify(manifest);
}

function ownLabels(labels: LiveObject["metadata"]["labels"] = {}): Record<string, string> {
  return Object.fromEntries(Object.entries(labels).filter(([key]) => !key.startsWith("pulumi-gitops.dev/")));
}
