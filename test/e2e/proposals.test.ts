import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";

import { expectExit } from "../support/expect-exit.ts";
import { commitTree, git } from "../support/git-server.ts";
import { imageIn } from "../support/objects.ts";
import { substitute } from "../support/repository.ts";
import type { World } from "../support/world.ts";
import { createWorld } from "../support/world.ts";

const PREFIX = "argocd-image-updater.argoproj.io";
const ANNOTATIONS = {
  "write-back-method": "git",
  "write-back-target": "kustomization",
  "git-branch": '"develop:update/{{range .Images}}{{.Name}}-{{.NewTag}}{{end}}"',
};
const PATH = "k8s/kustomization.yaml";

describe("write-back to a branch for proposals", () => {
  let world: World;
  const inGit = (...args: readonly string[]) =>
    git(`${world.sandbox.repositories}/${world.organisation}/api-service.git`, args);
  const branches = () => inGit("for-each-ref", "--format=%(refname:short)", "refs/heads/update").split("\n");
  const branchOf = (tag: string) => `update/${world.organisation}/api-service-${tag}`;
  const running = () => imageIn(world, "qa", "api-service");
  const image = (tag: string) => world.imageOf("api-service", tag);

  /** As somebody else, on top of what is there. */
  function commit(change: (text: string) => string): void {
    const folder = `${world.sandbox.repositories}/${world.organisation}/api-service.git`;
    const blob = git(folder, ["hash-object", "-w", "--stdin"], change(`${inGit("show", `develop:${PATH}`)}\n`));
    inGit("read-tree", "develop");
    inGit("update-index", "--cacheinfo", `100644,${blob},${PATH}`);
    commitTree(folder, inGit("write-tree"), "develop");
  }

  beforeAll(async () => {
    const lines = Object.entries(ANNOTATIONS).map(([name, value]) => `    ${PREFIX}/${name}: ${value}\n`);
    world = await createWorld({
      stacks: ["qa"],
      services: ["api-service"],
      application: substitute("  annotations:\n", `  annotations:\n${lines.join("")}`),
    });
    const images = `images:\n  - name: ${image("x").slice(0, -2)}\n    newTag: qa-v1.0.8 # ours\n`;
    await world.repository("api-service").push("develop", { [PATH]: (text) => `${text}${images}` });
  });
  afterAll(() => world.close());

  it("says in a preview what would be proposed, and writes nothing", async () => {
    const output = expectExit(await world.preview("qa"), 0);
    expect(output).toContain(
      `would propose: ${image("x").slice(0, -2)} qa-v1.0.8 => qa-v1.0.9 on branch ${branchOf("qa-v1.0.9")}`,
    );
    expect(branches()).toEqual([""]);
  });

  it("pushes the better tag to a branch of its own, and deploys what Git says", async () => {
    const before = inGit("rev-parse", "develop");
    const output = expectExit(await world.up("qa", ["--skip-preview"]), 0);
    expect(output).toMatch(
      /api-service: proposed \S+ qa-v1\.0\.8 => qa-v1\.0\.9 on branch \S+ of \S+, to be merged into develop/,
    );
    expect(await running()).toBe(image("qa-v1.0.8"));
    expect(inGit("rev-parse", "develop")).toBe(before);
    expect(branches()).toEqual([branchOf("qa-v1.0.9")]);
    expect(inGit("rev-parse", `${branchOf("qa-v1.0.9")}^`)).toBe(before);
    expect(inGit("diff", "develop", branchOf("qa-v1.0.9"))).toMatch(
      /^-\s+newTag: qa-v1\.0\.8 # ours\n\+\s+newTag: qa-v1\.0\.9 # ours$/m,
    );
  });

  it("says where it waits, and pushes it no second time", async () => {
    const tip = inGit("rev-parse", branchOf("qa-v1.0.9"));
    const preview = expectExit(await world.preview("qa", ["--diff", "--expect-no-changes"]), 0);
    expect(preview).toContain(`waits: ${image("x").slice(0, -2)} qa-v1.0.8 => qa-v1.0.9`);
    expectExit(await world.up("qa", ["--skip-preview"]), 0);
    expect(inGit("rev-parse", branchOf("qa-v1.0.9"))).toBe(tip);
    const { "api-service": status } = await world.statuses("qa");
    expect(status).toMatchObject({
      images: { [image("x").slice(0, -2)]: "qa-v1.0.8" },
      sync: "Synced",
      conditions: [expect.stringContaining(`on branch ${branchOf("qa-v1.0.9")}`)],
    });
  });

  it("makes another branch for the next tag, from what Git says", async () => {
    await world.images.push("api-service", ["qa-v1.0.10"]);
    expectExit(await world.up("qa", ["--skip-preview"]), 0);
    expect(branches()).toEqual([branchOf("qa-v1.0.10"), branchOf("qa-v1.0.9")]);
    expect(await running()).toBe(image("qa-v1.0.8"));
  });

  it("deploys what somebody merges, like any other commit", async () => {
    inGit("update-ref", "refs/heads/develop", branchOf("qa-v1.0.10"));
    expect(expectExit(await world.preview("qa"), 0)).not.toMatch(/would propose|waits:/);
    expectExit(await world.up("qa", ["--skip-preview"]), 0);
    expect(await running()).toBe(image("qa-v1.0.10"));
    const after = expectExit(await world.preview("qa", ["--diff", "--expect-no-changes"]), 0);
    expect(after).not.toMatch(/would propose|waits:/);
  });

  it("lets a person go back in Git, and proposes again what is better", async () => {
    commit(substitute("newTag: qa-v1.0.10", "newTag: qa-v1.0.8"));
    const output = expectExit(await world.up("qa", ["--skip-preview"]), 0);
    expect(await running()).toBe(image("qa-v1.0.8"));
    expect(output).toContain(`waits: ${image("x").slice(0, -2)} qa-v1.0.8 => qa-v1.0.10`);
  });
});
