import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { randomUUID } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";

import { stringify } from "yaml";

import { isGitOpsError } from "../../components/error.ts";
import type { ApiObject, Client, ClientOptions, WatchEvent } from "../../components/kubernetes/client.ts";
import { createClient } from "../../components/kubernetes/client.ts";
import { connect } from "../../components/kubernetes/connect.ts";
import { absorbPersons } from "../../components/manifest/drift.ts";
import type { ManagedFieldsEntry } from "../../components/manifest/fields.ts";
import { ownEntry } from "../../components/manifest/fields.ts";
import type { Manifest } from "../../components/manifest/object.ts";
import type { ApiProxy } from "../support/api-proxy.ts";
import { startApiProxy } from "../support/api-proxy.ts";
import type { OwnSandbox } from "../support/own-sandbox.ts";
import { startOwnSandbox } from "../support/own-sandbox.ts";
import type { Sandbox } from "../support/sandbox.ts";
import { readSandbox } from "../support/sandbox.ts";
import type { ServiceAccount } from "../support/service-account.ts";
import { createServiceAccount, writeKubeconfig } from "../support/service-account.ts";
import { waitFor } from "../support/wait-for.ts";

// The real kube-apiserver. Everything lives in one namespace; every test has objects of its own.

const MANAGER = "kubernetes-test";
const APPLY = { manager: MANAGER, force: true, dryRun: false };

const sandbox: Sandbox = readSandbox(process.env);
const namespace = `kubernetes-${randomUUID().slice(0, 8)}`;
const clients: Client[] = [];
let client: Client;
let folder: string;

async function clientOf(
  path = sandbox.kubeconfig,
  options: ClientOptions = {},
  env = process.env,
  context?: string,
): Promise<Client> {
  const opened = createClient(
    await connect({ kind: "kubeconfig", path, ...(context !== undefined && { context }) }, env),
    options,
  );
  clients.push(opened);
  return opened;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "kubernetes-test-"));
  client = await clientOf();
  await client.create({ apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } }, { manager: MANAGER });
});

afterAll(async () => {
  const target = { group: "", kind: "Namespace", namespace: "", name: namespace };
  const uid = (await client.get(target))?.metadata.uid ?? "";
  await client.remove(target, { uid, propagation: "Background" });
  for (const opened of clients) opened.close();
  await rm(folder, { recursive: true });
});

let names = 0;

function configMap(data: Readonly<Record<string, string>> = { color: "blue" }, more: object = {}): Manifest {
  return { apiVersion: "v1", kind: "ConfigMap", metadata: { name: `object-${++names}`, namespace, ...more }, data };
}

function deployment(spec: object = {}): Manifest {
  const name = `object-${++names}`;
  const template = {
    metadata: { labels: { app: name } },
    spec: { containers: [{ name: "main", image: "registry.example.com/x:1" }] },
  };
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name, namespace },
    spec: { replicas: 0, selector: { matchLabels: { app: name } }, template, ...spec },
  };
}

function targetOf({ apiVersion, kind, metadata }: ApiObject) {
  return {
    group: apiVersion.includes("/") ? apiVersion.split("/")[0]! : "",
    kind,
    namespace: metadata.namespace ?? "",
    name: metadata.name,
  };
}

/** What we own of an object. */
function fieldsOf({ metadata }: ApiObject) {
  return ownEntry(metadata["managedFields"] as readonly ManagedFieldsEntry[], MANAGER)?.fieldsV1;
}

async function kindOf(group: string, kind: string) {
  return (await client.discover()).kindOf(group, kind)!;
}

