import { randomBytes } from "node:crypto";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
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

function access(...args: readonly string[]): Promise<Run> {
  const env = { ...process.env, XDG_CACHE_HOME: join(folder, "cache") };
  return run(process.execPath, [join(CHECKOUT, "stacks", "access.ts"), "--stack=qa", ...args], { cwd: folder, env });
}

interface Printed {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
}

function parse(text: string): readonly Printed[] {
  return parseAllDocuments(text).flatMap((document) => (document.toJS() as Printed | null) ?? []);
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

  describe("with a further cluster", () => {
    const places = ({ kind, metadata }: Printed) => `${kind} ${metadata.namespace ?? metadata.name}`;
    const clusters = "  gitops:clusters: { eu: { context: eu }, us: { context: us } }\n";

    beforeAll(async () => {
      await writeFile(join(folder, "Pulumi.qa.yaml"), `config:\n${clusters}`);
      const file = join(folder, "infra", "applications");
      const text = await readFile(join(file, "worker.json"), "utf8");
      const application = JSON.parse(text) as { metadata: object; spec: { destination: object } };
      application.metadata = { name: "worker-eu" };
      application.spec.destination = { name: "eu", namespace: "jobs" };
      await writeFile(join(file, "worker-eu.json"), JSON.stringify(application));
    });
    afterAll(async () => {
      await rm(join(folder, "infra", "applications", "worker-eu.json"));
      await writeFile(join(folder, "Pulumi.qa.yaml"), "config: {}\n");
    });

    it("prints for each cluster what goes there, and says which one it is", async () => {
      const { code, stdout, stderr } = await access();
      expect(code).toBe(0);
      expect(stderr).toMatch(/^access: these are for 2 clusters \(in-cluster, eu\); /);
      const [own = "", eu = ""] = stdout.split("# Environment qa, cluster eu: ");
      expect(own).toMatch(/^# Environment qa, cluster in-cluster: /);
      expect(parse(own).map(places)).toContain("Role qa");
      expect(parse(own).map(places)).not.toContain("Role jobs");
      expect(parse(`# ${eu}`).map(places)).toContain("Role jobs");
      expect(parse(`# ${eu}`).map(places)).not.toContain("Role qa");
      // Each cluster has a Lease of its own.
      for (const text of [own, `# ${eu}`]) expect(parse(text).map(places)).toContain("Role default");
    });

    it("prints one alone with --cluster", async () => {
      const { code, stdout, stderr } = await access("--cluster=eu");
      expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
      expect(stdout).toMatch(/^# Environment qa, cluster eu: /);
      expect(parse(stdout).map(places)).not.toContain("Namespace qa");
    });

    it.each(["us", "euu"])("prints nothing for the cluster %s, to which no Application goes", async (name) => {
      const { code, stdout, stderr } = await access(`--cluster=${name}`);
      expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
      expect(stderr).toContain(`--cluster: no Application goes to a cluster ${name}`);
    });
  });

  it.each([
    ["whose project does not permit it", { sourceRepos: ["https://github.com/*"] }, "does not permit the repository"],
    [
      "that is not signed as its project asks",
      { sourceRepos: ["**"], signatureKeys: [{ keyID: "4AEE18F83AFDEB23" }] },
      "names no gpgKeys: 4AEE18F83AFDEB23",
    ],
    ["whose project cannot be read", { sourceRepos: "**" }, "spec.sourceRepos: expected a list"],
  ])("gives no rights to an Application %s", async (_, spec, reason) => {
    const projects = join(folder, "infra", "projects");
    await mkdir(projects);
    const project = { apiVersion: "argoproj.io/v1alpha1", kind: "AppProject", metadata: { name: "default" } };
    const destinations = [
      { name: "in-cluster", namespace: "*" },
      { server: "https://kubernetes.default.svc", namespace: "*" },
    ];
    await writeFile(join(projects, "default.json"), JSON.stringify({ ...project, spec: { destinations, ...spec } }));
    const { code, stdout, stderr } = await access();
    await rm(projects, { recursive: true });
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toContain(`access: the rights are not known:\n  worker-service: `);
    expect(stderr).toContain(reason);
  });

  it("prints nothing when one Application cannot be rendered: rights of which some are missing would break the others", async () => {
    await repository.push("develop", { "k8s/kustomization.yaml": "resources: [nothing.yaml]\n" });
    const { code, stdout, stderr } = await access();
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toMatch(/^access: the rights are not known:\n {2}worker-service: /);
  });
});
