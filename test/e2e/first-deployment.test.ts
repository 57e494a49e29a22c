import { readFile } from "node:fs/promises";
import { globSync } from "node:fs";
import { join } from "node:path";

import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";

import { expectExit } from "../support/expect-exit.ts";
import type { Run } from "../support/command.ts";
import { deploymentsIn, imageIn, objectIn, objectsIn, versions } from "../support/objects.ts";
import type { World } from "../support/world.ts";
import { createWorld, SERVICES } from "../support/world.ts";

const SECRET = "correct-horse-battery-staple";

describe("the first `pulumi up` of an environment", () => {
  let world: World;
  let up: Run;

  beforeAll(async () => {
    world = await createWorld({ stacks: ["qa"] });
    up = await world.up("qa");
  });
  afterAll(() => world.close());

  it("ends with 0", () => {
    expectExit(up, 0);
  });

  it("makes the namespace and does not claim it", async () => {
    const { metadata } = await objectIn(world, "qa", "namespace", world.nameOf("qa"));
    expect(Object.keys({ ...metadata.labels, ...metadata.annotations })).toEqual(["kubernetes.io/metadata.name"]);
  });

  it("makes exactly the objects that Git states", async () => {
    const names = Object.keys(await objectsIn(world, "qa")).toSorted();
    expect(names).toEqual([
      "ConfigMap api-service",
      "ConfigMap scheduler-service",
      "Deployment api-service",
      "Deployment scheduler-service",
      "Deployment worker-service",
      "HorizontalPodAutoscaler api-service",
      "Secret worker-service",
      "Service api-service",
      "Service scheduler-service",
      "Service worker-service",
    ]);
  });

  it.each(SERVICES)("brings %s up with the newest QA image", async (service) => {
    expect(await imageIn(world, "qa", service)).toBe(world.imageOf(service, "qa-v1.0.9"));
  });

  it("has waited until every pod was available", async () => {
    for (const { spec, status } of await deploymentsIn(world, "qa"))
      expect(status.availableReplicas).toBe(spec.replicas);
  });

  it("leaves the number of replicas to the autoscaler where there is one", async () => {
    const get = ["get", "deployment", "api-service", "--output=json", "--show-managed-fields"];
    const { metadata } = JSON.parse(await world.kubectl("qa", get)) as {
      metadata: { managedFields: { manager: string; fieldsV1: Readonly<Record<string, object>> }[] };
    };
    const ours = metadata.managedFields.find(({ manager }) => manager.startsWith("pulumi-gitops"));
    expect(ours?.fieldsV1["f:spec"]).toHaveProperty(["f:template"]);
    expect(ours?.fieldsV1["f:spec"]).not.toHaveProperty(["f:replicas"]);
  });

  it("says in a stack output what runs", async () => {
    const ns = world.nameOf("qa");
    const commit = await world.repository("worker-service").commitOf("develop");
    const repoURL = `https://github.com/${world.organisation}/worker-service.git`;
    const images = { [world.imageOf("worker-service", "x").replace(/:x$/, "")]: "qa-v1.0.9" };
    const at = expect.stringMatching(/^\d{4}-\d\d-\d\dT/) as unknown;
    expect((await world.statuses("qa"))["worker-service"]).toEqual({
      schema: 1,
      application: "worker-service",
      revision: commit,
      sources: [{ repoURL, targetRevision: "develop", commit, ref: "refs/heads/develop" }],
      images,
      sync: "Synced",
      health: { status: "Healthy", message: "" },
      healthy: {
        [world.imageOf("worker-service", "x").replace(/:x$/, "")]: [{ tag: "qa-v1.0.9", version: "v1.0.9", since: at }],
      },
      resources: [
        `Secret ${ns}/worker-service`,
        `Service ${ns}/worker-service`,
        `apps/Deployment ${ns}/worker-service`,
      ],
      conditions: [],
      history: [{ at, by: expect.stringMatching(/./), revision: commit, images, result: "synced" }],
    });
  });

  it("gives the Secret its value and tells it nowhere else", async () => {
    const { data } = await objectIn(world, "qa", "secret", "worker-service");
    expect(data).toEqual({ QUEUE_PASSWORD: Buffer.from(SECRET).toString("base64") });
    const files = globSync("state/.pulumi/**/*.json*", { cwd: world.folder });
    expect(files.length).toBeGreaterThan(0);
    const texts = await Promise.all(files.map((file) => readFile(join(world.folder, file), "utf8")));
    for (const text of [...texts, up.output])
      for (const secret of [SECRET, Buffer.from(SECRET).toString("base64")]) expect(text.includes(secret)).toBe(false);
  });

  it("changes and writes nothing when it is run again", async () => {
    const before = versions(await objectsIn(world, "qa"));
    const audit = await world.followAudit();
    const { code, stdout } = await world.up("qa");
    const { reads, writes } = await audit();
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Resources:\n\s+\d+ unchanged$/m);
    expect(stdout).not.toMatch(/\d+ (?:created|updated|deleted|replaced)/);
    expect(writes).toEqual([]);
    expect(reads.length).toBeGreaterThan(0);
    expect(versions(await objectsIn(world, "qa"))).toEqual(before);
  });
});