describe("discovery of a real API server", () => {
  it("knows every kind in its preferred and in its other versions", async () => {
    const discovery = await client.discover();
    expect(discovery.kindOf("apps", "Deployment")).toMatchObject({
      version: "v1",
      plural: "deployments",
      namespaced: true,
    });
    expect(discovery.kindOf("", "Namespace")).toMatchObject({ version: "v1", namespaced: false });
    expect(discovery.kindOf("autoscaling", "HorizontalPodAutoscaler")?.version).toBe("v2");
    expect(discovery.kindOf("autoscaling", "HorizontalPodAutoscaler", "v1")?.version).toBe("v1");
    expect(discovery.kindOf("apps", "Deployment", "v1beta1")).toBeUndefined();
  });

  it("tells the path of everything that can be listed", async () => {
    const kinds = (await client.discover()).all().filter(({ verbs }) => verbs.includes("list"));
    expect(kinds.length).toBeGreaterThan(40);
    const lists = await Promise.all(kinds.map((kind) => client.listMetadata(kind, { labelSelector: "no=such" })));
    expect(lists.every(({ items }) => items.length === 0)).toBe(true);
  });

  it("sees a kind that is installed while it is running, and one that is removed", async () => {
    const group = `${namespace}.example.com`;
    const schema = {
      type: "object",
      properties: { spec: { type: "object", properties: { size: { type: "integer" } } } },
    };
    const crd = {
      apiVersion: "apiextensions.k8s.io/v1",
      kind: "CustomResourceDefinition",
      metadata: { name: `widgets.${group}` },
      spec: {
        group,
        scope: "Namespaced",
        names: { plural: "widgets", kind: "Widget" },
        versions: [{ name: "v1", served: true, storage: true, schema: { openAPIV3Schema: schema } }],
      },
    };
    const widget = { apiVersion: `${group}/v1`, kind: "Widget", metadata: { name: "w", namespace }, spec: { size: 1 } };
    await expect(client.apply(widget, APPLY)).rejects.toMatchObject({
      code: "NotFound",
      message: `apply Widget ${namespace}/w: the cluster does not know the kind Widget in the API group ${group}`,
    });
    const { metadata } = await client.apply(crd, APPLY);
    const applied = await waitFor("the new kind", () => client.apply(widget, APPLY).catch(() => undefined));
    expect(applied["spec"]).toEqual({ size: 1 });
    const wrong = { ...widget, spec: { size: 1, colour: "red" } };
    await expect(client.apply(wrong, APPLY)).rejects.toMatchObject({
      code: "Invalid",
      message: expect.stringMatching(/: \.spec\.colour: field not declared in schema$/) as unknown,
    });
    await client.remove(targetOf(crd), { uid: metadata.uid!, propagation: "Foreground" });
    const fresh = await waitFor(
      "the kind to go",
      async () => (await client.discover({ fresh: true })).kindOf(group, "Widget") === undefined,
    );
    expect(fresh).toBe(true);
  });
});

