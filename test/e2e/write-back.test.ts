import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";

import { expectExit } from "../support/expect-exit.ts";
import { imageIn } from "../support/objects.ts";
import { commitTree, git } from "../support/git-server.ts";
import { substitute } from "../support/repository.ts";
import type { World } from "../support/world.ts";
import { createWorld } from "../support/world.ts";

const PREFIX = "argocd-image-updater.argoproj.io";

describe("write-back: Git says which tags run", () => {
  let world: World;
  const inGit = (...args: readonly string[]) =>
    git(`${world.sandbox.repositories}/${world.organisation}/api-service.git`, args);
  const kustomization = () => inGit("show", "develop:k8s/kustomization.yaml");

  /** As somebody else, on top of what was written. */
  function commit(path: string, change: (text: string) => string): void {
    const folder = `${world.sandbox.repositories}/${world.organisation}/api-service.git`;
    const blob = git(folder, ["hash-object", "-w", "--stdin"], change(`${inGit("show", `develop:${path}`)}\n`));
    inGit("read-tree", "develop");
    inGit("update-index", "--cacheinfo", `100644,${blob},${path}`);
    commitTree(folder, inGit("write-tree"), "develop");
  }

  beforeAll(async () => {
    const annotations = `    ${PREFIX}/write-back-method: git\n    ${PREFIX}/write-back-target: kustomization\n`;
    world = await createWorld({
      stacks: ["qa"],
      services: ["api-service"],
      application: substitute("  annotations:\n", `  annotations:\n${annotations}`),
    });
  });
  afterAll(() => world.close());

  it("writes nothing in a preview", async () => {
    const before = inGit("rev-parse", "develop");
    expectExit(await world.preview("qa"), 0);
    expect(inGit("rev-parse", "develop")).toBe(before);
  });

  it("writes the tag that runs, in one commit, once the sync has become healthy", async () => {
    const before = inGit("rev-parse", "develop");
    const output = expectExit(await world.up("qa", ["--skip-preview"]), 0);
    expect(output).toMatch(/api-service: wrote the tags that run to develop of \S+ \([0-9a-f]{7}\)/);
    expect(inGit("rev-list", "--count", `${before}..develop`)).toBe("1");
    expect(kustomization()).toContain(`newTag: qa-v1.0.9`);
    expect(await imageIn(world, "qa", "api-service")).toBe(world.imageOf("api-service", "qa-v1.0.9"));
  });

  it("has nothing to do then, and writes nothing again", async () => {
    const before = inGit("rev-parse", "develop");
    expectExit(await world.preview("qa", ["--diff", "--expect-no-changes"]), 0);
    expectExit(await world.up("qa", ["--skip-preview"]), 0);
    expect(inGit("rev-parse", "develop")).toBe(before);
  });

  it("changes one line for the next tag", async () => {
    const before = inGit("rev-parse", "develop");
    await world.images.push("api-service", ["qa-v1.0.10"]);
    expectExit(await world.up("qa", ["--skip-preview"]), 0);
    expect(inGit("diff", "--stat", before, "develop")).toMatch(/1 file changed, 1 insertion\(\+\), 1 deletion\(-\)/);
    expect(kustomization()).toContain("newTag: qa-v1.0.10");
  });

  it("writes nothing of a sync that failed", async () => {
    await world.configure("qa", "gitops:overrides", { "api-service": { timeout: "6s" } });
    const label = "        app.kubernetes.io/name: api-service\n    spec:";
    const behaviour = `        sandbox.pulumi-gitops.dev/behaviour: crash-loop\n${label}`;
    commit("k8s/deployment.yaml", substitute(label, behaviour));
    const before = inGit("rev-parse", "develop");
    await world.images.push("api-service", ["qa-v1.0.11"]);
    const output = expectExit(await world.up("qa", ["--skip-preview"]), 1);
    expect(output).toContain("CrashLoopBackOff");
    expect(inGit("rev-parse", "develop")).toBe(before);
  });
});
