import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { stringify } from "yaml";

import { isGitOpsError } from "../error.ts";
import { issue, makeAuthority } from "./certificate.fixture.ts";
import type { Connection } from "./connection.ts";
import { connectByKubeconfig } from "./kubeconfig-connection.ts";

const authority = makeAuthority();
const { cert, key } = issue(authority, "someone");
const base64 = (text: string) => Buffer.from(text).toString("base64");

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "connection-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

let files = 0;

function write(content: unknown, name = `config-${++files}`): string {
  const file = join(folder, name);
  writeFileSync(file, typeof content === "string" ? content : stringify(content));
  return file;
}

interface Parts {
  readonly cluster?: object;
  readonly user?: object;
  readonly context?: object;
  readonly more?: object;
}

/** A kubeconfig with one context, good unless a part says otherwise. */
function config({ cluster, user, context, more }: Parts = {}): object {
  return {
    "current-context": "c",
    clusters: [{ name: "c", cluster: { server: "https://kube.test", ...cluster } }],
    users: [{ name: "u", user: user ?? { token: "t" } }],
    contexts: [{ name: "c", context: { cluster: "c", user: "u", ...context } }],
    ...more,
  };
}

function connectTo(content: unknown, env: NodeJS.ProcessEnv = {}): Promise<Connection> {
  return connectByKubeconfig({ kind: "kubeconfig", path: write(content) }, env);
}

async function mistakesOf(connecting: Promise<Connection>): Promise<readonly string[]> {
  const error: unknown = await connecting.catch((reason: unknown) => reason);
  if (!isGitOpsError(error)) throw new Error("no mistake was found", { cause: error });
  expect(error).toMatchObject({ code: "Invalid", retryable: false });
  expect(error.message).not.toContain("\n");
  return error.message
    .replaceAll(`${folder}/`, "")
    .replaceAll(/config-\d+/g, "config")
    .split("; ");
}

describe("a kubeconfig", () => {
  it("leads to the server of its current context, with the user's token", async () => {
    const connection = await connectTo(config());
    expect(connection.server.href).toBe("https://kube.test/");
    expect(connection.tls).toEqual({ rejectUnauthorized: true });
    expect(await connection.authorization()).toBe("Bearer t");
  });

  it.each<[string, Parts, Partial<Connection>]>([
    [
      "an authority",
      { cluster: { "certificate-authority-data": base64(authority.cert) } },
      { tls: { rejectUnauthorized: true, ca: authority.cert } },
    ],
    [
      "another name for the server",
      { cluster: { "tls-server-name": "other.test" } },
      { tls: { rejectUnauthorized: true, servername: "other.test" } },
    ],
    [
      "no verification, because the user says so",
      { cluster: { "insecure-skip-tls-verify": true } },
      { tls: { rejectUnauthorized: false } },
    ],
    [
      "a client certificate",
      { user: { "client-certificate-data": base64(cert), "client-key-data": base64(key) } },
      { tls: { rejectUnauthorized: true, cert, key } },
    ],
    [
      "plain http on this machine, with no user, as kubectl proxy wants it",
      { cluster: { server: "http://127.0.0.1:8001" }, context: { user: null } },
      { server: new URL("http://127.0.0.1:8001") },
    ],
    [
      "a proxy of its own",
      { cluster: { "proxy-url": "http://proxy.test:3128" } },
      { proxyEnv: { HTTPS_PROXY: "http://proxy.test:3128/", HTTP_PROXY: "http://proxy.test:3128/" } },
    ],
    [
      "impersonation",
      {
        user: {
          token: "t",
          as: "bot",
          "as-uid": "7",
          "as-groups": ["g1", "g2"],
          "as-user-extra": { "example.com/why": ["x", "y"] },
        },
      },
      {
        headers: {
          "Impersonate-User": "bot",
          "Impersonate-Uid": "7",
          "Impersonate-Group": ["g1", "g2"],
          "Impersonate-Extra-example.com%2Fwhy": ["x", "y"],
        },
      },
    ],
  ])("knows %s", async (_, parts, expected) => {
    expect(await connectTo(config(parts))).toMatchObject(expected);
  });

  it.each<[string, object, string | undefined]>([
    ["a user name and a password", { username: "me", password: "pw" }, `Basic ${base64("me:pw")}`],
    [
      "a token rather than a password or a plugin",
      { token: "t", username: "me", exec: exec("gke-gcloud-auth-plugin") },
      "Bearer t",
    ],
    [
      "nothing but a certificate",
      { "client-certificate-data": base64(cert), "client-key-data": base64(key) },
      undefined,
    ],
  ])("authorizes by %s", async (_, user, expected) => {
    expect(await (await connectTo(config({ user }))).authorization()).toBe(expected);
  });

  it("finds files beside itself, not beside the program", async () => {
    mkdirSync(join(folder, "tls"));
    write(authority.cert, "tls/ca.crt");
    write("from-file\n", "tls/token");
    const connection = await connectTo(
      config({
        cluster: { "certificate-authority": "tls/ca.crt" },
        user: { tokenFile: "tls/token", token: "ignored" },
      }),
    );
    expect(connection.tls.ca).toBe(authority.cert);
    expect(await connection.authorization()).toBe("Bearer from-file");
  });

  it("asks the proxy of the environment only about other machines", async () => {
    const env = { HTTPS_PROXY: "http://proxy.test", NO_PROXY: "x" };
    expect((await connectTo(config(), env)).proxyEnv).toMatchObject(env);
    expect((await connectTo(config({ cluster: { server: "https://127.0.0.1:6443" } }), env)).proxyEnv).toEqual({});
  });
});