describe("server-side apply on a real API server", () => {
  it("creates, changes nothing when nothing changes, and changes what changed", async () => {
    const manifest = configMap();
    const created = await client.apply(manifest, APPLY);
    expect(created).toMatchObject({ apiVersion: "v1", kind: "ConfigMap", data: { color: "blue" } });
    const again = await client.apply(manifest, APPLY);
    expect(again.metadata.resourceVersion).toBe(created.metadata.resourceVersion);
    const changed = await client.apply({ ...manifest, data: { size: "big" } }, APPLY);
    expect(changed["data"]).toEqual({ size: "big" });
    expect(changed.metadata.uid).toBe(created.metadata.uid);
    expect(changed.metadata.resourceVersion).not.toBe(created.metadata.resourceVersion);
  });

  it("writes nothing in a dry-run, which shows that there was no object by giving no resourceVersion", async () => {
    const manifest = configMap();
    expect((await client.apply(manifest, { ...APPLY, dryRun: true })).metadata.resourceVersion).toBeUndefined();
    expect(await client.get(targetOf(manifest))).toBeUndefined();
    await client.apply(manifest, APPLY);
    const rehearsed = await client.apply({ ...manifest, data: { color: "red" } }, { ...APPLY, dryRun: true });
    expect(rehearsed["data"]).toEqual({ color: "red" });
    expect((await client.get(targetOf(manifest)))?.["data"]).toEqual({ color: "blue" });
  });

  it.each<[string, () => Manifest, RegExp]>([
    ["an unknown field", () => ({ ...configMap(), daata: {} }), /: \.daata: field not declared in schema$/],
    [
      "a value of the wrong type",
      () => deployment({ replicas: "three" }),
      /: \.spec\.replicas: expected numeric \(int or float\), got string$/,
    ],
    [
      "values out of range",
      () => deployment({ replicas: -1 }),
      /: spec\.replicas: Invalid value: -1: must be greater than or equal to 0$/,
    ],
    [
      "the same key twice",
      () => deployment({ template: { spec: { containers: [{ name: "a" }, { name: "a" }] } } }),
      /containers: duplicate entries for key \[name="a"\]$/,
    ],
    ["a bad name", () => configMap({}, { name: "Bad_Name" }), /: metadata\.name: Invalid value: "Bad_Name"/],
  ])("refuses %s at once and names it", async (_, make, message) => {
    const manifest = make();
    const begun = performance.now();
    for (const dryRun of [true, false])
      await expect(client.apply(manifest, { ...APPLY, dryRun })).rejects.toMatchObject({
        code: "Invalid",
        retryable: false,
        message: expect.stringMatching(message) as unknown,
      });
    expect(performance.now() - begun).toBeLessThan(5000);
  });

  it("is a conflict with whoever owns a field, unless it is forced", async () => {
    const manifest = configMap();
    await client.apply(manifest, { ...APPLY, manager: "somebody-else" });
    const other = { ...manifest, data: { color: "red" } };
    const error = {
      code: "Conflict",
      ref: `ConfigMap ${namespace}/${manifest.metadata.name}`,
      message: expect.stringMatching(/conflict with "somebody-else".*\.data\.color/) as unknown,
    };
    await expect(client.apply(other, { ...APPLY, force: false })).rejects.toMatchObject(error);
    expect((await client.apply(other, APPLY))["data"]).toEqual({ color: "red" });
  });

  it("says which namespace is missing, and which version is served", async () => {
    const elsewhere = configMap({}, { namespace: "no-such-namespace" });
    await expect(client.apply(elsewhere, APPLY)).rejects.toMatchObject({
      code: "NotFound",
      message: expect.stringContaining('namespaces "no-such-namespace" not found') as unknown,
    });
    await expect(client.apply({ ...deployment(), apiVersion: "apps/v1beta1" }, APPLY)).rejects.toMatchObject({
      code: "NotFound",
      message: expect.stringContaining("as v1, not as v1beta1") as unknown,
    });
  });

  it("never tells a value of a Secret that is refused", async () => {
    const metadata = { name: `object-${++names}`, namespace };
    const canary = `s3cret-${randomUUID()}`;
    const bodies = [
      { data: canary },
      { data: { x: `${canary}!` } },
      { stringData: { x: { a: canary } } },
      { data: [canary] },
      { type: "kubernetes.io/dockerconfigjson", stringData: { ".dockerconfigjson": canary } },
      { type: canary, foo: canary, data: { "a b": Buffer.from(canary).toString("base64") } },
    ];
    for (const body of bodies) {
      const error: unknown = await client
        .apply({ apiVersion: "v1", kind: "Secret", metadata, ...body }, APPLY)
        .catch((reason: unknown) => reason);
      expect(error).toMatchObject({ code: "Invalid" });
      const told = inspect(error, { depth: 10 });
      for (const form of [canary, Buffer.from(canary).toString("base64")]) expect(told).not.toContain(form);
    }
  });
});

