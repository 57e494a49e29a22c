import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { ExecPlugin } from "./exec-plugin.ts";
import { isAllowed, runPlugin } from "./exec-plugin.ts";

const V1 = "client.authentication.k8s.io/v1";
const V1BETA1 = "client.authentication.k8s.io/v1beta1";
const CLUSTER = { server: new URL("https://kube.test"), ca: "PEM", serverName: "other.test", insecure: false };

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "plugin-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

let scripts = 0;

/** A real program: a shell script. */
function plugin(script: string, more: Partial<ExecPlugin> = {}): ExecPlugin {
  const command = join(folder, `plugin-${++scripts}`);
  writeFileSync(command, `#!/bin/sh\n${script}\n`, { mode: 0o700 });
  return { apiVersion: V1, command, args: [], env: {}, provideClusterInfo: false, ...more };
}

function credential(apiVersion: string, status: object): string {
  return `echo '${JSON.stringify({ kind: "ExecCredential", apiVersion, status })}'`;
}

const ENV = { PATH: process.env["PATH"] };

describe("a credential plugin", () => {
  it.each([
    [V1, { token: "t", expirationTimestamp: "2030-01-01T00:00:00Z" }, { token: "t", expiresAt: Date.UTC(2030, 0, 1) }],
    [V1BETA1, { token: "t", expirationTimestamp: null }, { token: "t" }],
    [V1BETA1, { token: "t", expirationTimestamp: "tomorrow" }, { token: "t" }],
  ])("of %s that says %j gives %j", async (apiVersion, status, expected) => {
    expect(await runPlugin(plugin(credential(apiVersion, status), { apiVersion }), CLUSTER, ENV)).toEqual(expected);
  });

  it("gets its arguments, its environment and the cluster it is for", async () => {
    const script = `printf '{"kind":"ExecCredential","apiVersion":"${V1}","status":{"token":"%s"}}' "$(printf '%s|%s|%s|%s' "$1" "$A" "$B" "$KUBERNETES_EXEC_INFO" | base64 -w0)"`;
    const { token } = await runPlugin(
      plugin(script, { args: ["; exit 1"], env: { A: "set" }, provideClusterInfo: true }),
      CLUSTER,
      { ...ENV, B: "inherited" },
    );
    const [argument, a, b, info] = Buffer.from(token, "base64").toString().split("|");
    expect([argument, a, b]).toEqual(["; exit 1", "set", "inherited"]);
    expect(JSON.parse(info ?? "")).toEqual({
      kind: "ExecCredential",
      apiVersion: V1,
      spec: {
        interactive: false,
        cluster: {
          server: "https://kube.test/",
          "tls-server-name": "other.test",
          "certificate-authority-data": "UEVN",
        },
      },
    });
  });

  it.each<[string, string, string]>([
    ["ends with an error", "echo 'no active account' >&2; echo more >&2; exit 3", "it ended with 3: no active account"],
    [
      "complains with a token in its mouth",
      "echo 'bad token ya29.a0AfH6SMBxLongLongLongLongLongLongLongLongToken' >&2; exit 1",
      "it ended with 1: bad token ***",
    ],
    ["says nothing", "exit 1", "it ended with 1"],
    ["answers with something else", 'echo \'{"token": "s3cret\'', "its answer is not JSON"],
    [
      "answers in another version",
      credential(V1BETA1, { token: "s3cret" }),
      `expected an ExecCredential of ${V1} as its answer`,
    ],
    [
      "gives no token",
      credential(V1, { clientCertificateData: "s3cret" }),
      "its answer holds no token (client certificates are not supported)",
    ],
    [
      "gives no status",
      credential(V1, {}).replace("{}", "null"),
      "its answer holds no token (client certificates are not supported)",
    ],
  ])("is an error in one line when it %s", async (_, script, reason) => {
    const used = plugin(script);
    const running = runPlugin(used, CLUSTER, ENV);
    await expect(running).rejects.toMatchObject({
      code: "Unauthorized",
      message: `credential plugin ${used.command}: ${reason}`,
    });
  });

  it("that is not installed is an error that says so", async () => {
    const missing = plugin("", { command: "gke-gcloud-auth-plugin" });
    const message = "credential plugin gke-gcloud-auth-plugin: the program is not installed";
    await expect(runPlugin(missing, CLUSTER, { PATH: folder })).rejects.toMatchObject({ message });
  });
});

describe("the list of programs that may be run", () => {
  it.each<[string, string, boolean]>([
    ["gke-gcloud-auth-plugin", "", true],
    ["aws", "", false],
    ["aws", "kubelogin, aws", true],
    ["/tmp/gke-gcloud-auth-plugin", "", false],
    ["/opt/bin/tool", "/opt/bin/tool", true],
    ["", "", false],
    ["", ",,", false],
    ["gke-gcloud-auth-plugin;rm", "", false],
  ])("has %j when the variable is %j: %s", (command, variable, expected) => {
    const env = { PULUMI_GITOPS_EXEC_PLUGINS: variable };
    expect(isAllowed(plugin("", { command }), env)).toBe(expected);
  });
});
