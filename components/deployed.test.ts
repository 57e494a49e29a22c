import { describe, expect, it } from "@jest/globals";

import { readDeployed } from "./deployed.ts";

const REPOSITORY = "https://github.com/my-org/api.git";
const SOURCES = [{ repoURL: REPOSITORY, targetRevision: "develop", commit: "a".repeat(40) }];
const RESOURCES = ["Service qa/api"];
const IMAGES = { images: { api: "v1" }, builtAt: { api: "2024-01-01T00:00:00Z" } };
const API = { sources: SOURCES, sync: "Synced", resources: RESOURCES, ...IMAGES } as const;
const WORKER = { sync: "OutOfSync", resources: RESOURCES } as const;
const ANSWER = { outputs: { applications: { api: API, worker: WORKER }, projects: ["default"] } };

/** An engine whose first answers are errors. */
function engineThatFails(times: number) {
  let asked = 0;
  const ask = () =>
    ++asked <= times ? Promise.reject(new Error("failed to load checkpoint: EOF")) : Promise.resolve(ANSWER);
  return { ask, asked: () => asked };
}

describe("readDeployed", () => {
  it("tells the sources of each Application, none where the output knows none", async () => {
    const { sources, settled, images, projects } = await readDeployed(engineThatFails(0).ask);
    expect([...sources]).toEqual([
      ["api", SOURCES],
      ["worker", []],
    ]);
    expect([...settled]).toEqual([["api", RESOURCES]]);
    expect([...images]).toEqual([
      ["api", { images: { api: "v1" }, created: { api: "2024-01-01T00:00:00Z" } }],
      ["worker", { images: {}, created: {} }],
    ]);
    expect(projects).toEqual(["default"]);
  });

  it("knows nothing of a stack that was never deployed", async () => {
    expect(await readDeployed(() => Promise.resolve({}))).toEqual({
      sources: new Map(),
      settled: new Map(),
      images: new Map(),
      projects: [],
    });
  });

  it("asks again when the engine has read its state in the middle of a write", async () => {
    const engine = engineThatFails(3);
    const pauses: number[] = [];
    const deployed = await readDeployed(engine.ask, (ms) => Promise.resolve(pauses.push(ms)));
    expect(deployed.sources.get("api")).toEqual(SOURCES);
    expect(pauses).toEqual([250, 250, 250]);
  });

  it("fails when the state stays unreadable: without it nobody knows what was deployed", async () => {
    const engine = engineThatFails(Infinity);
    await expect(readDeployed(engine.ask, () => Promise.resolve())).rejects.toThrow("failed to load checkpoint: EOF");
    expect(engine.asked()).toBe(20);
  });
});
