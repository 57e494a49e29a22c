import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, describe, expect, it } from "@jest/globals";

const folder = mkdtempSync(join(tmpdir(), "prepare-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs code in a process that is prepared as the program is. @returns what it printed, as JSON */
function prepared(code: string, cache = join(folder, "cache")): unknown {
  const prelude = 'const print = (value) => console.log(JSON.stringify(value)); const sdk = require("@pulumi/pulumi");';
  const args = ["--import", "./components/process/prepare.mjs", "--eval", prelude + code];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    env: { ...process.env, XDG_CACHE_HOME: cache },
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout);
}

const LOADED =
  "print(Object.keys(require.cache).filter((file) => /typescript|arborist|normalize-package|execa|source-map/.test(file)))";

describe("parts of the SDK that nobody uses", () => {
  it("are not loaded with it", () => expect(prepared(LOADED)).toEqual([]));

  it("are there for whoever uses them", () => {
    const serialized = "sdk.runtime.serializeFunction(() => 42).then(({ text }) => print(text))";
    expect(prepared(serialized)).toContain("return () => 42;");
    expect(prepared("print(typeof sdk.automation.LocalWorkspace.create)")).toBe("function");
    const paths = "sdk.runtime.computeCodePaths().then((paths) => print([...paths.keys()]))";
    expect(prepared(paths)).toContain("node_modules/semver");
  });
});

describe("compiled code", () => {
  const filesIn = (cache: string) => readdirSync(join(folder, cache, "pulumi-gitops", "code"));

  it("is kept where nobody else may write", () => {
    prepared("print(1)", join(folder, "own"));
    expect(filesIn("own")).toHaveLength(1);
    expect(statSync(join(folder, "own", "pulumi-gitops", "code")).mode & 0o777).toBe(0o700);
  });

  it("is neither written nor read where others may write", () => {
    const code = join(folder, "open", "pulumi-gitops", "code");
    mkdirSync(code, { recursive: true });
    chmodSync(code, 0o777);
    prepared("print(1)", join(folder, "open"));
    expect(filesIn("open")).toEqual([]);
  });

  it("is done without where no folder can be made", () => expect(prepared("print(1)", "/dev/null")).toBe(1));
});
