import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";

import type { PastSync } from "../sync.protocol.ts";
import type { FinishedSync } from "./history.ts";
import { describeActor, failed, noteSync } from "./history.ts";

function finished(revision: string, images: Readonly<Record<string, string>> = { api: "v1" }): FinishedSync {
  return { at: "2026-05-04T03:02:01Z", by: "kim@laptop", revision, result: "synced", images };
}

function after(syncs: readonly FinishedSync[]): readonly PastSync[] {
  return syncs.reduce<readonly PastSync[]>((history, sync) => noteSync(history, sync), []);
}

describe("noteSync", () => {
  it("begins where an older version wrote nothing", () => {
    expect(noteSync(undefined, finished("a"))).toEqual([finished("a")]);
  });

  it("is newest first and says images only where they changed", () => {
    const history = after([finished("a"), finished("b"), finished("c", { api: "v2" }), finished("d", { api: "v2" })]);
    expect(history.map(({ revision, images }) => [revision, images])).toEqual([
      ["d", undefined],
      ["c", { api: "v2" }],
      ["b", undefined],
      ["a", { api: "v1" }],
    ]);
  });

  it("keeps ten, and the oldest of them says its images", () => {
    const history = after(Array.from({ length: 15 }, (_, index) => finished(`${index}`)));
    expect(history.map(({ revision }) => Number(revision))).toEqual([14, 13, 12, 11, 10, 9, 8, 7, 6, 5]);
    expect(history.at(-1)?.images).toEqual({ api: "v1" });
  });

  it("leaves out even the images of the only one that is left when they are too many", () => {
    const images = Object.fromEntries(Array.from({ length: 500 }, (_, index) => [`registry/service-${index}`, "v1"]));
    const history = after([finished("a"), finished("b", images)]);
    expect(history).toEqual([expect.not.objectContaining({ images: expect.anything() })]);
    expect(noteSync(history, finished("c")).at(0)).toMatchObject({ revision: "c", images: { api: "v1" } });
  });

  it("never grows beyond ten and 8 kB, and always has the newest", () => {
    const images = fc.dictionary(fc.string({ maxLength: 200 }), fc.string({ maxLength: 2_000 }), { maxKeys: 4 });
    fc.assert(
      fc.property(fc.array(images, { minLength: 1, maxLength: 30 }), (all) => {
        const history = after(all.map((each, index) => finished(`${index}`, each)));
        expect(history.length).toBeLessThanOrEqual(10);
        expect(JSON.stringify(history).length).toBeLessThanOrEqual(8_002);
        expect(history[0]?.revision).toBe(`${all.length - 1}`);
      }),
    );
  });
});

describe("failed", () => {
  it.each([
    ["one line", "failed: one line"],
    ["the first line\nof several", "failed: the first line"],
    ["x".repeat(400), `failed: ${"x".repeat(299)}…`],
  ])("is one short line: %j", (reason, result) => expect(failed(reason)).toBe(result));
});

describe("describeActor", () => {
  it.each<[NodeJS.ProcessEnv, string]>([
    [{}, "kim@laptop"],
    [{ GITHUB_ACTOR: "octocat" }, "octocat"],
    [{ GITHUB_ACTOR: "", GITLAB_USER_LOGIN: "tanuki" }, "tanuki"],
    [{ GITHUB_ACTOR: "a\u001b[31mb\n" }, "a[31mb"],
  ])("of %j is %s", (env, actor) => expect(describeActor(env, "kim@laptop")).toBe(actor));
});
