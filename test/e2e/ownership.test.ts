import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";

import { expectExit } from "../support/expect-exit.ts";
import { objectIn, objectsIn, versions } from "../support/objects.ts";
import type { World } from "../support/world.ts";
import { createWorld } from "../support/world.ts";

interface Rival {
  readonly who: string;
  readonly metadata: { readonly labels?: Record<string, string>; readonly annotations?: Record<string, string> };
  /** In the refusal. */
  readonly by: RegExp;
}

const RIVALS: readonly Rival[] = [
  { who: "a person", metadata: {}, by: /belongs to kubectl/ },
  {
    who: "a Helm release",
    metadata: {
      labels: { "app.kubernetes.io/managed-by": "Helm" },
      annotations: { "meta.helm.sh/release-name": "workers", "meta.helm.sh/release-namespace": "ops" },
    },
    by: /belongs to Helm release ops\/workers/,
  },
  {
    who: "a Flux Kustomization",
    metadata: {
      labels: { "kustomize.toolkit.fluxcd.io/name": "apps", "kustomize.toolkit.fluxcd.io/namespace": "flux-system" },
    },
    by: /belongs to Flux Kustomization flux-system\/apps/,
  },
];

describe("an object that exists and is not ours", () => {
  let world: World;

  beforeAll(async () => {
    world = await createWorld({ stacks: ["qa"] });
    await world.kubectl("qa", ["create", "namespace", world.nameOf("qa")]);
  });
  afterAll(() => world.close());

  it.each(RIVALS)(
    "is left to $who: its service is refused by name, nothing of it is written, the others are done",
    async ({ metadata, by }) => {
      const service = {
        ...{ apiVersion: "v1", kind: "Service", metadata: { name: "worker-service", ...metadata } },
        spec: { ports: [{ port: 1234 }], selector: { app: "something-else" } },
      };
      await world.kubectl("qa", ["create", "--filename=-"], { input: JSON.stringify(service) });
      const before = await objectIn(world, "qa", "service", "worker-service");
      const output = expectExit(await world.up("qa", ["--skip-preview"]), 1);
      expect(output).toContain(`Service ${world.nameOf("qa")}/worker-service: `);
      expect(output).toMatch(by);
      expect(await objectIn(world, "qa", "service", "worker-service")).toEqual(before);
      const names = Object.keys(await objectsIn(world, "qa"));
      expect(names.filter((name) => name.endsWith(" worker-service"))).toEqual(["Service worker-service"]);
      expect(names).toContain("Deployment api-service");
      await world.kubectl("qa", ["delete", "service", "worker-service"]);
    },
  );

  it("is taken over when the Application says adopt, and only its stated fields are changed", async () => {
    const input = JSON.stringify({
      ...{ apiVersion: "v1", kind: "Service", metadata: { name: "worker-service", annotations: { theirs: "stays" } } },
      spec: {
        ports: [{ name: "http", port: 80, targetPort: 1 }],
        selector: { "app.kubernetes.io/name": "worker-service" },
      },
    });
    await world.kubectl("qa", ["create", "--filename=-", "--field-manager=some-tool"], { input });
    const { uid } = (await objectIn(world, "qa", "service", "worker-service")).metadata;
    await world.configure("qa", "gitops:overrides", { "worker-service": { adopt: true } });
    expectExit(await world.up("qa", ["--skip-preview"]), 0);
    const service = await objectIn(world, "qa", "service", "worker-service");
    expect(service.metadata.uid).toBe(uid);
    expect(service.metadata.annotations).toMatchObject({ theirs: "stays" });
    expect(service.spec).toMatchObject({ ports: [{ port: 80, targetPort: "http" }, { port: 9090 }] });
    expectExit(await world.preview("qa", ["--expect-no-changes"]), 0);
  });

  it("keeps two environments from fighting over one namespace", async () => {
    const rival = await createWorld({ stacks: ["qa"], sandbox: world.sandbox });
    try {
      await rival.configure("qa", "gitops:namespace", world.nameOf("qa"));
      const before = versions(await objectsIn(world, "qa"));
      const output = expectExit(await rival.up("qa", ["--skip-preview"]), 1);
      for (const service of ["api-service", "scheduler-service", "worker-service"])
        expect(output).toContain(`belongs to application ${world.nameOf("qa")}/${service}`);
      expect(versions(await objectsIn(world, "qa"))).toEqual(before);
    } finally {
      await rival.close();
    }
  });
});
