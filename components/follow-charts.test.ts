import { describe, expect, it } from "@jest/globals";

import type { Charts } from "./chart/charts.ts";
import { followCharts } from "./follow-charts.ts";

const WANTED = { repoURL: "https://charts.example.com", name: "demo", targetRevision: "1.x", passCredentials: false };

/** A repository in which the range leads to this version. */
function offering(version: string): Charts {
  const files = () => {
    throw new Error("read");
  };
  return { fetch: () => Promise.resolve({ version, chart: { name: "demo", origin: "", digest: "", files } }) };
}

function follow(now: string, before: string, targetRevision = "1.x") {
  const { repoURL, name } = WANTED;
  const deployed = [
    { repoURL, targetRevision, commit: "0".repeat(40) },
    { repoURL, chart: name, targetRevision, version: before },
  ];
  return followCharts(offering(now), () => Promise.resolve(deployed)).charts.fetch(WANTED);
}

describe("a range of versions of a chart", () => {
  it.each([
    ["1.2.0", "1.2.0"],
    ["1.10.0", "1.2.0"],
    ["nightly", "1.2.0"],
    ["1.2.0", "nightly"],
  ])("leads to %s after %s", async (now, before) => {
    expect((await follow(now, before)).version).toBe(now);
  });

  it("does not lead back by itself, and says how to insist", async () => {
    await expect(follow("1.2.0", "1.10.0")).rejects.toMatchObject({
      code: "Refused",
      message:
        "1.x of demo in https://charts.example.com leads back: 1.10.0, which is deployed, is gone, and 1.2.0 is a lower version; " +
        "to deploy it all the same, set rewrites: follow for this Application in gitops:overrides, for one up",
    });
  });

  it("that a person has changed leads wherever it leads, and so does one that is told to", async () => {
    expect((await follow("1.2.0", "1.10.0", ">=1")).version).toBe("1.2.0");
    expect((await followCharts(offering("1.2.0"), undefined).charts.fetch(WANTED)).version).toBe("1.2.0");
  });

  it("is remembered once", async () => {
    const { charts, followed } = followCharts(offering("1.2.0"), undefined);
    await Promise.all([charts.fetch(WANTED), charts.fetch(WANTED)]);
    const { repoURL, name: chart, targetRevision } = WANTED;
    expect(followed()).toStrictEqual([{ repoURL, chart, targetRevision, version: "1.2.0" }]);
  });
});
