import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { createAuthorization } from "./credentials.ts";
import type { PluginToken } from "./exec-plugin.ts";

const plugin = {
  apiVersion: "client.authentication.k8s.io/v1",
  command: "p",
  args: [],
  env: {},
  provideClusterInfo: false,
};
const MINUTE = 60_000;

/** A plugin that counts its runs, each giving another token, and a clock. */
function pluginScene(answer: (run: number, now: number) => PluginToken | Error) {
  const state = { now: 1_000_000, runs: 0 };
  const runPlugin = () => {
    const given = answer(++state.runs, state.now);
    return given instanceof Error ? Promise.reject(given) : Promise.resolve(given);
  };
  return { state, credentials: createAuthorization({ kind: "exec", plugin }, { runPlugin, now: () => state.now }) };
}

describe("a credential plugin", () => {
  it("runs once, however many requests wait for it", async () => {
    const { state, credentials } = pluginScene((run) => ({ token: `t${run}` }));
    const all = await Promise.all(Array.from({ length: 50 }, () => credentials.authorization()));
    expect(new Set(all)).toEqual(new Set(["Bearer t1"]));
    expect(state.runs).toBe(1);
  });

  it("runs again shortly before its token expires", async () => {
    const { state, credentials } = pluginScene((run, now) => ({ token: `t${run}`, expiresAt: now + 10 * MINUTE }));
    await credentials.authorization();
    state.now += 9 * MINUTE;
    expect(await credentials.authorization()).toBe("Bearer t1");
    state.now += MINUTE - 5_000;
    expect(await credentials.authorization()).toBe("Bearer t2");
    expect(state.runs).toBe(2);
  });

  it("is not run for every request when the clock is wrong or the token lives for seconds: the server's 401 decides", async () => {
    const { state, credentials } = pluginScene((run, now) => ({ token: `t${run}`, expiresAt: now - 24 * 60 * MINUTE }));
    for (let request = 0; request < 10; request++) await credentials.authorization();
    expect(state.runs).toBe(1);
    credentials.refresh("Bearer t1");
    expect(await credentials.authorization()).toBe("Bearer t2");
  });

  it("runs once more after a 401, however many requests got one", async () => {
    const { state, credentials } = pluginScene((run) => ({ token: `t${run}` }));
    const rejected = await credentials.authorization();
    const renewed = await Promise.all(
      Array.from({ length: 50 }, async (_, index) => {
        for (let turn = 0; turn < index; turn++) await Promise.resolve();
        credentials.refresh(rejected);
        return credentials.authorization();
      }),
    );
    expect(new Set(renewed)).toEqual(new Set(["Bearer t2"]));
    expect(state.runs).toBe(2);
  });

  it("is asked again after it failed", async () => {
    const { credentials } = pluginScene((run) => (run === 1 ? new Error("offline") : { token: "t" }));
    await expect(credentials.authorization()).rejects.toThrow("offline");
    expect(await credentials.authorization()).toBe("Bearer t");
  });
});

describe("a token file", () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "token-"));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it("is read again after a minute, and at once after a 401", async () => {
    const file = join(folder, "token");
    const state = { now: 0 };
    const runPlugin = () => Promise.reject(new Error("no plugin"));
    const credentials = createAuthorization({ kind: "tokenFile", file }, { runPlugin, now: () => state.now });
    const rotate = async (token: string) => {
      writeFileSync(file, token);
      return credentials.authorization();
    };
    expect(await rotate("one\n")).toBe("Bearer one");
    expect(await rotate("two")).toBe("Bearer one");
    state.now += MINUTE;
    expect(await credentials.authorization()).toBe("Bearer two");
    writeFileSync(file, "three");
    credentials.refresh("Bearer two");
    expect(await credentials.authorization()).toBe("Bearer three");
  });

  it("that is missing is an error which names it", async () => {
    const file = join(folder, "missing");
    const credentials = createAuthorization(
      { kind: "tokenFile", file },
      { runPlugin: () => Promise.reject(new Error()) },
    );
    const error = { code: "Unauthorized", message: `token file ${file} cannot be read (ENOENT)` };
    await expect(credentials.authorization()).rejects.toMatchObject(error);
  });
});
