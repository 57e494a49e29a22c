import { randomBytes } from "node:crypto";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { parseAllDocuments } from "yaml";

import type { Run } from "../support/command.ts";
import { run } from "../support/command.ts";
import { createRepository } from "../support/repository.ts";
import type { Repository } from "../support/repository.ts";
import { readFixture } from "../support/fixture.ts";
import { readSandbox } from "../support/sandbox.ts";

const CHECKOUT = join(import.meta.dirname, "..", "..");
const sandbox = readSandbox(process.env);
const organisation = `access-${randomBytes(4).toString("hex")}`;
let folder: string;
let repository: Repository;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "access-"));
  const name = `${organisation}/worker-service`;
  const files = await readFixture("worker-service");
  repository = await createRepository({ sandbox, name, folder: join(folder, "git"), branches: ["develop"], files });
  const application = {
    ...{ apiVersion: "argoproj.io/v1alpha1", kind: "Application", metadata: { name: "worker-service" } },
    spec: {
      source: { repoURL: new URL(`${name}.git`, sandbox.gitUrl).href, path: "k8s", targetRevision: "develop" },
      destination: { server: "https://kubernetes.default.svc", namespace: "qa" },
      syncPolicy: { syncOptions: ["CreateNamespace=true"] },
    },
  };
  await mkdir(join(folder, "infra", "applications"), { recursive: true });
  await writeFile(join(folder, "infra", "applications", "worker.json"), JSON.stringify(application));
  await writeFile(join(folder, "Pulumi.yaml"), "name: gitops\n");
  await writeFile(join(folder, "Pulumi.qa.yaml"), "config:\n  gitops:access: { deployers: ['User:ci@example.com'] }\n");
});
afterAll(() => rm(folder, { recursive: true }));

function access(): Promise<Run> {
  const env = { ...process.env, XDG_CACHE_HOME: join(folder, "cache") };
  return run(process.execPath, [join(CHECKOUT, "stacks", "access.ts"), "--stack=qa"], { cwd: folder, env });
}

describe("npm run access", () => {
  it("prints what a cluster administrator has to apply, from what Git renders", async () => {
    const { code, stdout, stderr } = await access();
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const objects = parseAllDocuments(stdout).map((document) => document.toJS() as Record<string, unknown>);
    expect(objects.slice(0, 2)).toMatchObject([
      { kind: "Namespace", metadata: { name: "pulumi-gitops" } },
      { kind: "Namespace", metadata: { name: "qa" } },
    ]);
    const role = objects.find(
      ({ kind, metadata }) => kind === "Role" && (metadata as { namespace: string }).namespace === "qa",
    );
    const verbs = ["get", "list", "watch", "create", "patch", "delete"];
    expect(role?.["rules"]).toEqual([
      { apiGroups: [""], resources: ["secrets", "services"], verbs },
      { apiGroups: ["apps"], resources: ["deployments"], verbs },
      { apiGroups: [""], resources: ["pods"], verbs: ["list"] },
    ]);
    expect(stdout).toContain("name: ci@example.com");
  });

  it("prints nothing when one Application cannot be rendered: rights of which some are missing would break the others", async () => {
    await repository.push("develop", { "k8s/kustomization.yaml": "resources: [nothing.yaml]\n" });
    const { code, stdout, stderr } = await access();
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toMatch(/^access: the rights are not known:\n {2}worker-service: /);
  });
});
