import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { isGitOpsError } from "../../components/error.ts";
import type { Manifest } from "../../components/manifest/object.ts";
import type { Policy } from "../../components/sync.protocol.ts";
import { openCluster } from "../../components/sync/cluster.ts";
import type { ApiProxy, Passing } from "../support/api-proxy.ts";
import { isApply, startApiProxy } from "../support/api-proxy.ts";
import { readSandbox } from "../support/sandbox.ts";
import type { ServiceAccount } from "../support/service-account.ts";
import { createServiceAccount, writeKubeconfig } from "../support/service-account.ts";
import { hookJob } from "./job.ts";
import { deployed, openScene } from "./scene.ts";
import { deployment } from "./workload.ts";

const APPLIED: Partial<Policy> = { wait: "applied" };
const retrying = (limit: number): Partial<Policy> => ({
  ...APPLIED,
  retry: { limit, backoff: { durationMs: 10, factor: 2, maxDurationMs: 40 } },
});

describe("retry of a sync on the real API server", () => {
  let folder: string;
  let proxy: ApiProxy;
  let account: ServiceAccount;
  /** What was written in earnest: the last part of each path. */
  let written: string[];

  beforeAll(async () => {
    const sandbox = readSandbox(process.env);
    folder = await mkdtemp(join(tmpdir(), "retry-test-"));
    account = await createServiceAccount(sandbox.kubeconfig, `retry-${randomUUID().slice(0, 8)}`);
    const { server, certificate, certificateKey } = sandbox;
    proxy = await startApiProxy({ server, ca: certificate, cert: certificate, key: certificateKey });
    await writeKubeconfig(join(folder, "kubeconfig"), sandbox, account.token, proxy.url);
  });
  beforeEach(() => {
    written = [];
  });
  afterAll(async () => {
    // It would go on trying to give the Lease back.
    (await openCluster(reference())).client.close();
    await proxy.close();
    await account.remove();
    await rm(folder, { recursive: true });
  });

  const reference = () => ({ kind: "kubeconfig", path: join(folder, "kubeconfig") }) as const;
  const open = () => openScene(reference());

  /** A conflict is never repeated by the client, so each of these costs one attempt of the sync. */
  function conflictAt(name: string, times: number): void {
    let left = times;
    proxy.meddle((passing) => {
      if (!isApply(passing)) return undefined;
      const last = nameIn(passing);
      written.push(last);
      return last === name && left-- > 0 ? { status: 409 } : undefined;
    });
  }

  it("tries only what failed again, with growing waits, and says so before each", async () => {
    const { deploy, configMap, warnings, live } = await open();
    conflictAt("two", 3);
    await deployed(
      deploy(
        ["one", "two", "three"].map((name) => configMap(name)),
        undefined,
        retrying(5),
      ),
    );
    expect(written.toSorted()).toEqual(["one", "three", "two", "two", "two", "two"]);
    expect(warnings).toEqual([
      expect.stringMatching(/^retry 1 of 5 in 0\.01 s: apply ConfigMap .*\/two: /),
      expect.stringMatching(/^retry 2 of 5 in 0\.02 s: /),
      expect.stringMatching(/^retry 3 of 5 in 0\.04 s: /),
    ]);
    expect(await live("ConfigMap", "two")).toBeDefined();
  });

  it("goes on after more failures than any limit when the limit is negative", async () => {
    const { deploy, configMap, warnings } = await open();
    conflictAt("one", 12);
    await deployed(deploy([configMap("one")], undefined, retrying(-1)));
    expect(warnings).toHaveLength(12);
    expect(warnings.at(-1)).toMatch(/^retry 12 of unlimited in 0\.04 s: /);
  });

  it("gives up after the limit, keeps in the state what exists, and is made good by the next run", async () => {
    const { deploy, configMap, namespace } = await open();
    const objects = [configMap("one"), configMap("two")];
    conflictAt("two", 99);
    const { outputs, error } = await deploy(objects, undefined, retrying(2));
    const sentence = expect.stringMatching(
      /^gave up after 3 attempts, with waits of 0\.01, 0\.02 s: apply ConfigMap .*\/two: /,
    );
    expect(isGitOpsError(error) && error.message).toEqual(sentence);
    expect(outputs).toMatchObject({
      ...{ complete: false, conditions: [sentence] },
      inventory: [`ConfigMap ${namespace}/one`],
    });
    written = [];
    conflictAt("two", 0);
    expect((await deployed(deploy(objects, outputs))).complete).toBe(true);
    expect(written).toEqual(["two"]);
  });

  it("does not run a hook again that has succeeded, and the SyncFail hooks only in the end", async () => {
    const { deploy, configMap, namespace } = await open();
    conflictAt("web", 99);
    const hooks = [hookJob(namespace, "migrate", "PreSync"), hookJob(namespace, "alarm", "SyncFail")];
    const { error } = await deploy([...hooks, configMap("web")], undefined, retrying(2));
    expect(String(error)).toContain("gave up after 3 attempts");
    expect(written).toEqual(["migrate", "web", "web", "web", "alarm"]);
  });

  it("tries once without a limit", async () => {
    const { deploy, configMap, warnings } = await open();
    conflictAt("one", 1);
    await expect(deploy([configMap("one")])).rejects.toThrow(/^apply ConfigMap .*\/one: /);
    expect(written).toEqual(["one"]);
    expect(warnings).toEqual([]);
  });

  describe("of what cannot heal by waiting", () => {
    it.each<[string, (namespace: string) => Manifest, RegExp]>([
      ["an invalid object", (namespace) => deployment(namespace, -1), /spec\.replicas: Invalid value: -1/],
      ["an unknown field", (namespace) => ({ ...deployment(namespace, 1), spec: { replica: 3 } }), /spec\.replica/],
      [
        "an immutable field",
        (namespace) => withSelector(deployment(namespace, 1)),
        /spec\.selector: .*field is immutable.*; this cannot be changed in place: state again what was there, or annotate it with argocd\.argoproj\.io\/sync-options: Force=true to have it made anew$/,
      ],
    ])("is not done: %s is reported at once with the reason", async (_, change, reason) => {
      const { deploy, warnings, namespace } = await open();
      proxy.meddle(() => undefined);
      const first = await deployed(deploy([deployment(namespace, 1)], undefined, APPLIED));
      conflictAt("", 0);
      const { error } = await deploy([change(namespace)], first, retrying(5));
      expect(isGitOpsError(error) && error.message).toMatch(reason);
      expect(warnings).toEqual([]);
      expect(written).toEqual([]);
    });

    it("is not done for what is forbidden", async () => {
      const { deploy, configMap, warnings } = await open();
      proxy.meddle((passing) => (isApply(passing) ? { status: 403 } : undefined));
      await expect(deploy([configMap("one")], undefined, retrying(5))).rejects.toMatchObject({ code: "Forbidden" });
      expect(warnings).toEqual([]);
    });
  });
});

function nameIn({ path }: Passing): string {
  return new URL(path, "http://server").pathname.split("/").at(-1) ?? "";
}

/** Labels that the selector of the object that exists does not have. */
function withSelector(object: Manifest): Manifest {
  const labels = { app: "another" };
  const spec = object["spec"] as { readonly template: object };
  return {
    ...object,
    spec: { ...spec, selector: { matchLabels: labels }, template: { ...spec.template, metadata: { labels } } },
  };
}
