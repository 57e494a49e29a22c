import { join } from "node:path";

import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { parseAllDocuments } from "yaml";

import { tokenOf } from "../support/access.ts";
import type { Run } from "../support/command.ts";
import { run, runOrFail } from "../support/command.ts";
import { expectExit } from "../support/expect-exit.ts";
import { deploymentIn, imageIn, objectsIn } from "../support/objects.ts";
import { substitute } from "../support/repository.ts";
import { writeKubeconfig } from "../support/service-account.ts";
import type { World } from "../support/world.ts";
import { createWorld, SERVICES } from "../support/world.ts";

interface Printed {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly rules?: { readonly resources: string[]; readonly verbs: string[] }[];
}

// What everybody does every day, by accounts that `npm run access` has given exactly the rights they need.

describe("an environment without a cluster administrator", () => {
  let world: World;
  let printed: readonly Printed[];
  let kubeconfigs: Readonly<Record<"deployer" | "viewer", string>>;

  const as = (who: "deployer" | "viewer") => ({ env: { ...world.env, KUBECONFIG: kubeconfigs[who] } });
  const kubectl = (input: string) =>
    runOrFail("kubectl", [`--kubeconfig=${world.sandbox.kubeconfig}`, "apply", "--server-side", "--filename=-"], {
      input,
    });
  const access = (): Promise<Run> =>
    run("node", ["stacks/access.ts", "--stack=qa"], { cwd: world.folder, env: world.env });

  async function kubeconfigOf(who: "deployer" | "viewer"): Promise<string> {
    const account = printed.find(({ kind, metadata }) => kind === "ServiceAccount" && metadata.name.endsWith(who))!;
    const token = await tokenOf(world.sandbox.kubeconfig, account);
    return writeKubeconfig(join(world.folder, `kubeconfig-${who}`), world.sandbox, token);
  }

  beforeAll(async () => {
    world = await createWorld({ stacks: ["qa"] });
    await world.configure("qa", "gitops:access", { namespace: world.nameOf("qa") });
    const { code, stdout, output } = await access();
    if (code !== 0) throw new Error(output);
    await kubectl(stdout);
    printed = parseAllDocuments(stdout).map((document) => document.toJS() as Printed);
    kubeconfigs = { deployer: await kubeconfigOf("deployer"), viewer: await kubeconfigOf("viewer") };
  });
  afterAll(async () => {
    const roles = printed.filter(({ kind }) => kind.startsWith("ClusterRole")).map(({ metadata }) => metadata.name);
    await run("kubectl", [
      `--kubeconfig=${world.sandbox.kubeconfig}`,
      "delete",
      "clusterrole,clusterrolebinding",
      ...roles,
    ]);
    await world.close();
  });

  it("is previewed by one who may only look", async () => {
    const audit = await world.followAudit();
    expectExit(await world.preview("qa", ["--expect-no-changes"], as("viewer")), 7);
    expect(await audit()).toMatchObject({ reads: [], writes: [] });
  });

  it("is deployed by one who may change its kinds in its namespace", async () => {
    expectExit(await world.up("qa", ["--skip-preview"], as("deployer")), 0);
    for (const service of SERVICES)
      expect(await imageIn(world, "qa", service)).toBe(world.imageOf(service, "qa-v1.0.9"));
    expectExit(await world.preview("qa", ["--expect-no-changes"], as("viewer")), 0);
  });

  it("is looked after: drift is shown to the one, taken back by the other, with a new image and a pruned object", async () => {
    await world.kubectl("qa", ["scale", "deployment/worker-service", "--replicas=7"]);
    await world.images.push("api-service", ["qa-v1.0.10"]);
    await world.repository("scheduler-service").push("develop", {
      "k8s/kustomization.yaml": substitute("  - service.yaml\n", ""),
      "k8s/service.yaml": undefined,
    });
    const preview = await world.preview("qa", ["--expect-no-changes", "--diff"], as("viewer"));
    expectExit(preview, 7);
    expect(preview.output).toContain("spec.replicas: 7 => 3");
    expectExit(await world.up("qa", ["--skip-preview"], as("deployer")), 0);
    expect((await deploymentIn(world, "qa", "worker-service")).spec.replicas).toBe(3);
    expect(await imageIn(world, "qa", "api-service")).toBe(world.imageOf("api-service", "qa-v1.0.10"));
    expect(Object.keys(await objectsIn(world, "qa"))).not.toContain("Service scheduler-service");
  });

  it("is not changed by one who may only look, and the verb that is missing is named", async () => {
    await world.images.push("api-service", ["qa-v1.0.11"]);
    const up = await world.up("qa", ["--skip-preview"], as("viewer"));
    expectExit(up, 1);
    expect(up.output).toContain("leases");
    expect(await imageIn(world, "qa", "api-service")).toBe(world.imageOf("api-service", "qa-v1.0.10"));
  });

  it("stays as it is when the deployer lacks a verb, which is named", async () => {
    const role = printed.find(
      ({ kind, metadata }) =>
        kind === "Role" && metadata.name.endsWith("deployer") && metadata.namespace === world.nameOf("qa"),
    )!;
    const rules = role.rules!.map((rule) =>
      rule.resources.includes("deployments") ? { ...rule, verbs: rule.verbs.filter((verb) => verb !== "patch") } : rule,
    );
    await kubectl(JSON.stringify({ ...role, rules }));
    const up = await world.up("qa", ["--skip-preview"], as("deployer"));
    await kubectl(JSON.stringify(role));
    expectExit(up, 1);
    expect(up.output).toContain('cannot patch resource "deployments"');
    expect(await imageIn(world, "qa", "api-service")).toBe(world.imageOf("api-service", "qa-v1.0.10"));
    expectExit(await world.up("qa", ["--skip-preview"], as("deployer")), 0);
    expect(await imageIn(world, "qa", "api-service")).toBe(world.imageOf("api-service", "qa-v1.0.11"));
  });

  it("is destroyed by its deployer", async () => {
    expectExit(await world.pulumi(["destroy", "--stack=qa", "--yes", "--skip-preview"], as("deployer")), 0);
    expect(await objectsIn(world, "qa")).toEqual({});
  });

  it("prints no rights when one Application cannot be rendered: those of which some are missing would break the others", async () => {
    await world.repository("api-service").push("develop", { "k8s/kustomization.yaml": "resources: [nothing.yaml]\n" });
    const { code, stdout, stderr } = await access();
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toContain("api-service: ");
  });
});
