import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { causeOf } from "../error.ts";
import { createDockerConfig } from "./docker-config.ts";

const SECRET = "hunter2";
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "docker-config-"));
});
afterEach(() => rm(folder, { recursive: true }));

async function credentialFor(host: string, config: unknown) {
  const text = typeof config === "string" ? config : JSON.stringify(config);
  await writeFile(join(folder, "config.json"), text);
  const env = { DOCKER_CONFIG: folder, PATH: `${folder}:${process.env["PATH"] ?? ""}` };
  return createDockerConfig(env).credentialFor(host);
}

/** A credential helper that notes how it was called. */
async function helper(name: string, script: string): Promise<void> {
  const file = join(folder, `docker-credential-${name}`);
  await writeFile(file, `#!/bin/sh\necho "$@" > ${folder}/called\ncat >> ${folder}/called\n${script}\n`);
  await chmod(file, 0o755);
}

function base64(text: string): string {
  return Buffer.from(text).toString("base64");
}

const PASSWORD = { kind: "password", username: "me", password: `${SECRET}:x` };

describe("createDockerConfig", () => {
  it.each([
    ["a.example", { "a.example": { auth: base64(`me:${SECRET}:x`) } }, PASSWORD],
    ["a.example:5000", { "a.example:5000": { auth: base64(`me:${SECRET}:x`) } }, PASSWORD],
    ["a.example", { "https://a.example/v1/": { auth: base64(`me:${SECRET}:x\0\0`) } }, PASSWORD],
    ["a.example", { "a.example": { username: "me", password: `${SECRET}:x` } }, PASSWORD],
    ["docker.io", { "https://index.docker.io/v1/": { auth: base64(`me:${SECRET}:x`) } }, PASSWORD],
    [
      "a.example",
      { "a.example": { auth: base64("me:"), identitytoken: SECRET } },
      { kind: "identityToken", token: SECRET },
    ],
    ["a.example", { "b.example": { auth: base64("me:x") }, "a.example:5000": { auth: base64("me:x") } }, undefined],
    ["a.example", { "a.example": {} }, undefined],
    ["a.example", undefined, undefined],
  ])("finds for %s in the auths %j: %j", async (host, auths, expected) => {
    expect(await credentialFor(host, { auths })).toEqual(expected);
  });

  it.each([
    ["credHelpers", { credHelpers: { "a.example": "test" }, credsStore: "other" }],
    ["credsStore", { credsStore: "test", auths: { "a.example": {} } }],
  ])("asks the helper of %s, with the host as its input", async (_, config) => {
    await helper("test", `echo '{"ServerURL":"a.example","Username":"me","Secret":"${SECRET}:x"}'`);
    expect(await credentialFor("a.example", config)).toEqual(PASSWORD);
    expect(await readFile(join(folder, "called"), "utf8")).toBe("get\na.example");
  });

  it("asks for Docker Hub under the name that docker login uses", async () => {
    await helper("test", `echo '{"Username":"<token>","Secret":"${SECRET}"}'`);
    expect(await credentialFor("docker.io", { credsStore: "test" })).toEqual({ kind: "identityToken", token: SECRET });
    expect(await readFile(join(folder, "called"), "utf8")).toBe("get\nhttps://index.docker.io/v1/");
  });

  it("goes on to auths when the helper knows nothing", async () => {
    await helper("test", "echo 'credentials not found in native keychain'; exit 1");
    const auths = { "a.example": { auth: base64(`me:${SECRET}:x`) } };
    expect(await credentialFor("a.example", { credsStore: "test", auths })).toEqual(PASSWORD);
    expect(await credentialFor("b.example", { credsStore: "test", auths })).toBeUndefined();
  });

  it.each([
    ["fails", `echo ${SECRET}; echo ${SECRET} >&2; exit 3`, "gives no credential (exit code 3)"],
    ["answers nonsense", `echo ${SECRET}`, "gives no credential (exit code 0)"],
    ["answers without a secret", `echo '{"Username":"${SECRET}"}'`, "gives no credential (exit code 0)"],
    ["never stops talking", `exec yes ${SECRET}`, "cannot be run"],
  ])("reports a helper that %s, without what it printed", async (_, script, reason) => {
    await helper("test", script);
    const failure = await credentialFor("a.example", { credsStore: "test" }).catch(causeOf);
    expect(failure).toBe(`docker-credential-test ${reason}`);
  });

  it.each([
    ["a helper that is not there", { credsStore: "missing" }, "docker-credential-missing cannot be run"],
    [
      "a helper that is a path",
      { credsStore: "../x" },
      "a credential helper of the docker configuration has no valid name",
    ],
    [
      "a helper with arguments",
      { credsStore: "x; id" },
      "a credential helper of the docker configuration has no valid name",
    ],
    ["text that is no JSON", `{"auths": ${SECRET}`, "config.json is not a JSON object"],
    ["a list", "[]", "config.json is not a JSON object"],
    [
      "an auth without colon",
      { auths: { "a.example": { auth: base64(SECRET) } } },
      'auths["a.example"].auth is not base64',
    ],
  ])("reports %s", async (_, config, reason) => {
    const failure = await credentialFor("a.example", config).catch(causeOf);
    expect(failure).toContain(reason);
    expect(failure).not.toContain(SECRET);
  });

  it("is anonymous without a configuration", async () => {
    const docker = createDockerConfig({ DOCKER_CONFIG: join(folder, "nowhere") });
    expect(await docker.credentialFor("a.example")).toBeUndefined();
  });

  it("looks in the home folder when DOCKER_CONFIG is not set", async () => {
    expect(await createDockerConfig({ HOME: join(folder, "config.json") }).credentialFor("a.example")).toBeUndefined();
  });
});
