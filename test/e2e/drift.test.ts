import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";

import { expectExit } from "../support/expect-exit.ts";
import type { AuditTrail } from "../support/audit.ts";
import type { Run } from "../support/command.ts";
import { readDiff } from "../support/diff-text.ts";
import { setLoad } from "../support/load.ts";
import { MEDDLINGS, meddle } from "../support/meddling.ts";
import { deploymentIn, deploymentsIn, objectsIn, versions } from "../support/objects.ts";
import { driftOf } from "../support/pulumi.ts";
import { GATE } from "../support/pulumi-arguments.ts";
import { waitFor } from "../support/wait-for.ts";
import type { Service, World } from "../support/world.ts";
import { createWorld, SERVICES } from "../support/world.ts";

describe("a preview as drift check", () => {
  let world: World;

  beforeAll(async () => {
    world = await createWorld({ stacks: ["qa"] });
    expectExit(await world.up("qa", ["--skip-preview"]), 0);
  });
  afterAll(() => world.close());

  describe("of a cluster that nobody touched", () => {
    let audit: AuditTrail;
    let preview: Run;
    let before: unknown;

    beforeAll(async () => {
      before = versions(await objectsIn(world, "qa"));
      const trail = await world.followAudit();
      preview = await world.preview("qa", GATE);
      audit = await trail();
    });

    it("ends with 0", () => {
      expectExit(preview, 0);
    });

    it("only reads", () => {
      expect(audit.writes).toEqual([]);
      expect(audit.reads.length).toBeGreaterThan(0);
    });

    it("lists kinds instead of reading object after object", () => {
      const single = audit.reads.filter(
        (read) => read.startsWith("get ") && read.includes(`/namespaces/${world.nameOf("qa")}/`),
      );
      expect(single).toEqual([]);
    });

    it("leaves every object as it is", async () => {
      expect(versions(await objectsIn(world, "qa"))).toEqual(before);
    });
  });

  describe("of a cluster on which only controllers work", () => {
    it("ends with 0 after a rollout restart, status changes, an autoscaler's work and an operator's annotations", async () => {
      await world.kubectl("qa", ["rollout", "restart", "deployment/worker-service"]);
      await world.kubectl("qa", ["rollout", "status", "deployment/worker-service"]);
      await changeStatus(world);
      await annotateAsOperator(world);
      await scaleByAutoscaler(world);
      const output = expectExit(await world.preview("qa", GATE), 0);
      for (const service of SERVICES) expect(readDiff(output, service)).toEqual({});
    });
  });

  describe("after a night of changes by hand", () => {
    let audit: AuditTrail;
    let preview: Run;
    let before: unknown;

    beforeAll(async () => {
      await meddle(world);
      await settle(world);
      before = await objectsIn(world, "qa");
      const trail = await world.followAudit();
      preview = await world.preview("qa", GATE);
      audit = await trail();
    });

    it("ends with 7", () => {
      expectExit(preview, 7);
    });

    it.each(MEDDLINGS)("shows $what as live => desired", ({ service, diff }) => {
      const shown = readDiff(preview.output, service);
      for (const [object, changes] of Object.entries(diff(world)))
        for (const [path, change] of Object.entries(changes))
          expect(shown).toHaveProperty([pathOf(object, path)], change);
    });

    it.each(SERVICES)("shows nothing else of %s", (service) => {
      const paths = MEDDLINGS.filter((meddling) => meddling.service === service).flatMap(({ diff }) =>
        Object.entries(diff(world)).flatMap(([object, changes]) =>
          Object.keys(changes).map((path) => pathOf(object, path)),
        ),
      );
      expect(Object.keys(readDiff(preview.output, service)).toSorted()).toEqual(paths.toSorted());
    });

    it("says in the drift output who set what, and nothing else", async () => {
      const json = await world.previewJson("qa");
      for (const service of SERVICES) {
        const expected = sentencesOf(world, service);
        expect(driftOf(json, service)).toHaveLength(expected.length);
        // Some are patterns, which cannot be sorted beside texts.
        expect(driftOf(json, service)).toEqual(expect.arrayContaining([...expected]));
      }
    });

    it("tells no value of a Secret", () => {
      for (const value of ["correct-horse-battery-staple", "hunter2hunter2"])
        for (const text of [value, Buffer.from(value).toString("base64")]) expect(preview.output).not.toContain(text);
    });

    it("only reads", () => {
      expect(audit.writes).toEqual([]);
      expect(audit.reads.length).toBeGreaterThan(0);
    });

    it("leaves the drift as it is", async () => {
      const after = await objectsIn(world, "qa");
      expect(specsOf(after)).toEqual(specsOf(before as typeof after));
    });

    it("finds the drift without a refresh, too", async () => {
      const output = expectExit(await world.preview("qa", ["--refresh=false", "--expect-no-changes"]), 7);
      for (const { service } of MEDDLINGS)
        for (const sentence of sentencesOf(world, service).filter((text) => typeof text === "string"))
          expect(output).toContain(sentence);
    });
  });
});

function pathOf(object: string, path: string): string {
  return path === "" ? object : `${object} ${path}`;
}

function sentencesOf(world: World, service: Service): readonly string[] {
  return MEDDLINGS.filter((meddling) => meddling.service === service).flatMap(({ sentences }) => sentences(world));
}

function specsOf(objects: Awaited<ReturnType<typeof objectsIn>>): unknown {
  return Object.entries(objects).map(([name, { metadata, spec, data }]) => [name, metadata.labels, spec, data]);
}

async function changeStatus(world: World): Promise<void> {
  const condition = {
    type: "Tested",
    status: "True",
    reason: "Test",
    message: "",
    lastTransitionTime: new Date().toISOString(),
  };
  const patch = JSON.stringify({ status: { conditions: [condition] } });
  await world.kubectl("qa", [
    "patch",
    "service",
    "worker-service",
    "--subresource=status",
    "--type=merge",
    `--patch=${patch}`,
  ]);
}

async function annotateAsOperator(world: World): Promise<void> {
  for (const object of ["service/api-service", "deployment/scheduler-service", "configmap/api-service"])
    await world.kubectl("qa", ["annotate", object, "operator.example.com/seen=yes", "--field-manager=some-operator"]);
  const sidecar = {
    spec: { template: { spec: { containers: [{ name: "scheduler", env: [{ name: "INJECTED", value: "1" }] }] } } },
  };
  const patch = [
    "patch",
    "deployment",
    "scheduler-service",
    "--field-manager=some-operator",
    `--patch=${JSON.stringify(sidecar)}`,
  ];
  await world.kubectl("qa", patch);
}

/** Load comes, and the autoscaler does what it is there for. */
async function scaleByAutoscaler(world: World): Promise<void> {
  await setLoad(world.sandbox, world.nameOf("qa"), "api-service", 150);
  await waitFor(
    "the autoscaler to scale",
    async () => (await deploymentIn(world, "qa", "api-service")).spec.replicas > 2,
    120_000,
  );
  await settle(world);
}

/** Until the controllers have caught up: what a test compares must not move any more. */
async function settle(world: World): Promise<void> {
  await waitFor("rollouts to end", async () =>
    (await deploymentsIn(world, "qa")).every(
      ({ metadata, spec, status }) =>
        status.observedGeneration === metadata.generation && (status.updatedReplicas ?? 0) === spec.replicas,
    ),
  );
}
