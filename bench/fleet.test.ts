import { describe, expect, it } from "@jest/globals";
import { parse } from "yaml";

import { generateFleet } from "./fleet.ts";
import { readOptions } from "./options.ts";

const SIZE = { apps: 7, objects: 83, repositories: 2, seed: 5 };

describe("generateFleet", () => {
  it("makes the same bytes from the same seed, and others from another", () => {
    expect(JSON.stringify(generateFleet(SIZE))).toBe(JSON.stringify(generateFleet(SIZE)));
    expect(JSON.stringify(generateFleet({ ...SIZE, seed: 6 }))).not.toBe(JSON.stringify(generateFleet(SIZE)));
  });

  it("makes exactly as many objects as asked for, no two of the same name", () => {
    const all = generateFleet(SIZE).applications.flatMap(({ objects }) => objects.map(({ expected }) => expected));
    const names = all.map(({ kind, metadata }) => `${kind} ${metadata.namespace ?? ""}/${metadata.name}`);
    expect(new Set(names).size).toBe(83);
  });

  it("has a file in Git for every object, which says what the cluster has to hold", () => {
    for (const { files, objects, namespace } of generateFleet(SIZE).applications) {
      const inGit = Object.values(files).map((text) => parse(text) as { kind: string; metadata: object });
      const applied = inGit
        .filter(({ kind }) => kind !== "Kustomization")
        .map((object) => ({ ...object, metadata: { ...object.metadata, namespace } }));
      const promoted = JSON.parse(JSON.stringify(applied).replaceAll(":v1.0.0", ":v1.2.0")) as unknown;
      expect(promoted).toEqual(objects.map(({ expected }) => expected));
    }
  });

  it("does not depend on how many applications come after one", () => {
    const [few, many] = [10, 20].map((apps) => generateFleet({ ...SIZE, apps, objects: apps * 10, repositories: 1 }));
    expect(few?.applications[3]).toEqual(many?.applications[3]);
  });
});

describe("readOptions", () => {
  it("names everything that is wrong", () => {
    const usage = readOptions(["--apps=0", "--scenario=x", "--drift=-1", "--wait=long", "--checkpoints=x"]);
    expect(usage.kind === "wrong" ? usage.problems : []).toHaveLength(5);
  });

  it("has ten objects an application unless told otherwise", () => {
    expect(readOptions(["--apps=3"])).toMatchObject({ kind: "run", options: { objects: 30, drift: 1 } });
  });
});
