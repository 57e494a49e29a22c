import { describe, expect, it } from "@jest/globals";

import { GitOpsError } from "./error.ts";
import type { GitWriter } from "./git/writer.ts";
import { DEFAULT_PLATFORMS } from "./image/platform.ts";
import type { ImagePolicy } from "./image/policy.ts";
import type { WriteBack } from "./image/write-back-settings.ts";
import type { Ran } from "./write-back.ts";
import { planWriteBack, sourceToWrite, writeBackAll } from "./write-back.ts";

// The writer is a stand-in; the real one is met in test/integration/push.test.ts and test/e2e/write-back.test.ts.

const SOURCE = { repoURL: "https://github.com/my-org/api.git", path: "k8s/qa" };
const IMAGE = "registry.example.com/api";
const POLICY: ImagePolicy = {
  ...{ alias: "app", image: IMAGE, strategy: "semver", constraint: undefined, allowTags: undefined },
  ...{ ignoreTags: [], platforms: DEFAULT_PLATFORMS },
};
const at = (line: number, name: string) => ({ file: "app.yaml", line, property: name });
const WRITE_BACK: WriteBack = {
  target: { kind: "kustomization", folder: "" },
  origins: {
    ...{ "write-back-method": at(8, "method"), "write-back-target": at(9, "target") },
    ...{ "git-branch": at(10, "branch"), "git-repository": at(11, "repository") },
  },
};

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

describe("sourceToWrite", () => {
  const chart = { repoURL: "https://charts.example.com", targetRevision: "1.x", chart: "api" };
  const values = { repoURL: "https://host/values", targetRevision: "HEAD", ref: "values" };
  const folder = { ...SOURCE, targetRevision: "HEAD" };

  it("is the first with a folder in Git", () => {
    expect(sourceToWrite(WRITE_BACK, [chart, values, folder, { ...folder, path: "b" }])).toEqual(folder);
  });

  it("is missed where write-back was asked for", () => {
    expect(() => sourceToWrite(WRITE_BACK, [chart, values])).toThrow(
      "app.yaml:8: method: expected a source that is a folder in Git, where tags can be written, found none",
    );
  });
});

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
    expect(() => planWriteBack({ ...WRITE_BACK, ...writeBack }, "api", SOURCE, ref)).toThrow(
      "app.yaml:10: branch: expected git-branch beside it, found none: the source follows no branch",
    );
  });

  it.each<[WriteBack["target"], string]>([
    [{ kind: "helmvalues", file: "../../../etc/values.yaml" }, "../../../etc/values.yaml"],
    [{ kind: "helmvalues", file: "/../values.yaml" }, "/../values.yaml"],
    [{ kind: "kustomization", folder: "../../.." }, "../../.."],
  ])("stays inside of the repository: %j", (target, path) => {
    expect(() => plan({ target })).toThrow(
      `app.yaml:9: target: expected a path in the repository, found "${path}", which leads out of it`,
    );
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
