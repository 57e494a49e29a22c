import { describe, expect, it } from "@jest/globals";

import { GitOpsError } from "./error.ts";
import type { GitWriter } from "./git/writer.ts";
import { DEFAULT_PLATFORMS } from "./image/platform.ts";
import type { ImagePolicy } from "./image/policy.ts";
import type { WriteBack } from "./image/write-back-settings.ts";
import type { Ran } from "./write-back.ts";
import { planWriteBack, writeBackAll } from "./write-back.ts";

// The writer is a stand-in; the real one is met in test/integration/push.test.ts and test/e2e/write-back.test.ts.

const SOURCE = { repoURL: "https://github.com/my-org/api.git", path: "k8s/qa" };
const IMAGE = "registry.example.com/api";
const POLICY: ImagePolicy = {
  ...{ alias: "app", image: IMAGE, strategy: "semver", constraint: undefined, allowTags: undefined },
  ...{ ignoreTags: [], platforms: DEFAULT_PLATFORMS },
};
const WRITE_BACK: WriteBack = { target: { kind: "kustomization", folder: "" } };

function plan(writeBack: Partial<WriteBack> = {}, ref: string | undefined = "refs/heads/develop") {
  return planWriteBack({ ...WRITE_BACK, ...writeBack }, "api", SOURCE, ref);
}

function ran(more: Partial<Ran["plan"]> = {}, images: Ran["images"] = { [IMAGE]: "v1.1.0" }): Ran {
  return { plan: { ...plan(), policies: [POLICY], pinned: [], ...more }, images };
}

/** Notes what it is given; every file says nothing before. */
function noting(fail = false) {
  const commits: { repoURL: string; branch: string; message: string; files: Record<string, string> }[] = [];
  const writer: GitWriter = {
    commit: (repoURL, { branch, message, edits }) => {
      if (fail) return Promise.reject(new GitOpsError("no answer in time", { code: "Timeout" }));
      const files = Object.fromEntries(edits.map(({ paths, edit }) => [paths[0]!, edit(undefined)]));
      commits.push({ repoURL, branch, message, files });
      return Promise.resolve("a".repeat(40));
    },
  };
  return { commits, writer };
}

describe("planWriteBack", () => {
  it.each([
    ["the branch that the source follows", {}, "refs/heads/feature/x", "feature/x", SOURCE.repoURL],
    ["the branch that is named", { branch: "main" }, "refs/tags/v1.0.0", "main", SOURCE.repoURL],
    [
      "another repository",
      { branch: "main", repoURL: "https://x/y.git" },
      "refs/heads/develop",
      "main",
      "https://x/y.git",
    ],
  ])("writes to %s", (_, writeBack, ref, branch, repoURL) => {
    expect(plan(writeBack, ref)).toMatchObject({ branch, repoURL });
  });

  it.each<[string, Partial<WriteBack>, string | undefined]>([
    ["a tag", {}, "refs/tags/v1.0.0"],
    ["a commit", {}, undefined],
    ["another repository's branch", { repoURL: "https://x/y.git" }, "refs/heads/develop"],
  ])("does not guess a branch from %s", (_, writeBack, ref) => {
    expect(() => planWriteBack({ ...WRITE_BACK, ...writeBack }, "api", SOURCE, ref)).toThrow("git-branch has to say");
  });

  it.each<[WriteBack["target"]]>([
    [{ kind: "helmvalues", file: "../../../etc/values.yaml" }],
    [{ kind: "helmvalues", file: "/../values.yaml" }],
    [{ kind: "kustomization", folder: "../../.." }],
  ])("stays inside of the repository: %j", (target) => {
    expect(() => plan({ target })).toThrow("leads out of the repository");
  });
});

describe("writeBackAll", () => {
  it.each<[WriteBack["target"], string]>([
    [{ kind: "source" }, "k8s/qa/.argocd-source-api.yaml"],
    [{ kind: "kustomization", folder: "" }, "k8s/qa/kustomization.yaml"],
    [{ kind: "kustomization", folder: "../base" }, "k8s/base/kustomization.yaml"],
    [{ kind: "kustomization", folder: "/deploy" }, "deploy/kustomization.yaml"],
    [{ kind: "helmvalues", file: "/charts/api/values.yaml" }, "charts/api/values.yaml"],
  ])("writes %j to %s", async (target, path) => {
    const { commits, writer } = noting();
    const policies = target.kind === "helmvalues" ? [{ ...POLICY, helm: { tag: "tag" } }] : [POLICY];
    await writeBackAll([ran({ target, policies })], writer);
    expect(Object.keys(commits[0]!.files)).toEqual([path]);
    expect(commits[0]!.files[path]).toContain("v1.1.0");
  });

  it("makes one commit for all Applications of a branch", async () => {
    const { commits, writer } = noting();
    const web = ran({ application: "web", folder: "web" });
    const { done, problems } = await writeBackAll([ran(), web, ran({ application: "x", branch: "main" })], writer);
    expect(problems).toEqual([]);
    expect(done).toHaveLength(2);
    expect(commits.map(({ branch, files }) => [branch, Object.keys(files).length])).toEqual([
      ["develop", 2],
      ["main", 1],
    ]);
    expect(commits[0]!.message).toBe(
      `build: automatic update of api, web\n\n- api: ${IMAGE}:v1.1.0\n- web: ${IMAGE}:v1.1.0\n`,
    );
  });

  it("leaves to Git what a person has pinned, and what no policy is for", async () => {
    const { commits, writer } = noting();
    await writeBackAll([ran({ pinned: [IMAGE] }), ran({ branch: "b" }, { other: "v1" })], writer);
    expect(commits).toEqual([]);
  });

  it("says what could not be written, and goes on with the others", async () => {
    const { done, problems } = await writeBackAll([ran()], noting(true).writer);
    expect(done).toEqual([]);
    expect(problems).toEqual(["api: the tags run, but Git does not say so yet: no answer in time"]);
  });
});