describe("several kubeconfigs", () => {
  it("are merged: the first to name a thing wins, and wins wholly", async () => {
    const first = write({ "current-context": "b", users: [{ name: "u", user: { token: "first" } }] });
    const second = write(
      config({ user: { tokenFile: "/nowhere", token: "second" }, more: { "current-context": "c" } }),
    );
    const third = write({ contexts: [{ name: "b", context: { cluster: "c", user: "u" } }] });
    const KUBECONFIG = [first, "", join(folder, "missing"), second, third].join(":");
    const connection = await connectByKubeconfig({ kind: "kubeconfig" }, { KUBECONFIG });
    expect(await connection.authorization()).toBe("Bearer first");
  });

  it("give way to the path and the context of the reference", async () => {
    const other = write(config({ more: { "current-context": "nowhere" } }));
    const reference = { kind: "kubeconfig", path: other, context: "c" } as const;
    expect((await connectByKubeconfig(reference, { KUBECONFIG: "/nowhere" })).server.host).toBe("kube.test");
  });

  it("are looked for in the home folder when nobody names one", async () => {
    mkdirSync(join(folder, ".kube"));
    write(config(), ".kube/config");
    expect((await connectByKubeconfig({ kind: "kubeconfig" }, { HOME: folder })).server.host).toBe("kube.test");
    expect(
      (await connectByKubeconfig({ kind: "kubeconfig", path: "~/.kube/config" }, { HOME: folder })).server.host,
    ).toBe("kube.test");
  });
});

function exec(command: string, more: object = {}): object {
  return { apiVersion: "client.authentication.k8s.io/v1beta1", command, ...more };
}

