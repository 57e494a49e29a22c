import { describe, expect, it } from "@jest/globals";
import { parse } from "yaml";

import { generateFleet, withImage } from "./fleet.ts";

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

  it("has a file in Git for every object, which says with the overlay what the cluster has to hold", () => {
    for (const { name, files, objects, namespace } of generateFleet(SIZE).applications) {
      const inBase = Object.entries(files).filter(
        ([path]) => path.includes("/base/") && !path.includes("kustomization"),
      );
      const applied = inBase
        .map(([, text]) => parse(text) as { kind: string; metadata: { labels: object } })
        .map(({ metadata, ...rest }) => ({
          ...rest,
          metadata: { ...metadata, namespace, labels: { ...metadata.labels, tier: "bench" } },
        }));
      const promoted = JSON.stringify(applied).replaceAll(":v1.0.0", ":v1.2.0");
      const regions = (text: string) => text.replaceAll(/("name":"REGION","value":)"[^"]*"/g, "$1...");
      const expected = JSON.stringify(objects.map(({ expected: object }) => object));
      expect(JSON.parse(regions(promoted).replaceAll("...", "0"))).toEqual(
        JSON.parse(regions(expected).replaceAll("...", "0")),
      );
      expect(expected).toContain('"name":"REGION","value":"overlay"');
      expect(files[`apps/${name}/overlay/patch.yaml`]).toContain("overlay");
    }
  });

  it("does not depend on how many applications come after one", () => {
    const [few, many] = [10, 20].map((apps) => generateFleet({ ...SIZE, apps, objects: apps * 10, repositories: 1 }));
    expect(few?.applications[3]).toEqual(many?.applications[3]);
  });
});

describe("withImage", () => {
  it("changes the image of one application and nothing else", () => {
    const [application] = generateFleet(SIZE).applications;
    const text = JSON.stringify(application?.objects);
    const changed = JSON.stringify(application && withImage(withImage(application, "v1.3.0"), "v1.4.0").objects);
    expect(changed).toBe(text.replaceAll("my-org/app-0000:v1.2.0", "my-org/app-0000:v1.4.0"));
    expect(changed).not.toBe(text);
  });
});
