import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";

import type { Git } from "./git/repository.ts";
import type { TreeEntry } from "./git/tree.ts";
import type { GitWriter } from "./git/writer.ts";
import { parseBranchTemplate } from "./image/branch-template.ts";
import type { OfferedTag } from "./image/guard.ts";
import { DEFAULT_PLATFORMS } from "./image/platform.ts";
import type { ImagePolicy } from "./image/policy.ts";
import { findProposal } from "./proposal.ts";
import { proposeAll } from "./propose.ts";
import type { WriteBackPlan } from "./write-back.ts";
import { compareVersions, parseVersion } from "./version/version.ts";

// Git is a stand-in here; the real one is met in test/integration/push.test.ts and test/e2e/proposals.test.ts.

const IMAGE = "registry.example.com/api";
const PATH = "k8s/kustomization.yaml";
const POLICY: ImagePolicy = {
  ...{ alias: "app", image: IMAGE, strategy: "semver", constraint: undefined, allowTags: undefined },
  ...{ ignoreTags: [], platforms: DEFAULT_PLATFORMS },
};

const at = (property: string) => ({ file: "app.yaml", line: 8, property });

function planOf(template: string, more: Partial<WriteBackPlan> = {}): WriteBackPlan {
  const proposal = parseBranchTemplate(template);
  if (typeof proposal === "string") throw new Error(proposal);
  return {
    ...{ application: "api", repoURL: "https://git/api.git", branch: "main", folder: "k8s", followed: "develop" },
    ...{ target: { kind: "kustomization", folder: "" }, policies: [POLICY], pinned: [], proposal },
    origins: {
      ...{ "write-back-method": at("method"), "write-back-target": at("target") },
      ...{ "git-branch": at("branch"), "git-repository": at("repository") },
    },
    ...more,
  };
}

const saying = (tag: string) => `images: [{ name: ${IMAGE}, newTag: ${tag} }]\n`;

/** @param branches branch -> text of the one file */
function gitWith(branches: Readonly<Record<string, string>>): Git {
  const entry: TreeEntry = { path: PATH, type: "file", hash: "" };
  const nobody = () => Promise.reject(new Error("nobody should ask"));
  return {
    ...{ resolve: nobody, checkSigners: nobody, courseOf: nobody },
    branch: (_, name) => Promise.resolve(Object.hasOwn(branches, name) ? name : undefined),
    fetch: (repoURL, commit, path) =>
      Promise.resolve({
        ...{ repoURL, commit, path, treeHash: "", hashesOf: nobody, list: nobody, walk: nobody },
        find: (paths) => Promise.resolve(paths.map((one) => (one === PATH ? entry : undefined))),
        // eslint-disable-next-line @typescript-eslint/require-await
        contents: async function* () {
          yield { path: PATH, content: Buffer.from(branches[commit] ?? "") };
        },
      }),
  };
}

function find(
  tag: string | undefined,
  branches: Readonly<Record<string, string>>,
  plan = planOf("update-{{range .Images}}{{.NewTag}}{{end}}"),
  rendered: Readonly<Record<string, string>> = {},
  more: Partial<OfferedTag> = {},
) {
  const offered: OfferedTag = { ...more, ...(tag === undefined ? { reason: "none of 3 tags is allowed" } : { tag }) };
  return findProposal(plan, { [IMAGE]: offered }, rendered, gitWith(branches));
}

