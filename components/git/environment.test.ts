import { describe, expect, it } from "@jest/globals";

import { hasHelper } from "./credentials.ts";
import { localEnvironment, remoteEnvironment } from "./environment.ts";
import type { Remote } from "./remote.ts";
import type { ConfigEntry } from "./user-config.ts";

const REMOTE: Remote = { repoURL: "https://host/x", url: "https://host/x", protocol: "https" };
const USER = {
  PATH: "/bin",
  HOME: "/home/u",
  GIT_DIR: "/evil",
  GIT_EXTERNAL_DIFF: "/evil",
  GIT_EXEC_PATH: "/evil",
  GIT_TRACE_CURL: "1",
  GIT_CONFIG_COUNT: "1",
  GIT_CONFIG_KEY_0: "core.hooksPath",
  GIT_CONFIG_VALUE_0: "/evil",
  GIT_CONFIG_PARAMETERS: "'protocol.ext.allow=always'",
  GIT_ALLOW_PROTOCOL: "ext:file",
  GIT_PROXY_COMMAND: "/evil",
  PULUMI_CONFIG_PASSPHRASE: "secret",
  MY_TOKEN: "t",
  SSH_AUTH_SOCK: "/agent",
  https_proxy: "http://proxy",
};

function settingsOf(env: Readonly<Record<string, string>>): ReadonlyMap<string, string> {
  const count = Number(env["GIT_CONFIG_COUNT"]);
  return new Map(
    Array.from({ length: count }, (_, index) => [
      env[`GIT_CONFIG_KEY_${index}`] ?? "",
      env[`GIT_CONFIG_VALUE_${index}`] ?? "",
    ]),
  );
}

describe("localEnvironment", () => {
  it("holds nothing of the user's but the search path", () => {
    const env = localEnvironment(USER);
    expect(env).toMatchObject({ PATH: "/bin", GIT_ALLOW_PROTOCOL: "none", GIT_CONFIG_GLOBAL: "/dev/null" });
    expect(Object.values(env).join("\n")).not.toMatch(/evil|secret|agent|proxy:/);
    expect(Object.keys(env)).not.toContain("GIT_DIR");
  });
});

describe("remoteEnvironment", () => {
  it("passes what reaches the server and nothing that changes what Git does", () => {
    const env = remoteEnvironment(USER, REMOTE, []);
    expect(env).toMatchObject({
      SSH_AUTH_SOCK: "/agent",
      https_proxy: "http://proxy",
      GIT_ALLOW_PROTOCOL: "https",
      GIT_TERMINAL_PROMPT: "0",
      SSH_ASKPASS_REQUIRE: "never",
    });
    expect(Object.values(env).join("\n")).not.toMatch(/evil|secret/);
    expect(Object.keys(env)).not.toContain("MY_TOKEN");
  });

  it.each([
    ["core.hooksPath", "/dev/null"],
    ["protocol.allow", "never"],
    ["protocol.https.allow", "always"],
    ["http.followRedirects", "false"],
    ["transfer.fsckObjects", "true"],
    ["submodule.recurse", "false"],
  ])("sets %s to %s", (key, value) => {
    expect(settingsOf(remoteEnvironment(USER, REMOTE, [])).get(key)).toBe(value);
  });

  it("lets a credential helper have the user's variables, but not those that steer Git or hold Pulumi's secrets", () => {
    const env = remoteEnvironment(USER, REMOTE, [{ key: "credential.helper", value: "!f" }]);
    expect(env["MY_TOKEN"]).toBe("t");
    expect(settingsOf(env).get("credential.helper")).toBe("!f");
    expect(Object.values(env).join("\n")).not.toMatch(/evil|secret/);
  });

  it("sends the token of a mirror only to its own host", () => {
    const env = remoteEnvironment(USER, { ...REMOTE, url: "https://mirror:8443/x", authorization: "Basic abc" }, []);
    expect(settingsOf(env).get("http.https://mirror:8443/.extraHeader")).toBe("Authorization: Basic abc");
  });
});

describe("hasHelper", () => {
  const rows: readonly (readonly [ConfigEntry, string, boolean])[] = [
    [{ key: "credential.helper", value: "store" }, "https://host/x", true],
    [{ key: "credential.helper", value: "" }, "https://host/x", false],
    [{ key: "credential.https://host.helper", value: "store" }, "https://host/x", true],
    [{ key: "credential.https://u@host/y.helper", value: "store" }, "https://host/x", true],
    [{ key: "credential.host.helper", value: "store" }, "https://host:8443/x", true],
    [{ key: "credential.https://*.example.com.helper", value: "store" }, "https://git.example.com/x", true],
    [{ key: "credential.https://other.helper", value: "store" }, "https://host/x", false],
    [{ key: "credential.username", value: "u" }, "https://host/x", false],
  ];
  it.each(rows)("of %j for %s is %s", (entry, url, expected) => {
    expect(hasHelper([entry], url)).toBe(expected);
  });
});
