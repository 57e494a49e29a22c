import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";

import { createCache } from "./cache.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "cache-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe("a cache", () => {
  it("gives back in another run what was put into it", async () => {
    await createCache(join(folder, "deep")).put("k", [{ a: 1 }]);
    expect(await createCache(join(folder, "deep")).get("k")).toStrictEqual([{ a: 1 }]);
    expect(readdirSync(join(folder, "deep"))).toStrictEqual(["k"]);
  });

  it("has nothing at first, and nothing after it was removed", async () => {
    const cache = createCache(folder);
    expect(await cache.get("k")).toBeUndefined();
    await cache.put("k", 1);
    rmSync(join(folder, "k"));
    expect(await cache.get("k")).toBeUndefined();
  });

  it("does not use what is damaged: each byte counts", async () => {
    const cache = createCache(folder);
    await cache.put("k", { a: 1 });
    const sound = readFileSync(join(folder, "k"));
    for (let index = 0; index < sound.length; index++) {
      const damaged = Buffer.from(sound);
      damaged[index] = (damaged[index] ?? 0) ^ 1;
      writeFileSync(join(folder, "k"), damaged);
      expect(await cache.get("k")).toBeUndefined();
    }
    for (let length = 0; length < sound.length; length++) {
      writeFileSync(join(folder, "k"), sound.subarray(0, length));
      expect(await cache.get("k")).toBeUndefined();
    }
  });

  it("may be removed at any time, also between two writes", async () => {
    const cache = createCache(folder);
    await cache.put("k", 1);
    rmSync(folder, { recursive: true });
    await cache.put("k", 2);
    expect(await cache.get("k")).toBe(2);
  });

  it("is for its user only", async () => {
    await createCache(join(folder, "deep")).put("k", "secret");
    expect(statSync(join(folder, "deep")).mode & 0o077).toBe(0);
    expect(statSync(join(folder, "deep", "k")).mode & 0o077).toBe(0);
  });

  it("that cannot be written holds nothing, and that is all", async () => {
    writeFileSync(join(folder, "file"), "");
    const cache = createCache(join(folder, "file", "deep"));
    await cache.put("k", 1);
    expect(await cache.get("k")).toBeUndefined();
  });

  it("may be written by many at a time", async () => {
    await Promise.all(Array.from({ length: 20 }, (_, index) => createCache(folder).put("k", index)));
    expect(await createCache(folder).get("k")).toEqual(expect.any(Number));
  });
});