describe("findProposal", () => {
  it("finds a tag that is better than what Git says, and the branch for it", async () => {
    const { proposal, warnings } = await find("v1.1.0", { main: saying("v1.0.0") });
    expect(proposal).toMatchObject({ branch: "update-v1.1.0", isThere: false });
    expect(proposal?.changes).toMatchObject([{ image: IMAGE, alias: "app", from: "v1.0.0", to: "v1.1.0" }]);
    expect(warnings).toEqual([]);
  });

  it("knows its own proposal again", async () => {
    const branches = { main: saying("v1.0.0"), "update-v1.1.0": saying("v1.1.0") };
    expect((await find("v1.1.0", branches)).proposal).toMatchObject({ isThere: true });
  });

  it("is not content with a branch of that name that says something else", async () => {
    const branches = { main: saying("v1.0.0"), "update-v1.1.0": saying("v1.0.0") };
    expect((await find("v1.1.0", branches)).proposal).toMatchObject({ isThere: false });
  });

  it.each<[string, string | undefined, string, Partial<WriteBackPlan>]>([
    ["Git says so already", "v1.1.0", "v1.1.0", {}],
    ["no tag is allowed", undefined, "v1.1.0", {}],
    ["the image is pinned", "v1.1.0", "v1.0.0", { pinned: [IMAGE] }],
    ["Git spells the same version otherwise", "v1.1.0", "1.1", {}],
  ])("finds nothing when %s", async (_, tag, said, more) => {
    const plan = planOf("update", more);
    expect(await find(tag, { main: saying(said) }, plan)).toEqual({ warnings: [] });
  });

  it("asks the rendered manifests where the file names no tag", async () => {
    const silent = { main: "resources: [a.yaml]\n" };
    expect((await find("v1.1.0", silent, undefined, { [IMAGE]: "v1.2.0" })).proposal).toBeUndefined();
    expect((await find("v1.1.0", silent, undefined, { [IMAGE]: "v1.0.0" })).proposal).toBeDefined();
  });

  it("never proposes a lower version than Git says, and says why", async () => {
    const { proposal, warnings } = await find("v1.1.0", { main: saying("v1.2.0") });
    expect(proposal).toBeUndefined();
    expect(warnings).toEqual([expect.stringContaining(`${IMAGE} stays at v1.2.0 in Git: v1.1.0 is lower`)]);
    const version = fc.tuple(...[0, 1, 2].map(() => fc.nat(3))).map((parts) => `v${parts.join(".")}`);
    await fc.assert(
      fc.asyncProperty(version, version, async (said, tag) => {
        const isHigher = compareVersions(parseVersion(tag)!, parseVersion(said)!) > 0;
        expect((await find(tag, { main: saying(said) })).proposal !== undefined).toBe(isHigher);
      }),
    );
  });

  it("never proposes an older build than Git says", async () => {
    const created = { a: "2024-02-02T00:00:00Z", b: "2024-01-01T00:00:00Z" };
    const older = await find("b", { main: saying("a") }, undefined, {}, { strategy: "newest-build", created });
    expect(older.proposal).toBeUndefined();
    const newer = await find("a", { main: saying("b") }, undefined, {}, { strategy: "newest-build", created });
    expect(newer.proposal?.changes).toMatchObject([{ from: "b", to: "a" }]);
  });

  it.each([
    ["main", 'expected another branch than the one that is followed or proposed for, found one that leads to "main"'],
    [
      "develop",
      'expected another branch than the one that is followed or proposed for, found one that leads to "develop"',
    ],
    [
      "x{{range .Images}}/{{.NewTag}}{{end}}.lock",
      'expected the name of a branch that Git allows, found one that leads to "x/v1.1.0.lock"',
    ],
  ])("proposes nothing on %s", async (template, reason) => {
    const { proposal, warnings } = await find("v1.1.0", { main: saying("v1.0.0") }, planOf(template));
    expect(proposal).toBeUndefined();
    expect(warnings).toEqual([`app.yaml:8: branch: ${reason}; nothing is proposed`]);
  });

  it("says that there is no branch to propose for, and what waits for a gate", async () => {
    await expect(find("v1.1.0", {})).rejects.toThrow(
      'app.yaml:8: branch: expected a branch of https://git/api.git, found "main", which it does not have',
    );
    const gated = await find("v1.0.0", { main: saying("v1.0.0") }, undefined, {}, { waiting: "v1.1.0 is not proven" });
    expect(gated).toEqual({ warnings: [`${IMAGE}: v1.1.0 is not proven`] });
  });
});

describe("proposeAll", () => {
  it("makes one commit for all Applications that share a branch, and none for what is there", async () => {
    const commits: unknown[] = [];
    const writer = {
      commit: (_: string, { branch, from, edits, message }: Parameters<GitWriter["commit"]>[1]) => {
        commits.push({ branch, from, message, texts: edits.map(({ edit }) => edit(saying("v1.0.0"))) });
        return Promise.resolve("a".repeat(40));
      },
    };
    const { proposal } = await find("v1.1.0", { main: saying("v1.0.0") });
    const web = { ...proposal!, plan: { ...proposal!.plan, application: "web" } };
    const { done, problems } = await proposeAll([proposal!, web, { ...web, branch: "b", isThere: true }], writer);
    expect(problems).toEqual([]);
    expect(done).toHaveLength(2);
    expect(commits).toEqual([
      {
        ...{ branch: "update-v1.1.0", from: "main", texts: [saying("v1.1.0"), saying("v1.1.0")] },
        message: `build: automatic update of api, web\n\n- api: ${IMAGE} v1.0.0 => v1.1.0 (v1.1.0 is higher than v1.0.0)\n- web: ${IMAGE} v1.0.0 => v1.1.0 (v1.1.0 is higher than v1.0.0)\n`,
      },
    ]);
  });

  it("says what could not be pushed", async () => {
    const { proposal } = await find("v1.1.0", { main: saying("v1.0.0") });
    const writer = { commit: () => Promise.reject(new Error("no answer in time")) };
    expect(await proposeAll([proposal!], writer)).toEqual({
      done: [],
      problems: ["api: not proposed: no answer in time"],
    });
  });
});
