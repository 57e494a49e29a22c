import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, describe, expect, it } from "@jest/globals";

import { openAssignments } from "../assignments.ts";
import { assignmentsNow, assignmentsOf, noteAssignments } from "./assignments.ts";

const folder = mkdtempSync(join(tmpdir(), "assignments-"));
afterAll(() => rmSync(folder, { recursive: true }));

describe("what the program tells the provider process", () => {
  it("is known as soon as it is told, and stays known when the program is gone", () => {
    const { path, tell } = openAssignments(["a", "b"], folder);
    tell({ application: "a", objects: ["ConfigMap qa/x"] });
    noteAssignments("told", path);
    expect(assignmentsNow("told")?.pending).toEqual(["b"]);
    tell({ application: "b", objects: [] });
    rmSync(path);
    expect(assignmentsNow("told")?.pending).toEqual([]);
    expect(assignmentsNow("told")?.statedBy("ConfigMap qa/x")).toEqual(["a"]);
  });

  it("is waited for, but not for ever", async () => {
    const { path, tell } = openAssignments(["a"], folder);
    noteAssignments("late", path);
    expect((await assignmentsOf("late", 50))?.pending).toEqual(["a"]);
    const waiting = assignmentsOf("late");
    tell({ application: "a" });
    expect((await waiting)?.pending).toEqual([]);
  });

  it("is nothing where no program runs", async () => {
    expect(assignmentsNow("destroyed")).toBeUndefined();
    expect(await assignmentsOf("destroyed")).toBeUndefined();
  });

  it("has to be somewhere, or an object that another Application states might be deleted", () => {
    expect(() => noteAssignments("nowhere", join(folder, "nowhere"))).toThrow("ENOENT");
    expect(assignmentsNow("nowhere")).toBeUndefined();
  });

  it("forgets what an earlier program told", () => {
    const [first, second] = [openAssignments(["a"], folder), openAssignments(["a"], folder)];
    first.tell({ application: "a", objects: ["ConfigMap qa/x"] });
    noteAssignments("again", first.path);
    noteAssignments("again", second.path);
    expect(assignmentsNow("again")?.pending).toEqual(["a"]);
    expect(existsSync(first.path)).toBe(true);
  });
});
