import { randomUUID } from "node:crypto";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";

import { run } from "../support/command.ts";
import { imagesOf } from "../support/images.ts";
import { readSandbox } from "../support/sandbox.ts";

// The command itself, on a project of its own, with the real registry.

const PREFIX = "argocd-image-updater.argoproj.io/";
const ORGANISATION = "images-test";

let folder: string;
let image: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "images-command-"));
  const name = randomUUID().slice(0, 8);
  image = `registry.example.com/${ORGANISATION}/${name}`;
  const sandbox = readSandbox(process.env);
  await imagesOf(sandbox, ORGANISATION).push(name, ["v1.2.0", "v1.3.0", "qa-v1.3.0", "qa-v1.2.0", "latest"]);
  cpSync(resolve("Pulumi.yaml"), join(folder, "Pulumi.yaml"));
  write("Pulumi.qa.yaml", "config:\n  gitops:images: { allowTags: 'regexp:^qa-(v.*)$' }\n");
  write("Pulumi.production.yaml", "config:\n  gitops:gate: { stack: organization/gitops/qa, healthyFor: 30m }\n");
  write(
    "infra/applications/api.yaml",
    application("api", { "image-list": `app=${image}`, "app.allow-tags": "regexp:^v" }),
  );
  write("infra/applications/web.yaml", application("web", {}));
  write(
    "infra/image-updaters/web.yaml",
    `apiVersion: argocd-image-updater.argoproj.io/v1alpha1
kind: ImageUpdater
metadata: { name: web }
spec:
  applicationRefs:
  - namePattern: w*
    images: [{ alias: page, imageName: "${image}:<1.3", commonUpdateSettings: { allowTags: "regexp:^v" } }]
`,
  );
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function write(name: string, text: string): void {
  mkdirSync(join(folder, name, ".."), { recursive: true });
  writeFileSync(join(folder, name), text);
}

function application(name: string, annotations: Readonly<Record<string, string>>): string {
  const lines = Object.entries(annotations).map(([key, value]) => `    ${PREFIX}${key}: ${JSON.stringify(value)}\n`);
  return `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata:
  name: ${name}
  annotations:
    other: x
${lines.join("")}spec:
  project: default
  source: { repoURL: https://github.com/my-org/${name}.git, path: k8s }
  destination: { server: https://kubernetes.default.svc, namespace: qa }
`;
}

async function command(...args: readonly string[]) {
  const result = await run("node", [resolve("stacks/images.ts"), ...args], { cwd: folder });
  return { ...result, json: args.includes("--json") ? (JSON.parse(result.stdout) as Report) : undefined };
}

interface Report {
  readonly stacks: readonly { readonly stack: string; readonly applications: readonly Record<string, unknown>[] }[];
}

describe("npm run images", () => {
  it("chooses for each stack by its rules, from annotations and ImageUpdaters", async () => {
    const { json } = await command("--json");
    const chosen = json!.stacks.map(({ stack, applications }) => [
      stack,
      ...applications.map(({ images }) => (images as { chosen: string }[])[0]?.chosen),
    ]);
    expect(chosen).toEqual([
      ["production", "v1.3.0", "v1.2.0"],
      ["qa", "qa-v1.3.0", "qa-v1.2.0"],
    ]);
  });

  it("says where each rule stands, and why a tag was refused", async () => {
    const { stdout } = await command("web", "--stack", "production");
    expect(stdout).toContain(
      `constraint  <1.3       infra/image-updaters/web.yaml:7: spec.applicationRefs[0].images[0].imageName`,
    );
    expect(stdout).toMatch(/v1\.3\.0 +v?[\d.]* *refused +does not meet the constraint <1\.3/);
    expect(stdout).toContain("note: what stack organization/gitops/qa has proven (gitops:gate) is not asked here");
  });

  it("takes the output of the other stack, and says what waits", async () => {
    const runs = [{ tag: "qa-v1.2.0", version: "v1.2.0", since: "2024-01-01T00:00:00Z" }];
    write("qa.json", JSON.stringify({ api: { healthy: { [image]: runs } } }));
    const { stdout } = await command("api", "--stack", "production", "--gate", "qa.json");
    expect(stdout).toMatch(/chosen +v1\.2\.0/);
    expect(stdout).toMatch(/waiting +v1\.3\.0 is not proven: qa\.json has not run it healthy/);
  });
});