describe("reading from a real API server", () => {
  it("tells an object that does not exist from a kind that does not", async () => {
    const target = { group: "", kind: "ConfigMap", namespace, name: "nothing" };
    expect(await client.get(target)).toBeUndefined();
    expect(await client.get({ ...target, namespace: "no-such-namespace" })).toBeUndefined();
    await expect(client.get({ ...target, kind: "ConfigMop" })).rejects.toMatchObject({ code: "NotFound" });
    await expect(client.get({ ...target, group: "apps" })).rejects.toMatchObject({ code: "NotFound" });
    await expect(client.get({ ...target, version: "v2" })).rejects.toMatchObject({ code: "NotFound" });
  });

  it("lists metadata with managedFields, apiVersion and kind, and without any data", async () => {
    const labels = { "test.example.com/list": namespace };
    const secret = { ...configMap({ key: Buffer.from("value").toString("base64") }, { labels }), kind: "Secret" };
    await client.apply(secret, APPLY);
    const labelSelector = `test.example.com/list=${labels["test.example.com/list"]}`;
    const { items, resourceVersion } = await client.listMetadata(await kindOf("", "Secret"), { labelSelector });
    expect(items).toHaveLength(1);
    expect(Object.keys(items[0]!).toSorted()).toEqual(["apiVersion", "kind", "metadata"]);
    expect(items[0]).toMatchObject({
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: secret.metadata.name, labels },
    });
    expect(fieldsOf(items[0]!)).toMatchObject({
      "f:data": { "f:key": {} },
    });
    expect(Number(resourceVersion)).toBeGreaterThan(0);
  });

  it("lists whole objects with apiVersion and kind, within one namespace", async () => {
    const manifest = deployment();
    await client.apply(manifest, APPLY);
    const { items } = await client.list(await kindOf("apps", "Deployment"), { namespace });
    const found = items.find(({ metadata }) => metadata.name === manifest.metadata.name);
    expect(found).toMatchObject({
      apiVersion: "apps/v1",
      kind: "Deployment",
      spec: { replicas: 0, revisionHistoryLimit: 10 },
    });
    expect(items.every(({ metadata }) => metadata.namespace === namespace)).toBe(true);
  });

  it("reads its own writes in the list that follows, every time", async () => {
    const kind = await kindOf("", "ConfigMap");
    for (let round = 0; round < 20; round++) {
      const labels = { round: `${namespace}-${round}` };
      await client.apply(configMap({}, { labels }), APPLY);
      expect((await client.listMetadata(kind, { labelSelector: `round=${labels.round}` })).items).toHaveLength(1);
    }
  });

  it("knows the cluster by the uid of kube-system", async () => {
    const system = await client.get({ group: "", kind: "Namespace", namespace: "", name: "kube-system" });
    expect(await client.clusterId()).toBe(system?.metadata.uid);
  });
});

describe("deleting from a real API server", () => {
  it("deletes only the object that was judged", async () => {
    const manifest = configMap();
    const target = targetOf(manifest);
    const { metadata } = await client.apply(manifest, APPLY);
    const wrong = { code: "Conflict", message: expect.stringContaining("the UID in the precondition") as unknown };
    await expect(client.remove(target, { uid: randomUUID(), propagation: "Background" })).rejects.toMatchObject(wrong);
    await client.apply({ ...manifest, data: { color: "red" } }, APPLY);
    const stale = {
      uid: metadata.uid!,
      resourceVersion: metadata.resourceVersion!,
      propagation: "Background",
    } as const;
    await expect(client.remove(target, stale)).rejects.toMatchObject({ code: "Conflict" });
    expect(await client.get(target)).toBeDefined();
    expect(await client.remove(target, { uid: metadata.uid!, propagation: "Background" })).toBe("deleted");
    expect(await client.remove(target, { uid: metadata.uid!, propagation: "Background" })).toBe("gone");
  });

  it("may be asked twice for an object or a namespace that is still going", async () => {
    const manifest = configMap({}, { finalizers: ["test.example.com/hold"] });
    const { metadata } = await client.apply(manifest, APPLY);
    const options = { uid: metadata.uid!, propagation: "Foreground" } as const;
    expect([
      await client.remove(targetOf(manifest), options),
      await client.remove(targetOf(manifest), options),
    ]).toEqual(["deleted", "deleted"]);
    await client.patchJson(targetOf(manifest), [{ op: "remove", path: "/metadata/finalizers" }], { manager: MANAGER });
    await waitFor("the object to go", async () => (await client.get(targetOf(manifest))) === undefined);

    const going = { apiVersion: "v1", kind: "Namespace", metadata: { name: `${namespace}-going` } };
    const uid = (await client.create(going, { manager: MANAGER })).metadata.uid!;
    const target = targetOf(going);
    const answers = await Promise.all([1, 2, 3].map(() => client.remove(target, { uid, propagation: "Background" })));
    expect(answers).toContain("deleted");
  });
});

