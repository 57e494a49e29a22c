import { describe, expect, it } from "@jest/globals";

import type { HealthyRuns } from "../sync.protocol.ts";
import { noteHealth } from "./healthy.ts";

const NOW = "2024-02-01T12:00:00Z";
const RUNS: HealthyRuns = { api: [{ tag: "v1", since: "2024-01-01T00:00:00Z" }] };

describe("noteHealth", () => {
  it.each<[string, HealthyRuns | undefined, string, string, HealthyRuns]>([
    ["begins a run", undefined, "v1", "Healthy", { api: [{ tag: "v1", since: NOW }] }],
    ["keeps the beginning of a run", RUNS, "v1", "Healthy", RUNS],
    ["keeps it while something is coming up", RUNS, "v1", "Progressing: 1 of 2 updated", RUNS],
    ["keeps it when nobody could look", RUNS, "v1", "Unknown: forbidden", RUNS],
    ["begins nothing that is still coming up", undefined, "v1", "Progressing", {}],
    ["takes back what is degraded", RUNS, "v1", "Degraded: CrashLoopBackOff", {}],
    ["takes back what is missing", RUNS, "v1", "Missing: Deployment qa/api", {}],
    [
      "ends a run when the tag moves",
      RUNS,
      "v2",
      "Healthy",
      {
        api: [
          { tag: "v2", since: NOW },
          { tag: "v1", since: "2024-01-01T00:00:00Z", until: NOW },
        ],
      },
    ],
    [
      "keeps what the tag before has proven when the new one fails",
      RUNS,
      "v2",
      "Degraded",
      { api: [{ tag: "v1", since: "2024-01-01T00:00:00Z", until: NOW }] },
    ],
    ["forgets images that run no more", { old: RUNS["api"]! }, "v1", "Progressing", {}],
  ])("%s", (_, before, tag, health, expected) => {
    expect(noteHealth(before, { api: tag }, health, NOW)).toEqual(expected);
  });

  it("takes back earlier runs of a tag that is degraded now", () => {
    const before = { api: [{ tag: "v1", since: "2024-01-01T00:00:00Z", until: "2024-01-02T00:00:00Z" }] };
    expect(noteHealth(before, { api: "v1" }, "Degraded", NOW)).toEqual({});
  });

  it("begins anew when a tag comes back", () => {
    const before = { api: [{ tag: "v1", since: "2024-01-01T00:00:00Z", until: "2024-01-02T00:00:00Z" }] };
    expect(noteHealth(before, { api: "v1" }, "Healthy", NOW)["api"]).toEqual([
      { tag: "v1", since: NOW },
      ...before.api,
    ]);
  });

  it("stays small", () => {
    let runs: HealthyRuns | undefined;
    for (let index = 0; index < 50; index++) runs = noteHealth(runs, { api: `v${index}` }, "Healthy", NOW);
    expect(runs?.["api"]).toHaveLength(10);
    expect(runs?.["api"]?.[0]?.tag).toBe("v49");
  });
});
