import { gzipSync } from "node:zlib";

import { describe, expect, it } from "@jest/globals";

import fc from "fast-check";

import { unpack } from "./archive.ts";
import { tarOf } from "./archive.fixture.ts";
import type { Member } from "./archive.fixture.ts";

function unpacked(...members: readonly Member[]) {
  return unpack("demo 1.0.0", gzipSync(tarOf(members)));
}

describe("a packed chart", () => {
  it("gives its files without its own folder", async () => {
    const files = await unpacked(
      { path: "demo/", type: "5" },
      { path: "demo/Chart.yaml", content: "name: demo\n" },
      { path: "./demo/templates/a.yaml", content: "x".repeat(2000) },
      { path: "demo/empty" },
    );
    expect(files.map(({ path, content }) => [path, content.length])).toStrictEqual([
      ["Chart.yaml", 11],
      ["templates/a.yaml", 2000],
      ["empty", 0],
    ]);
  });

  it("may have long names, in the ways of POSIX and GNU", async () => {
    const long = `demo/${"d".repeat(90)}/${"f".repeat(90)}.yaml`;
    const pax = `path=${long}\n`;
    const record = `${pax.length + 4} ${pax}`;
    const files = await unpacked(
      { path: "pax_global_header", type: "g", content: "10 a=bcde\n" },
      { path: "x", type: "x", content: record },
      { path: "demo/short", content: "1" },
      { path: "././@LongLink", type: "L", content: `${long}2\0` },
      { path: "demo/other", content: "2" },
      { path: "f.yaml", prefix: "demo/ustar", content: "3" },
    );
    expect(files.map(({ path }) => path)).toStrictEqual([long.slice(5), `${long.slice(5)}2`, "ustar/f.yaml"]);
  });

  it.each<[string, Member[], RegExp]>([
    [
      "a way out",
      [{ path: "demo/../../etc/cron.d/x" }],
      /"demo\/..\/..\/etc\/cron.d\/x" in the chart: the name ".." leads elsewhere/,
    ],
    ["an absolute path", [{ path: "/etc/passwd" }], /leads elsewhere/],
    [
      "a way out in a long name",
      [{ path: "././@LongLink", type: "L", content: "demo/../../x" }, { path: "demo/a" }],
      /leads elsewhere/,
    ],
    ["a backslash", [{ path: "demo\\..\\x/y" }], /control character or backslash/],
    ["Git's own folder", [{ path: "demo/.git/hooks/pre-commit" }], /belongs to Git/],
    ["a symbolic link", [{ path: "demo/link", type: "2" }], /neither a file nor a folder/],
    ["a hard link", [{ path: "demo/link", type: "1" }], /neither a file nor a folder/],
    ["a device", [{ path: "demo/null", type: "3" }], /neither a file nor a folder/],
    ["a file twice", [{ path: "demo/a" }, { path: "demo/A" }], /is there twice/],
    ["files in no folder", [{ path: "Chart.yaml" }], /expected all files in one folder/],
  ])("is refused with %s", async (_, members, message) => {
    await expect(unpacked({ path: "demo/Chart.yaml" }, ...members)).rejects.toMatchObject({
      code: "Refused",
      message: expect.stringMatching(message),
    });
  });

  it("is refused when it is damaged: any bit of a header", async () => {
    const tar = tarOf([{ path: "demo/Chart.yaml", content: "name: demo\n" }]);
    for (let byte = 0; byte < 512; byte += 7) {
      const damaged = Buffer.from(tar);
      damaged[byte] = (damaged[byte] ?? 0) ^ 1;
      await expect(unpack("x", gzipSync(damaged))).rejects.toMatchObject({ code: "Refused" });
    }
    await expect(unpack("x", gzipSync(tar.subarray(0, 520)))).rejects.toThrow("the archive is damaged");
    await expect(unpack("x", Buffer.from("no gzip"))).rejects.toThrow("expected a chart packed with gzip");
  });

  it("of any bytes is read or refused, never more", async () => {
    const sound = tarOf([
      { path: "demo/Chart.yaml", content: "name: demo\n" },
      { path: "x", type: "x", content: "11 path=a/b\n" },
    ]);
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 2048 }), fc.nat(sound.length), async (bytes, at) => {
        const damaged = Buffer.concat([sound.subarray(0, at), bytes, sound.subarray(at + bytes.length)]);
        const files = await unpack("x", gzipSync(damaged)).catch((error: unknown) => error);
        if (Array.isArray(files))
          for (const { path } of files as { path: string }[]) expect(path).not.toMatch(/^\/|\.\./);
        else expect(files).toMatchObject({ code: "Refused" });
      }),
    );
  });

  it("that grows without end is refused", async () => {
    await expect(unpack("x", gzipSync(Buffer.alloc(80 * 1024 * 1024)))).rejects.toThrow(
      "expected a chart packed with gzip",
    );
  });
});