describe("the managedFields of a real API server", () => {
  const rules = { manager: MANAGER, isPerson: (manager: string) => manager.startsWith("kubectl"), exempt: () => false };

  it("can be taken over from a person, so that the next apply removes what they added", async () => {
    const manifest = deployment();
    const before = await client.apply(manifest, APPLY);
    const edits = [
      { op: "add", path: "/spec/template/spec/containers/0/env", value: [{ name: "DEBUG", value: "1" }] },
      { op: "add", path: "/metadata/annotations", value: { note: "by hand" } },
      { op: "replace", path: "/spec/replicas", value: 2 },
    ];
    const edited = await client.patchJson(targetOf(manifest), edits, { manager: "kubectl-edit" });
    const managedFields = absorbPersons(edited, rules);
    expect(managedFields).toBeDefined();
    const takeover = (resourceVersion: string | undefined) => [
      { op: "replace", path: "/metadata/managedFields", value: managedFields },
      { op: "replace", path: "/metadata/resourceVersion", value: resourceVersion },
    ];
    await expect(
      client.patchJson(targetOf(manifest), takeover(before.metadata.resourceVersion), { manager: MANAGER }),
    ).rejects.toMatchObject({ code: "Conflict", retryable: true });
    // The Deployment's controller writes status meanwhile.
    await waitFor("a moment without other writers", async () => {
      const fresh = await client.get(targetOf(manifest));
      const taking = client.patchJson(targetOf(manifest), takeover(fresh?.metadata.resourceVersion), {
        manager: MANAGER,
      });
      return taking.catch(() => undefined);
    });
    const healed = await client.apply(manifest, APPLY);
    expect(healed["spec"]).toEqual(before["spec"]);
    expect(healed.metadata.annotations?.["note"]).toBeUndefined();
    expect(fieldsOf(healed)).toEqual(fieldsOf(before));
  });
});

async function kubeconfigWith(user: object, server = sandbox.server.href): Promise<string> {
  const file = join(folder, `kubeconfig-${++names}`);
  const authority = Buffer.from(sandbox.certificate).toString("base64");
  const config = {
    clusters: [{ name: "c", cluster: { server, "certificate-authority-data": authority } }],
    users: [{ name: "u", user }],
    contexts: [{ name: "c", context: { cluster: "c", user: "u" } }],
    "current-context": "c",
  };
  await writeFile(file, stringify(config), { mode: 0o600 });
  return file;
}

describe("credentials on a real API server", () => {
  it("that mean nothing are refused without a word about them", async () => {
    const stranger = await clientOf(await kubeconfigWith({ token: "s3cret-nonsense" }));
    const error: unknown = await stranger.clusterId().catch((reason: unknown) => reason);
    expect(error).toMatchObject({
      code: "Unauthorized",
      retryable: false,
      message: "get Namespace kube-system: the API server does not accept the credentials",
    });
    expect(inspect(error, { depth: 10 })).not.toContain("s3cret");
  });

  it("without rights are told which right is missing", async () => {
    const viewer = await clientOf(sandbox.kubeconfig, {}, process.env, "viewer");
    await expect(viewer.clusterId()).rejects.toMatchObject({
      code: "Forbidden",
      message: expect.stringContaining("grant the verb get on the namespace kube-system") as unknown,
    });
    await expect(viewer.apply(configMap(), APPLY)).rejects.toMatchObject({
      code: "Forbidden",
      message: expect.stringContaining('User "viewer" cannot patch resource "configmaps"') as unknown,
    });
    await expect(viewer.list(await kindOf("", "Secret"), {})).rejects.toMatchObject({
      code: "Forbidden",
      message: expect.stringContaining('User "viewer" cannot list resource "secrets"') as unknown,
    });
  });

  it("that expire while it is running are renewed from the token file and from a plugin", async () => {
    const one = await createServiceAccount(sandbox.kubeconfig, `${namespace}-one`);
    const two = await createServiceAccount(sandbox.kubeconfig, `${namespace}-two`);
    const tokenFile = join(folder, "token");
    const plugin = join(folder, "plugin");
    const answer = `{"apiVersion":"client.authentication.k8s.io/v1beta1","kind":"ExecCredential","status":{"token":"%s","expirationTimestamp":null}}`;
    await writeFile(plugin, `#!/bin/sh\nprintf '${answer}' "$(cat ${tokenFile})"\n`, { mode: 0o700 });
    await writeFile(tokenFile, one.token);
    const exec = {
      apiVersion: "client.authentication.k8s.io/v1beta1",
      command: plugin,
      interactiveMode: "IfAvailable",
    };
    const env = { ...process.env, PULUMI_GITOPS_EXEC_PLUGINS: plugin };
    const target = { group: "", kind: "Namespace", namespace: "", name: namespace };
    const users = await Promise.all(
      [kubeconfigWith({ tokenFile }), kubeconfigWith({ exec })].map(async (file) => clientOf(await file, {}, env)),
    );
    for (const user of users) expect(await user.get(target)).toBeDefined();
    await one.revoke();
    await waitFor("the token to mean nothing", async () => {
      const before = await clientOf(await kubeconfigWith({ token: one.token }));
      return before.get(target).then(
        () => false,
        (error: unknown) => isGitOpsError(error) && error.code === "Unauthorized",
      );
    });
    await writeFile(tokenFile, two.token);
    for (const user of users) expect(await user.get(target)).toBeDefined();
    await one.remove();
    await two.remove();
  });
});

