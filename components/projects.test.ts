import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";

import { DEFAULT_PROJECT, inForce, readProjects, withoutGivenUp } from "./projects.ts";

describe("the projects that a stack remembers", () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "projects-"));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  function declared(...names: readonly string[]) {
    const below = mkdtempSync(join(folder, "some-"));
    for (const name of names)
      writeFileSync(
        join(below, `${name}.yaml`),
        `{ apiVersion: argoproj.io/v1alpha1, kind: AppProject, metadata: { name: ${name} } }`,
      );
    writeFileSync(
      join(below, "cracked.yaml"),
      "{ apiVersion: argoproj.io/v1alpha1, kind: AppProject, metadata: { name: cracked }, spec: 1 }",
    );
    return readProjects(below);
  }

  it("are those that have a file, broken or not", () => {
    expect(inForce(declared("payments", "default"), [])).toEqual(["cracked", "default", "payments"]);
  });

  it("never lose default by a file or a folder that is lost, and forget the others, which nobody needs to remember", () => {
    const before = ["default", "payments"];
    expect(inForce(declared(), before)).toEqual(["cracked", "default"]);
    expect(inForce(readProjects(join(folder, "gone")), before)).toEqual(["default"]);
  });

  it("lose default when a person says so, by its name and no other", () => {
    expect(withoutGivenUp(["default"], [DEFAULT_PROJECT])).toEqual([]);
    expect(withoutGivenUp(["default"], ["default", "project/payments"])).toEqual(["default"]);
  });
});