describe("a mistake in a kubeconfig", () => {
  it.each<[string, unknown, readonly string[]]>([
    ["not YAML", "a: [1, 2\ntoken: s3cret", ["config:2: not valid YAML (bad indent)"]],
    ["not a kubeconfig", "just text", ["config:1: expected a kubeconfig, found something else"]],
    ["an empty file", "", ["config:1: expected a kubeconfig, found an empty file"]],
    [
      "no current context",
      config({ more: { "current-context": "" } }),
      ["config: current-context: is not set", "expected one of c"],
    ],
    [
      "an unknown current context",
      config({ more: { "current-context": "x" } }),
      ["config: current-context: expected one of c, found no x"],
    ],
    ["no contexts", { "current-context": "x" }, ["config: current-context: there are no contexts, found no x"]],
    [
      "no user",
      config({ context: { user: null } }),
      ["config:14: contexts[c].context.user: expected the name of a user, found none"],
    ],
    [
      "an unknown user",
      config({ context: { user: "x" } }),
      ["config:14: contexts[c].context.user: expected one of u, found x"],
    ],
    [
      "an unknown cluster",
      config({ context: { cluster: "x" } }),
      ["config:13: contexts[c].context.cluster: expected one of c, found x"],
    ],
    [
      "no credential",
      config({ user: {} }),
      ["config:8: users[u].user: expected token, tokenFile, client-certificate, username or exec, found none"],
    ],
    [
      "an old way to authenticate",
      config({ user: { "auth-provider": { name: "gcp" } } }),
      ["config:9: users[u].user.auth-provider: expected exec instead: auth-provider is not supported"],
    ],
    [
      "no server",
      config({ cluster: { server: null } }),
      ["config:5: clusters[c].cluster.server: expected a URL such as https://cluster.example.com, found none"],
    ],
    [
      "a server that is no URL",
      config({ cluster: { server: "kube" } }),
      [
        "config:5: clusters[c].cluster.server: expected a URL such as https://cluster.example.com, found something else",
      ],
    ],
    [
      "plain http over the network",
      config({ cluster: { server: "http://kube.test" } }),
      [
        "config:5: clusters[c].cluster.server: expected https (plain http only to this machine), found http://kube.test",
      ],
    ],
    [
      "plain http to a name that only looks like this machine",
      config({ cluster: { server: "http://127.0.0.1.evil.test" } }),
      [
        "config:5: clusters[c].cluster.server: expected https (plain http only to this machine), found http://127.0.0.1.evil.test",
      ],
    ],
    [
      "a password in the address",
      config({ cluster: { server: "https://me:s3cret@kube.test" } }),
      ["config:5: clusters[c].cluster.server: expected a URL without credentials, found https://kube.test"],
    ],
    [
      "a proxy of another kind",
      config({ cluster: { "proxy-url": "socks5://me:s3cret@proxy.test" } }),
      ["config:6: clusters[c].cluster.proxy-url: expected an http or https proxy, found socks5://proxy.test"],
    ],
    [
      "an authority that cannot be read",
      config({ cluster: { "certificate-authority": "missing.crt" } }),
      ["config:6: clusters[c].cluster.certificate-authority: missing.crt cannot be read (ENOENT)"],
    ],
    [
      "an authority that is none",
      config({ cluster: { "certificate-authority-data": base64("nonsense") } }),
      ["config:6: clusters[c].cluster.certificate-authority-data: expected PEM text in base64, found something else"],
    ],
    [
      "an authority that only looks like one",
      config({
        cluster: {
          "certificate-authority-data": base64("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----"),
        },
      }),
      ["config:6: clusters[c].cluster.certificate-authority-data: expected PEM certificates, found something else"],
    ],
    [
      "an authority that is not used",
      config({ cluster: { "certificate-authority-data": base64(authority.cert), "insecure-skip-tls-verify": true } }),
      [
        "config:7: clusters[c].cluster.insecure-skip-tls-verify: expected false beside a certificate-authority, found true",
      ],
    ],
    [
      "a certificate without a key",
      config({ user: { "client-certificate-data": base64(cert) } }),
      ["config:9: users[u].user.client-key: expected a key beside the client-certificate, found none"],
    ],
    [
      "a key of another certificate",
      config({
        user: { "client-certificate-data": base64(cert), "client-key-data": base64(issue(authority, "x").key) },
      }),
      ["config:9: users[u].user.client-key: expected the key of the client-certificate, found another one or none"],
    ],
    [
      "a token that is no text",
      config({ user: { token: 12345 } }),
      ["config:9: users[u].user.token: expected a string, found a number"],
    ],
    [
      "a program that nobody allowed",
      config({ user: { exec: exec("curl") } }),
      [
        "config:11: users[u].user.exec.command: curl is not on the list of programs that may be run",
        "PULUMI_GITOPS_EXEC_PLUGINS=curl permits it",
      ],
    ],
    [
      "an allowed name that leads elsewhere",
      config({ user: { exec: exec("./gke-gcloud-auth-plugin") } }),
      [
        expect.stringMatching(/^config:11: users\[u\]\.user\.exec\.command: gke-gcloud-auth-plugin is not on the list/),
        expect.anything(),
      ] as unknown as string[],
    ],
    [
      "a plugin of another protocol",
      config({
        user: { exec: exec("gke-gcloud-auth-plugin", { apiVersion: "client.authentication.k8s.io/v1alpha1" }) },
      }),
      [
        "config:10: users[u].user.exec.apiVersion: expected client.authentication.k8s.io/v1 or client.authentication.k8s.io/v1beta1, found client.authentication.k8s.io/v1alpha1",
      ],
    ],
    [
      "a plugin that asks questions",
      config({ user: { exec: exec("gke-gcloud-auth-plugin", { interactiveMode: "Always" }) } }),
      [
        "config:12: users[u].user.exec.interactiveMode: expected Never or IfAvailable: nobody can answer here, found Always",
      ],
    ],
    [
      "groups without a user to be",
      config({ user: { token: "t", "as-groups": ["g"] } }),
      ["config:9: users[u].user.as: expected the name of a user beside as-uid, as-groups or as-user-extra, found none"],
    ],
    [
      "a list where a mapping belongs",
      config({ more: { users: [{ name: "u", user: ["s3cret"] }] } }),
      [expect.stringMatching(/users\[u\]\.user: expected a mapping, found a list$/) as unknown as string],
    ],
  ])("is named with its place: %s", async (_, content, expected) => {
    const mistakes = await mistakesOf(connectTo(content));
    expect(mistakes).toEqual(expected);
    expect(mistakes.join()).not.toContain("s3cret");
  });

  it("is named together with all the others", async () => {
    const content = config({
      cluster: { server: "ftp://kube.test", "certificate-authority": "missing.crt" },
      user: { exec: exec("curl", { interactiveMode: "Always" }) },
    });
    expect(await mistakesOf(connectTo(content))).toEqual([
      expect.stringContaining("clusters[c].cluster.server"),
      expect.stringContaining("clusters[c].cluster.certificate-authority"),
      expect.stringContaining("users[u].user.exec.interactiveMode"),
      expect.stringContaining("users[u].user.exec.command"),
      expect.anything(),
    ]);
  });

  it("is a file that does not exist", async () => {
    const missing = join(folder, "missing");
    expect(await mistakesOf(connectByKubeconfig({ kind: "kubeconfig", path: missing }, {}))).toEqual([
      "missing: the kubeconfig does not exist",
    ]);
    expect(
      await mistakesOf(connectByKubeconfig({ kind: "kubeconfig" }, { KUBECONFIG: `${missing}:${missing}2` })),
    ).toEqual(["missing: the kubeconfig does not exist", "missing2: the kubeconfig does not exist"]);
    expect(await mistakesOf(connectByKubeconfig({ kind: "kubeconfig", path: folder }, {}))).toEqual([
      `${folder}: the kubeconfig cannot be read (EISDIR)`,
    ]);
  });

  it("is told for the context that is used, not for the others", async () => {
    const broken = { name: "broken", cluster: { server: "ftp://x" } };
    const good = config() as { clusters: object[] };
    expect((await connectTo({ ...good, clusters: [broken, ...good.clusters] })).server.host).toBe("kube.test");
  });
});
