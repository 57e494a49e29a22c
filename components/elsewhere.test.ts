import { describe, expect, it } from "@jest/globals";

import type { OverlaidApplication } from "./application/overlay.ts";
import { hasVanished, namesElsewhere, tellElsewhere } from "./elsewhere.ts";
import type { Infra } from "./infra.ts";
import type { OpenSources } from "./sources.ts";
import type { Assignment } from "./sync.protocol.ts";

const NAMES = ["a", "b", "payments", "search", "broken"];
const INFRA = {
  applications: NAMES.slice(0, 4).map((name) => ({ name })),
  broken: [{ name: "broken", reason: "" }],
  problems: [],
} as unknown as Infra;

describe("the Applications of other shards", () => {
  it("are all but this one's, broken ones too, and none where there are no shards", () => {
    const own = [1, 2, 3].flatMap((index) => {
      const elsewhere = namesElsewhere(INFRA, { index, count: 3 });
      return NAMES.filter((name) => !elsewhere.has(name));
    });
    expect(own.toSorted()).toEqual(NAMES.toSorted());
    expect([...namesElsewhere(INFRA, undefined)]).toEqual([]);
  });

  it("are not those that are gone from Git", () => {
    const deployed = { sources: new Map([["a", []]]), settled: new Map(), images: new Map(), projects: [] };
    expect(hasVanished(deployed, new Set(["a", "b"]))).toBe(false);
    expect(hasVanished(deployed, new Set(["b"]))).toBe(true);
  });

  const spec = (name: string, annotations = {}) =>
    ({
      name,
      annotations,
      sources: [],
      overlay: {},
      destination: { namespace: "qa" },
    }) as unknown as OverlaidApplication;

  async function told(isNeeded: boolean, ...specs: readonly OverlaidApplication[]): Promise<readonly Assignment[]> {
    const assignments: Assignment[] = [];
    const tell = (assignment: Assignment) => void assignments.push(assignment);
    const context = { sources: {} as OpenSources, assignments: { path: "", tell } };
    await tellElsewhere(specs, Promise.resolve(isNeeded), context);
    return assignments;
  }

  it("are nobody's business where nothing moves: then nobody knows what they state, and nothing goes", async () => {
    expect(await told(false, spec("a"))).toEqual([{ application: "a" }]);
  });

  it("are rendered where something may move", async () => {
    expect(await told(true, spec("a"))).toEqual([{ application: "a", objects: [] }]);
  });

  it("are unknown where they cannot be read, and take nothing while they are skipped", async () => {
    const unreadable = { ...spec("a"), sources: [{ path: "." }] } as unknown as OverlaidApplication;
    const skipped = spec("b", { "argocd.argoproj.io/skip-reconcile": "true" });
    expect(await told(true, unreadable, skipped)).toEqual(
      expect.arrayContaining([{ application: "a" }, { application: "b", skipped: true }]),
    );
  });
});