describe("an API server behind trouble", () => {
  let proxy: ApiProxy;
  let troubled: Client;
  let account: ServiceAccount;

  beforeAll(async () => {
    const { server, certificate, certificateKey } = sandbox;
    proxy = await startApiProxy({ server, ca: certificate, cert: certificate, key: certificateKey });
    account = await createServiceAccount(sandbox.kubeconfig, `${namespace}-troubled`);
    const file = await writeKubeconfig(join(folder, "kubeconfig-proxy"), sandbox, account.token, proxy.url);
    troubled = await clientOf(file, { requestTimeoutMs: 4000 });
    await troubled.discover();
  });

  afterAll(async () => {
    await proxy.close();
    await account.remove();
  });

  it("gets every write done exactly once through a storm of resets, 429, 500 and 503", async () => {
    let number = 0;
    const faults = [
      "reset",
      { status: 429, headers: { "retry-after": "0" } },
      { status: 500 },
      { status: 503 },
    ] as const;
    proxy.meddle(() => (++number % 3 === 0 ? faults[(number / 3) % faults.length] : undefined));
    const manifests = Array.from({ length: 100 }, () => configMap());
    const results = await Promise.all(manifests.map((manifest) => troubled.apply(manifest, APPLY)));
    expect(results.map(({ metadata }) => metadata.name)).toEqual(manifests.map(({ metadata }) => metadata.name));
    expect(proxy.faults()).toBeGreaterThan(20);
    proxy.meddle(() => undefined);
  });

  it("looks up whether a creation happened whose answer got lost", async () => {
    const manifest = configMap();
    let lost = 0;
    proxy.meddle(({ method }) => (method === "POST" && lost++ === 0 ? "no answer" : undefined));
    const created = await troubled.create(manifest, { manager: MANAGER });
    proxy.meddle(() => undefined);
    expect(lost).toBe(1);
    expect(created.metadata.uid).toBe((await client.get(targetOf(manifest)))?.metadata.uid);
    await expect(troubled.create(manifest, { manager: MANAGER })).rejects.toMatchObject({ code: "Conflict" });
  });

  it("says that an answer did not come in time", async () => {
    proxy.meddle(() => "no answer");
    const error = {
      code: "Timeout",
      retryable: true,
      message: expect.stringMatching(/cannot be reached: no complete answer in time$/) as unknown,
    };
    await expect(troubled.get(targetOf(configMap()))).rejects.toMatchObject(error);
    proxy.meddle(() => undefined);
  });
});

/** Collects events until told to stop. */
function follow(watching: AsyncIterable<WatchEvent>) {
  const events: WatchEvent[] = [];
  const done = (async () => {
    for await (const event of watching) events.push(event);
  })();
  const hasSeen = (name: string) =>
    events.some((event) =>
      event.type === "RELIST"
        ? event.items.some(({ metadata }) => metadata.name === name)
        : event.type === "ADDED" && event.object.metadata.name === name,
    );
  return { events, done, hasSeen };
}

