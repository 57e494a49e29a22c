import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { parseImage } from "./reference.ts";
import { createCredentials } from "./registry-credentials.ts";
import { endpointOf } from "./registry-endpoint.ts";

let folder: string;
const state = { time: 0 };

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "secrets-"));
  state.time = 0;
});
afterEach(() => rmSync(folder, { recursive: true }));

function write(path: string, text: string): void {
  mkdirSync(join(folder, path, ".."), { recursive: true });
  writeFileSync(join(folder, path), text, { mode: 0o755 });
}

function credentialsOf(env: NodeJS.ProcessEnv = {}, pullSecrets: string | undefined = folder) {
  return createCredentials({ env: { DOCKER_CONFIG: "/nonexistent", ...env }, pullSecrets, now: () => state.time });
}

function endpoint(pullSecret?: string, more: object = {}) {
  const image = parseImage("registry.example.com/api")!;
  const entry = { name: "company", prefix: "registry.example.com", apiUrl: "https://mirror.example.com:5000" };
  return endpointOf(image, [{ ...entry, insecure: false, default: false, ...more }], pullSecret);
}

const ME = { kind: "password", username: "me", password: "hunter2" };
const AUTHS = { auths: { "https://mirror.example.com:5000/v1/": { username: "me", password: "hunter2" } } };

describe("createCredentials", () => {
  it("reads a pull secret of the cluster from the folder in which it is mounted", async () => {
    write("argocd/registry/.dockerconfigjson", JSON.stringify({ ...AUTHS, credsStore: "never-asked" }));
    expect(await credentialsOf()(endpoint("pullsecret:argocd/registry"))).toEqual(ME);
  });

  it("is anonymous where the pull secret is for another registry", async () => {
    write(
      "argocd/registry/.dockerconfigjson",
      JSON.stringify({ auths: { "other.example.com": { auth: "bWU6eA==" } } }),
    );
    expect(await credentialsOf()(endpoint("pullsecret:argocd/registry"))).toBeUndefined();
  });

  it("reads one field of a Secret", async () => {
    write("argocd/registry/login", "me:hunter2\n");
    expect(await credentialsOf()(endpoint("secret:argocd/registry#login"))).toEqual(ME);
  });

  it("asks a program", async () => {
    write("login", '#!/bin/sh\necho "me:hunter2"\n');
    expect(await credentialsOf({ PATH: "/bin:/usr/bin" })(endpoint(`ext:${folder}/login`))).toEqual(ME);
  });

  it("lets the image's pull secret win over the registry's credentials, and those over the docker configuration", async () => {
    write("config.json", JSON.stringify({ auths: { "registry.example.com": { username: "docker", password: "x" } } }));
    const find = credentialsOf({ DOCKER_CONFIG: folder, IMAGE: "image:x", REGISTRY: "registry:x" });
    const named = { credentials: "env:REGISTRY" };
    const users = [endpoint("env:IMAGE", named), endpoint(undefined, named), endpoint()].map(find);
    expect(await Promise.all(users)).toMatchObject([
      { username: "image" },
      { username: "registry" },
      { username: "docker" },
    ]);
  });

  it.each([
    ["env:NOTHING", "pull-secret: env:NOTHING gives no user:password"],
    ["ext:/nonexistent", "pull-secret: ext:/nonexistent gives no user:password"],
    ["secret:argocd/registry#login", "argocd/registry/login cannot be read"],
    ["pullsecret:argocd/registry", "argocd/registry/.dockerconfigjson cannot be read"],
    ["user:hunter2", "pull-secret: what is named gives no user:password"],
  ])("fails when %s does not tell, without a secret in the message", async (source, reason) => {
    const finding = credentialsOf()(endpoint(source));
    await expect(finding).rejects.toThrow(reason);
    await expect(finding).rejects.not.toThrow("hunter2");
  });

  it.each(["no json hunter2", '{"auths":{"registry.example.com":{"auth":"aHVudGVyMg=="}}}'])(
    "fails when a pull secret is %j",
    async (text) => {
      write("argocd/registry/.dockerconfigjson", text);
      const finding = credentialsOf()(endpoint("pullsecret:argocd/registry"));
      await expect(finding).rejects.toThrow(".dockerconfigjson");
      await expect(finding).rejects.not.toThrow("hunter2");
    },
  );

  it("says how to give it a Secret of the cluster, which it never asks for", async () => {
    const finding = createCredentials({ env: {}, pullSecrets: undefined, now: () => 0 })(
      endpoint("pullsecret:argocd/registry"),
    );
    await expect(finding).rejects.toThrow(
      "the cluster is never asked for the Secret argocd/registry: write it to a folder as argocd/registry/.dockerconfigjson and name the folder in gitops:pullSecrets",
    );
  });

  it("looks once, and again when the credential has expired", async () => {
    write("argocd/registry/login", "first:x");
    const find = credentialsOf();
    const asked = endpoint(undefined, { credentials: "secret:argocd/registry#login", credentialsExpireMs: 1000 });
    expect(await find(asked)).toMatchObject({ username: "first" });
    write("argocd/registry/login", "second:x");
    state.time = 999;
    expect(await find(asked)).toMatchObject({ username: "first" });
    state.time = 1000;
    expect(await find(asked)).toMatchObject({ username: "second" });
  });
});
