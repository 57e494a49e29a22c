import { chownSync, existsSync, mkdirSync, mkdtempSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";

import { evictOldest } from "./evict.ts";
import { ensurePrivateFolder } from "./private-folder.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "evict-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

function put(name: string, ageMs: number): string {
  const file = join(folder, name);
  mkdirSync(file);
  writeFileSync(join(file, "x"), "");
  const used = new Date(Date.now() - ageMs);
  utimesSync(file, used, used);
  return file;
}

describe("evictOldest", () => {
  it("removes the least recently used beyond the size, what is too old, and what was left half done", async () => {
    const kept = [put("a", 1_000), put("b", 2_000), put("tmp-new", 3_000)];
    const gone = [put("c", 50_000), put("old", 10_000_000), put("tmp-old", 3_700_000)];
    await evictOldest(folder, { maxBytes: 30, maxAgeMs: 5_000_000, sizeOf: () => Promise.resolve(10) });
    expect(kept.map((file) => existsSync(file))).toStrictEqual([true, true, true]);
    expect(gone.map((file) => existsSync(file))).toStrictEqual([false, false, false]);
  });

  it("does not mind what another process removes meanwhile", async () => {
    put("a", 1_000);
    const rules = { maxBytes: 0, maxAgeMs: 0, sizeOf: () => Promise.reject(new Error("gone")) };
    await expect(evictOldest(folder, rules)).resolves.toBeUndefined();
  });
});

describe("ensurePrivateFolder", () => {
  it("makes a folder that nobody else may read", async () => {
    await ensurePrivateFolder(join(folder, "a", "b"));
    expect(statSync(join(folder, "a", "b")).mode & 0o777).toBe(0o700);
  });

  it("closes a folder that others could write to", async () => {
    mkdirSync(join(folder, "open"), { mode: 0o777 });
    await ensurePrivateFolder(join(folder, "open"));
    expect(statSync(join(folder, "open")).mode & 0o777).toBe(0o700);
  });

  it("refuses a folder of another user", async () => {
    const isRoot = process.getuid?.() === 0;
    const theirs = isRoot ? join(folder, "theirs") : "/usr";
    if (isRoot) {
      mkdirSync(theirs);
      chownSync(theirs, 12_345, 12_345);
    }
    await expect(ensurePrivateFolder(theirs)).rejects.toMatchObject({ code: "Refused" });
  });
});