describe("a watch on a real API server", () => {
  it("sees every change since the list, in order, and resumes from any of them", async () => {
    const kind = await kindOf("", "ConfigMap");
    const labels = { watched: namespace };
    const options = { labelSelector: `watched=${namespace}`, namespace };
    const { resourceVersion } = await client.list(kind, options);
    const manifest = configMap({ n: "0" }, { labels });
    await client.apply(manifest, APPLY);
    await client.apply({ ...manifest, data: { n: "1" } }, APPLY);
    await client.apply(configMap({}, { labels: { watched: "by-somebody-else" } }), APPLY);
    const { metadata } = (await client.get(targetOf(manifest)))!;
    await client.remove(targetOf(manifest), { uid: metadata.uid!, propagation: "Background" });

    const stop = new AbortController();
    const seen: WatchEvent[] = [];
    for await (const event of client.watch(kind, { ...options, resourceVersion, signal: stop.signal })) {
      seen.push(event);
      if (event.type === "DELETED") stop.abort();
    }
    expect(seen.map(({ type }) => type)).toEqual(["ADDED", "MODIFIED", "DELETED"]);

    const again = new AbortController();
    const [added] = seen;
    const from = added?.type === "ADDED" ? added.object.metadata.resourceVersion! : "";
    const rest: string[] = [];
    for await (const event of client.watch(kind, { ...options, resourceVersion: from, signal: again.signal })) {
      rest.push(event.type);
      if (event.type === "DELETED") again.abort();
    }
    expect(rest).toEqual(["MODIFIED", "DELETED"]);
  });

  it("begins with what is there when it is not told where to begin", async () => {
    const labels = { begun: namespace };
    await client.apply(configMap({}, { labels }), APPLY);
    const stop = new AbortController();
    for await (const event of client.watch(await kindOf("", "ConfigMap"), {
      labelSelector: `begun=${namespace}`,
      signal: stop.signal,
    })) {
      expect(event).toMatchObject({ type: "RELIST", items: [{ kind: "ConfigMap", metadata: { labels } }] });
      stop.abort();
    }
  });
});

describe("an API server that is restarted", () => {
  let own: OwnSandbox;
  let restarted: Client;

  beforeAll(async () => {
    own = await startOwnSandbox();
    restarted = await clientOf(own.sandbox.kubeconfig);
  });

  afterAll(() => own.close());

  it("loses nothing: watches go on, requests wait, forgotten versions are listed anew", async () => {
    const kind = (await restarted.discover()).kindOf("", "ConfigMap")!;
    const object = (name: string) => ({
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name, namespace: "default" },
    });
    const stop = new AbortController();
    const { resourceVersion } = await restarted.list(kind, { namespace: "default" });
    const watch = follow(restarted.watch(kind, { namespace: "default", resourceVersion, signal: stop.signal }));
    await restarted.apply(object("before"), APPLY);
    await waitFor("the first event", () => watch.hasSeen("before"));

    await own.stop("kube-apiserver");
    const waiting = restarted.apply(object("meanwhile"), APPLY);
    await own.start("kube-apiserver");
    expect((await waiting).metadata.name).toBe("meanwhile");
    await restarted.apply(object("after"), APPLY);
    await waitFor("the watch to go on", () => watch.hasSeen("meanwhile") && watch.hasSeen("after"));
    stop.abort();
    await watch.done;

    const again = new AbortController();
    const old = follow(restarted.watch(kind, { namespace: "default", resourceVersion: "1", signal: again.signal }));
    await waitFor("all objects", () => ["before", "meanwhile", "after"].every(old.hasSeen));
    again.abort();
    await old.done;
    expect(old.events[0]?.type).toBe("RELIST");
  });

  it("names the group whose own server does not answer, and goes on with the others", async () => {
    const group = "nowhere.example.com";
    const service = { apiVersion: "apiregistration.k8s.io/v1", kind: "APIService", metadata: { name: `v1.${group}` } };
    const spec = {
      group,
      version: "v1",
      groupPriorityMinimum: 1000,
      versionPriority: 10,
      insecureSkipTLSVerify: true,
      service: { name: "nowhere", namespace: "default" },
    };
    await restarted.apply({ ...service, spec }, APPLY);
    const discovery = await waitFor("the group to be missed", async () => {
      const found = await restarted.discover({ fresh: true });
      return found.incomplete.includes(group) ? found : undefined;
    });
    expect(discovery.kindOf("apps", "Deployment")).toBeDefined();
    await expect(restarted.get({ group, kind: "Thing", namespace: "default", name: "x" })).rejects.toMatchObject({
      code: "Unavailable",
      retryable: true,
    });
  });
});
