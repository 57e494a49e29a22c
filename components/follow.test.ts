import { describe, expect, it } from "@jest/globals";

import { isGitOpsError } from "./error.ts";
import type { Followed } from "./follow.ts";
import { follow } from "./follow.ts";
import type { Course, Git, Target } from "./git/repository.ts";

const URL = "https://host/x";
const [OLD, NEW] = ["a".repeat(40), "b".repeat(40)] as [string, string];

interface Scene {
  readonly target: Target;
  readonly ref?: string;
  readonly commit?: string;
  readonly course?: Course;
  readonly deployed?: readonly Followed[];
}

/** Git that has just been asked; only what decides is here. */
function gitOf({ ref, commit = NEW, course }: Scene, asked: string[]): Git {
  return {
    resolve: () => Promise.resolve({ commit, ...(ref === undefined ? {} : { ref }) }),
    checkSigners: () => Promise.reject(new Error("nobody should ask")),
    branch: () => Promise.reject(new Error("nobody should ask")),
    courseOf: (_, from, to) => {
      asked.push(`${from} ${to}`);
      return course === undefined ? Promise.reject(new Error("nobody should ask")) : Promise.resolve(course);
    },
    fetch: () => Promise.reject(new Error("nothing is fetched")),
  };
}

async function run(scene: Scene) {
  const asked: string[] = [];
  const { git, followed } = follow(gitOf(scene, asked), scene.deployed && (() => Promise.resolve(scene.deployed!)));
  const result = await git.resolve(URL, scene.target).then(
    ({ commit }) => commit,
    (error: unknown) => {
      if (!isGitOpsError(error)) throw error;
      return error.message;
    },
  );
  return { result, asked, followed: followed() };
}

function deployedAt(targetRevision: string, ref: string, more: Partial<Followed> = {}): readonly Followed[] {
  return [{ repoURL: URL, targetRevision, commit: OLD, ref: `refs/${ref}`, ...more }];
}

describe("follow", () => {
  const BRANCH = { target: { revision: "main" }, ref: "refs/heads/main" };
  const RANGE = { target: { revision: "1.x" } };

  it.each<[string, Scene]>([
    ["what was never deployed", { ...BRANCH, deployed: [] }],
    ["a branch that did not move", { ...BRANCH, commit: OLD, deployed: deployedAt("main", "heads/main") }],
    ["another branch than the deployed one", { ...BRANCH, deployed: deployedAt("develop", "heads/develop") }],
    ["another repository", { ...BRANCH, deployed: deployedAt("main", "heads/main", { repoURL: "https://host/y" }) }],
    ["a pin to a commit", { target: { revision: NEW }, deployed: deployedAt("main", "heads/main") }],
    ["a branch after a pin", { ...BRANCH, deployed: [{ repoURL: URL, targetRevision: OLD, commit: OLD }] }],
    ["another prefix", { ...BRANCH, deployed: deployedAt("main", "heads/main", { tagPrefix: "api/" }) }],
    ["a higher version", { ...RANGE, ref: "refs/tags/v1.10.0", deployed: deployedAt("1.x", "tags/v1.9.0") }],
    [
      "a higher version of one component",
      {
        target: { revision: "1.x", tagPrefix: "api/" },
        ref: "refs/tags/api/1.3.0",
        deployed: deployedAt("1.x", "tags/api/1.2.9", { tagPrefix: "api/" }),
      },
    ],
    ["anything where rewrites are followed", BRANCH],
  ])("follows %s without a question about history", async (_, scene) => {
    const { result, asked, followed } = await run(scene);
    expect(result).toBe(scene.commit ?? NEW);
    expect(asked).toStrictEqual([]);
    expect(followed).toStrictEqual([
      {
        ...{ repoURL: URL, targetRevision: scene.target.revision, commit: scene.commit ?? NEW },
        ...(scene.target.tagPrefix === undefined ? {} : { tagPrefix: scene.target.tagPrefix }),
        ...(scene.ref === undefined ? {} : { ref: scene.ref }),
      },
    ]);
  });

  it.each<[string, Scene]>([
    ["a branch", { ...BRANCH, deployed: deployedAt("main", "heads/main") }],
    [
      "a moving tag",
      { target: { revision: "stable" }, ref: "refs/tags/stable", deployed: deployedAt("stable", "tags/stable") },
    ],
    ["the tag of a version", { ...RANGE, ref: "refs/tags/v1.2.0", deployed: deployedAt("1.x", "tags/v1.2.0") }],
    ["a range that became a branch", { ...RANGE, ref: "refs/heads/1.x", deployed: deployedAt("1.x", "tags/v1.2.0") }],
  ])("follows %s only where it leads on", async (_, scene) => {
    expect(await run({ ...scene, course: "on" })).toMatchObject({ result: NEW, asked: [`${OLD} ${NEW}`] });
    const back = await run({ ...scene, course: "back" });
    expect(back.result).toContain("went back from aaaaaaa, which is deployed, to bbbbbbb, which came before it");
    const aside = await run({ ...scene, course: "aside" });
    expect(aside.result).toContain("was rewritten: bbbbbbb does not come after aaaaaaa, which is deployed");
    expect(aside.result).toContain(
      `set revision: ${NEW} (or rewrites: follow) for this Application in gitops:overrides`,
    );
    expect([...back.followed, ...aside.followed]).toStrictEqual([]);
  });

  it("holds a range of versions whose highest tag is gone", async () => {
    const scene = { ...RANGE, ref: "refs/tags/v1.9.0", deployed: deployedAt("1.x", "tags/v1.10.0") };
    const { result, asked } = await run(scene);
    expect(result).toMatch(
      /^1.x of https:\/\/host\/x leads back: v1.10.0, which is deployed, is gone, and v1.9.0 is a lower version;/,
    );
    expect(asked).toStrictEqual([]);
  });

  it("says once what two sources have in common", async () => {
    const { git, followed } = follow(gitOf(BRANCH, []), () => Promise.resolve([]));
    await Promise.all([git.resolve(URL, BRANCH.target), git.resolve(URL, BRANCH.target)]);
    expect(followed()).toHaveLength(1);
  });
});
