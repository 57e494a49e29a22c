import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, globSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import type { AddressInfo, Server } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { parseAllDocuments } from "yaml";

import { findProgram } from "../../components/git/limits.ts";
import { createGit } from "../../components/git/repository.ts";
import type { FetchedSource } from "../../components/git/repository.ts";
import { formatRef, refOf } from "../../components/manifest/object.ts";
import type { Manifest } from "../../components/manifest/object.ts";
import { closedProxies, findIsolation } from "../../components/render/isolation.ts";
import { createTools, DEFAULT_LIMITS } from "../../components/render/tools.ts";
import { createRenderer } from "../../components/render/render.ts";
import type { RendererOptions } from "../../components/render/render.ts";
import { failureOf } from "../support/failure.ts";
import { SETTINGS } from "../support/rendering.ts";
import { readFixture } from "../support/fixture.ts";
import { commitFiles, createRepository, startGitServer } from "../support/git-server.ts";
import type { GitServer } from "../support/git-server.ts";

type Files = Readonly<Record<string, string | Buffer>>;

let server: GitServer;
let work: string;
let kubectl: string;
let names = 0;
/** Counts connections: nothing that is rendered may make one. */
let listener: Server;
let connections = 0;

beforeAll(async () => {
  const found = findProgram("kubectl", process.env["PATH"]);
  if (found === undefined) throw new Error("kubectl is not on PATH: run `npm run setup`");
  kubectl = found;
  server = await startGitServer();
  work = mkdtempSync(join(tmpdir(), "render-test-"));
  listener = createServer((socket) => {
    connections++;
    socket.end("HTTP/1.1 200 OK\r\n\r\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: remote}\n");
  });
  await new Promise<void>((ready) => listener.listen(0, "127.0.0.1", ready));
});
afterAll(async () => {
  await server.close();
  await new Promise((closed) => listener.close(closed));
  rmSync(work, { recursive: true, force: true });
});

function newFolder(): string {
  return mkdtempSync(join(work, "f-"));
}

function listenerURL(): string {
  return `http://127.0.0.1:${(listener.address() as AddressInfo).port}`;
}

async function sourceOf(files: Files, path: string): Promise<FetchedSource> {
  const name = `r${names++}.git`;
  const commit = commitFiles(createRepository(server, name), files);
  const git = createGit({ cacheFolder: join(newFolder(), "git"), insteadOf: [], pauses: [] });
  return git.fetch(`${server.url}/${name}`, commit, path);
}

async function render(
  files: Files,
  path = "k8s",
  options: Partial<RendererOptions> = {},
): Promise<readonly Manifest[]> {
  const renderer = createRenderer({ cacheFolder: join(newFolder(), "render"), ...options });
  return renderer.render(await sourceOf(files, path), SETTINGS);
}

async function refsIn(files: Files, path = "k8s"): Promise<readonly string[]> {
  return (await render(files, path)).map((manifest) => formatRef(refOf(manifest)));
}

/** The failures of a message, without the repository before them. */
async function mistakesOf(files: Files, path = "k8s"): Promise<readonly string[]> {
  const { code, message } = await failureOf(render(files, path));
  expect(code).toBe("Invalid");
  return message.replace(/^\S+ at \w+: /, "").split("; ");
}

function configMap(name: string, data = ""): string {
  return `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\n${data}`;
}

/** A kubectl that notes each call before it is one: as a folder, for it may write no files. */
function notingKubectl(notes: string): string {
  const script = join(newFolder(), "kubectl");
  writeFileSync(script, `#!/bin/sh\n/bin/mkdir '${notes}'/$1-$$\nexec '${kubectl}' "$@"\n`);
  chmodSync(script, 0o755);
  return script;
}

describe("a folder of manifests", () => {
  it("gives its own files, not those in other folders or of other kinds", async () => {
    const files = {
      "k8s/b.yaml": `${configMap("b1")}---\n# nothing\n---\n${configMap("b2")}`,
      "k8s/a.yml": configMap("a"),
      "k8s/c.json": JSON.stringify({ apiVersion: "v1", kind: "Secret", metadata: { name: "c" } }),
      "k8s/list.yaml": "apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: Service, metadata: {name: s}}\n",
      "k8s/deep/d.yaml": configMap("d"),
      "k8s/notes.txt": "kind: no",
      "k8s/renovate.json": '{"extends": ["config:base"]}',
      "k8s/skipped.yaml": `# +argocd:skip-file-rendering\n${configMap("skipped")}`,
      "k8s/empty.yaml": "",
    };
    expect(await refsIn(files)).toStrictEqual(["ConfigMap a", "ConfigMap b1", "ConfigMap b2", "Secret c", "Service s"]);
  });

  it("is read as Kubernetes reads it", async () => {
    const [manifest] = await render({
      "k8s/a.yaml": configMap("a", "data: {a: yes, b: 0644, c: 1_000, d: 12:30, e: '0644'}\n"),
    });
    expect(manifest?.["data"]).toStrictEqual({ a: true, b: 420, c: 1000, d: "12:30", e: "0644" });
  });

  it("may be empty of manifests", async () => {
    expect(await render({ "k8s/README.md": "none" })).toStrictEqual([]);
  });

  it("tells all mistakes of all files with file and line", async () => {
    const files = {
      "k8s/a.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a\n",
      "k8s/b.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: b}\ndata:\n  x: 1\n  x: 2\n",
      "k8s/c.json": "{",
    };
    expect((await mistakesOf(files)).map((text) => text.replace(/: .*/, ""))).toStrictEqual([
      "k8s/a.yaml:4",
      "k8s/b.yaml:6",
      "k8s/c.json:1",
    ]);
    expect(
      await mistakesOf({
        "k8s/a.yaml": `kind: X\n---\n${configMap("a")}`,
        "k8s/b.yaml": "a: 1\n---\napiVersion: v1\n",
      }),
    ).toStrictEqual([
      expect.stringMatching(/^k8s\/a.yaml:1: apiVersion: X: expected/),
      expect.stringMatching(/^k8s\/a.yaml:1: metadata: X: expected/),
      expect.stringMatching(/^k8s\/b.yaml:1: apiVersion: expected/),
      expect.stringMatching(/^k8s\/b.yaml:1: kind: expected/),
      expect.stringMatching(/^k8s\/b.yaml:1: metadata: expected/),
      expect.stringMatching(/^k8s\/b.yaml:3: kind: expected/),
      expect.stringMatching(/^k8s\/b.yaml:3: metadata: expected/),
    ]);
  });

  it.each([
    [
      "an object twice",
      { "k8s/a.yaml": configMap("a"), "k8s/b.yaml": configMap("a") },
      "k8s/b.yaml:1: ConfigMap a is there twice: it stands in k8s/a.yaml:1 already",
    ],
    [
      "bytes that are no text",
      { "k8s/a.yaml": Buffer.from([0x61, 0x3a, 0x20, 0xff]) },
      "k8s/a.yaml: expected UTF-8 text, found other bytes",
    ],
  ])("refuses %s", async (_, files, mistake) => {
    expect(await mistakesOf(files)).toStrictEqual([
      typeof mistake === "string" ? mistake : expect.stringMatching(mistake),
    ]);
  });

  it.each([
    ["Jsonnet", { "k8s/a.jsonnet": "{}", "k8s/b.yaml": configMap("b") }, /a.jsonnet: Jsonnet is not supported/],
  ])("does not leave out what it cannot render: %s", async (_, files, message) => {
    const failure = await failureOf(render(files));
    expect(failure.code).toBe("Unsupported");
    expect(failure.message).toMatch(message);
  });

  it("needs no kubectl", async () => {
    expect(await render({ "k8s/a.yaml": configMap("a") }, "k8s", { kubectl: "/nonexistent/kubectl" })).toHaveLength(1);
  });
});

describe("a kustomization", () => {
  it.each(["api-service", "scheduler-service"])(
    "of the fixture %s renders to what kubectl makes of it",
    async (service) => {
      const files = await readFixture(service);
      const folder = newFolder();
      for (const [path, text] of Object.entries(files)) {
        mkdirSync(dirname(join(folder, path)), { recursive: true });
        writeFileSync(join(folder, path), text);
      }
      const output = execFileSync(kubectl, ["kustomize", join(folder, "k8s")], { encoding: "utf8" });
      expect(await render(files)).toStrictEqual(
        parseAllDocuments(output).map((document) => document.toJS() as unknown),
      );
    },
  );

  it("uses bases, components, generators and patches of the whole repository", async () => {
    const files = {
      "k8s/base/kustomization.yaml": "resources: [a.yaml, sub/]\n",
      "k8s/base/a.yaml": configMap("a"),
      "k8s/base/sub/Kustomization": "resources: [s.yaml]\n",
      "k8s/base/sub/s.yaml": "apiVersion: v1\nkind: Service\nmetadata: {name: s}\nspec: {ports: [{port: 80}]}\n",
      "shared/component/kustomization.yml":
        "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\npatches:\n- path: p.yaml\n  target: {kind: Service}\n",
      "shared/component/p.yaml": "- {op: replace, path: /spec/ports/0/port, value: 8080}\n",
      "k8s/overlays/qa/kustomization.yaml": `
resources: [../../base]
components: [../../../shared/component]
namespace: qa
configMapGenerator:
- name: g
  files: [key=files/x.properties]
  envs: [e.env]
  options: {disableNameSuffixHash: true}
transformers: [t.yaml]
patchesStrategicMerge:
- |-
  apiVersion: v1
  kind: ConfigMap
  metadata: {name: a}
  data: {patched: "yes"}
`,
      "k8s/overlays/qa/files/x.properties": "a=b\n",
      "k8s/overlays/qa/e.env": "E=1\n",
      "k8s/overlays/qa/t.yaml":
        "apiVersion: builtin\nkind: PrefixTransformer\nmetadata: {name: t}\nprefix: qa-\nfieldSpecs: [{path: metadata/name}]\n",
      "src/main.ts": "",
    };
    const manifests = await render(files, "k8s/overlays/qa");
    expect(manifests.map((manifest) => formatRef(refOf(manifest))).sort()).toStrictEqual([
      "ConfigMap qa/qa-a",
      "ConfigMap qa/qa-g",
      "Service qa/qa-s",
    ]);
    const byKind = new Map(manifests.map((manifest) => [manifest.metadata.name, manifest]));
    expect(byKind.get("qa-a")?.["data"]).toStrictEqual({ patched: "yes" });
    expect(byKind.get("qa-g")?.["data"]).toStrictEqual({ E: "1", key: "a=b\n" });
    expect(byKind.get("qa-s")?.["spec"]).toStrictEqual({ ports: [{ port: 8080 }] });
  });

  it("may stand at the root and name a folder there", async () => {
    expect(
      await refsIn(
        {
          "kustomization.yaml": "resources: [k8s, a.yaml]",
          "a.yaml": configMap("a"),
          "k8s/kustomization.yaml": "resources: [b.yaml]",
          "k8s/b.yaml": configMap("b"),
        },
        ".",
      ),
    ).toHaveLength(2);
  });

  it.each([
    "resources: []",
    "# comment\nresources:\n- a.yaml\npatches:\n- patch: |-\n    $patch: delete\n    apiVersion: v1\n    kind: ConfigMap\n    metadata: {name: a}\n",
  ])("that renders nothing gives an empty list: %j", async (text) => {
    expect(await render({ "k8s/kustomization.yaml": text, "k8s/a.yaml": configMap("a") })).toStrictEqual([]);
  });

  it("keeps values as Kubernetes reads them", async () => {
    const files = {
      "k8s/kustomization.yaml": "resources: [a.yaml]\nimages: [{name: x, newTag: '1.10'}]\n",
      "k8s/a.yaml": configMap("a", 'data: {a: "yes", b: "0644", c: "12:30", d: "1e3", e: "null"}\n'),
    };
    const [manifest] = await render(files);
    expect(manifest?.["data"]).toStrictEqual({ a: "yes", b: "0644", c: "12:30", d: "1e3", e: "null" });
  });

  it("tells all that is wrong with what it names, through all kustomizations", async () => {
    const files = {
      "k8s/kustomization.yaml": `resources:\n- ${listenerURL()}/x.yaml\n- gone.yaml\n- ../base\n- plain\n- ../../../etc\nfoo: 1\n`,
      "k8s/plain/a.yaml": configMap("a"),
      "base/kustomization.yaml":
        "components:\n- a.yaml\ncrds: [../k8s/x.json]\nresources: [kustomization.yaml]\nconfigMapGenerator:\n- files: [folder]\n",
      "base/a.yaml": configMap("a"),
      "base/folder/x": "",
    };
    expect(await mistakesOf(files)).toStrictEqual([
      expect.stringMatching(/^base\/kustomization.yaml:2: components\[0\]: expected a folder, base\/a.yaml is a file/),
      expect.stringMatching(/^base\/kustomization.yaml:3: crds\[0\]: expected a file in or below/),
      expect.stringMatching(
        /^base\/kustomization.yaml:4: resources\[0\]: base\/kustomization.yaml is a kustomization: name its folder/,
      ),
      expect.stringMatching(
        /^base\/kustomization.yaml:6: configMapGenerator\[0\].files\[0\]: expected a file, base\/folder is a folder/,
      ),
      expect.stringMatching(/^k8s\/kustomization.yaml:2: resources\[0\]: remote resources are not fetched/),
      expect.stringMatching(
        /^k8s\/kustomization.yaml:3: resources\[1\]: k8s\/gone.yaml does not exist in the repository/,
      ),
      expect.stringMatching(
        /^k8s\/kustomization.yaml:5: resources\[3\]: expected one kustomization.yaml, .* in k8s\/plain, found none/,
      ),
      expect.stringMatching(/^k8s\/kustomization.yaml:6: resources\[4\]: the path leaves the repository/),
      expect.stringMatching(/^k8s\/kustomization.yaml:7: foo: unknown key/),
    ]);
    expect(connections).toBe(0);
  });

  it.each([
    [
      "two kustomizations",
      { "k8s/kustomization.yaml": "resources: []", "k8s/Kustomization": "resources: []" },
      /expected one .* found k8s\/kustomization.yaml and k8s\/Kustomization/,
    ],
    [
      "a cycle",
      { "k8s/kustomization.yaml": "resources: [../b]", "b/kustomization.yaml": "resources: [../k8s]" },
      /kustomize: .*cycle detected/,
    ],
    [
      "a patch without target",
      { "k8s/kustomization.yaml": "patches: [{path: p.yaml}]", "k8s/p.yaml": configMap("none") },
      /^k8s\/kustomization.yaml: kustomize: .*no matches for Id ConfigMap/,
    ],
    [
      "a file without text",
      { "k8s/kustomization.yaml": "resources: [a.yaml]", "k8s/a.yaml": "\u0001" },
      /^k8s\/a.yaml|kustomize/,
    ],
    [
      "an object without a name",
      { "k8s/kustomization.yaml": "resources: [a.yaml]", "k8s/a.yaml": "apiVersion: v1\nkind: ConfigMap\n" },
      /kustomize: .*missing metadata.name/,
    ],
    [
      "generateName",
      {
        "k8s/kustomization.yaml": "resources: [a.yaml]",
        "k8s/a.yaml": "apiVersion: batch/v1\nkind: Job\nmetadata: {generateName: a-}\n",
      },
      /metadata.name|metadata.generateName/,
    ],
  ] as const)("is refused with %s", async (_, files, message) => {
    expect((await mistakesOf(files)).join("; ")).toMatch(message);
  });

  it("tells the line of every broken file, where kustomize would stop at the first", async () => {
    const files = {
      "k8s/kustomization.yaml": "resources: [a.yaml, b.yaml]",
      "k8s/a.yaml": "apiVersion: v1\nkind: [\n",
      "k8s/b.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata:\n\tname: b\n",
    };
    expect(await mistakesOf(files)).toStrictEqual([
      expect.stringMatching(/^k8s\/a.yaml:\d+: /),
      expect.stringMatching(/^k8s\/b.yaml:4: /),
    ]);
  });

  it("says that kubectl is missing", async () => {
    const source = await sourceOf({ "k8s/kustomization.yaml": "resources: []" }, "k8s");
    const path = process.env["PATH"];
    process.env["PATH"] = "/nonexistent";
    const renderer = createRenderer({ cacheFolder: join(newFolder(), "render") });
    process.env["PATH"] = path;
    expect(await failureOf(renderer.render(source, SETTINGS))).toMatchObject({
      code: "Unsupported",
      message: "kubectl was not found: it renders kustomizations and must be on PATH",
    });
  });
});

describe("the render cache", () => {
  const files = {
    "k8s/kustomization.yaml": "resources: [../base]\n",
    "base/kustomization.yaml": "resources: [a.yaml]\n",
    "base/a.yaml": configMap("a"),
  };

  function rendersIn(notes: string): number {
    return globSync("kustomize-*", { cwd: notes }).length;
  }

  it("renders equal content once: at the same time, in the next run, from another repository and commit", async () => {
    const notes = newFolder();
    const options = { cacheFolder: join(newFolder(), "render"), kubectl: notingKubectl(notes) };
    const renderer = createRenderer(options);
    const sources = [await sourceOf(files, "k8s"), await sourceOf({ ...files, "src/other.ts": "x" }, "k8s")];
    const results = await Promise.all([...sources, ...sources].map((source) => renderer.render(source, SETTINGS)));
    expect(rendersIn(notes)).toBe(1);
    const later = await createRenderer(options).render(sources[0]!, SETTINGS);
    expect(rendersIn(notes)).toBe(1);
    expect(new Set([...results, later].map((result) => JSON.stringify(result))).size).toBe(1);
  });

  it("reads no file of the source in the next run", async () => {
    const options = { cacheFolder: join(newFolder(), "render") };
    const source = await sourceOf(files, "k8s");
    const first = await createRenderer(options).render(source, SETTINGS);
    const fail = () => {
      throw new Error("read");
    };
    const silent = { ...source, list: fail, find: fail, contents: fail };
    expect(await createRenderer(options).render(silent, SETTINGS)).toStrictEqual(first);
  });

  it.each([
    ["a file of a base", { "base/a.yaml": configMap("b") }, ["ConfigMap b"]],
    ["a base", { "base/kustomization.yaml": "resources: [a.yaml]\nnamePrefix: p-\n" }, ["ConfigMap p-a"]],
    ["the kustomization", { "k8s/kustomization.yaml": "resources: [../base]\nnameSuffix: -s\n" }, ["ConfigMap a-s"]],
  ])("renders anew when %s changes", async (_, change, refs) => {
    const renderer = createRenderer({ cacheFolder: join(newFolder(), "render") });
    await renderer.render(await sourceOf(files, "k8s"), SETTINGS);
    const manifests = await renderer.render(await sourceOf({ ...files, ...change }, "k8s"), SETTINGS);
    expect(manifests.map((manifest) => formatRef(refOf(manifest)))).toStrictEqual(refs);
  });

  it("does not take the same overlay over another base for the same", async () => {
    const renderer = createRenderer({ cacheFolder: join(newFolder(), "render") });
    const all = ["a", "b", "a", "c"].map(async (name) =>
      renderer.render(await sourceOf({ ...files, "base/a.yaml": configMap(name) }, "k8s"), SETTINGS),
    );
    const names = (await Promise.all(all)).map(([manifest]) => manifest?.metadata.name);
    expect(names).toStrictEqual(["a", "b", "a", "c"]);
  });

  it("survives damage and removal", async () => {
    const cacheFolder = join(newFolder(), "render");
    const source = await sourceOf(files, "k8s");
    const first = await createRenderer({ cacheFolder }).render(source, SETTINGS);
    for (const file of globSync("results/*", { cwd: cacheFolder })) writeFileSync(join(cacheFolder, file), "[]");
    expect(await createRenderer({ cacheFolder }).render(source, SETTINGS)).toStrictEqual(first);
    rmSync(cacheFolder, { recursive: true });
    expect(await createRenderer({ cacheFolder }).render(source, SETTINGS)).toStrictEqual(first);
  });

  it("keeps no failure", async () => {
    const renderer = createRenderer({ cacheFolder: join(newFolder(), "render"), limits: { outputBytes: 1 } });
    const source = await sourceOf(files, "k8s");
    const cacheFolder = join(newFolder(), "render");
    await failureOf(renderer.render(source, SETTINGS));
    expect(await createRenderer({ cacheFolder }).render(source, SETTINGS)).toHaveLength(1);
  });

  it("leaves no work behind", async () => {
    const cacheFolder = join(newFolder(), "render");
    await render(files, "k8s", { cacheFolder });
    await failureOf(
      render({ "k8s/kustomization.yaml": "patches: [{path: p.yaml}]", "k8s/p.yaml": configMap("none") }, "k8s", {
        cacheFolder,
      }),
    );
    expect(globSync("work/*", { cwd: cacheFolder })).toStrictEqual([]);
    const left = join(cacheFolder, "work", "tmp-left");
    mkdirSync(left);
    utimesSync(left, new Date(0), new Date(0));
    await render({ "k8s/kustomization.yaml": "resources: []" }, "k8s", { cacheFolder });
    expect(existsSync(left)).toBe(false);
  });
});

describe("an attack", () => {
  it.each([
    [
      "aliases",
      "data:\n  a: &a [x,x,x,x,x,x,x,x,x]\n" +
        Array.from(
          "bcdefgh",
          (name, index) =>
            `  ${name}: &${name} [${Array(9)
              .fill(`*${"abcdefg"[index] ?? ""}`)
              .join(",")}]\n`,
        ).join(""),
    ],
    ["depth", `data:\n  a: ${"[".repeat(9_000)}${"]".repeat(9_000)}\n`],
  ])("by %s is ended in a limit of time and memory", async (_, data) => {
    const files = { "k8s/kustomization.yaml": "resources: [a.yaml]\n", "k8s/a.yaml": configMap("a", data) };
    const started = performance.now();
    const failure = await failureOf(render(files));
    expect(["Refused", "Invalid"]).toContain(failure.code);
    expect(performance.now() - started).toBeLessThan(60_000);
    expect(await failureOf(render({ "k8s/a.yaml": configMap("a", data) }))).toMatchObject({ code: "Invalid" });
  });

  it("by aliases is ended by the memory it may use, not by its time", async () => {
    const data = Array.from(
      "bcdefgh",
      (name, index) =>
        `  ${name}: &${name} [${Array(9)
          .fill(`*${"abcdefg"[index] ?? ""}`)
          .join(",")}]\n`,
    );
    const files = {
      "k8s/kustomization.yaml": "resources: [a.yaml]\n",
      "k8s/a.yaml": configMap("a", `data:\n  a: &a [x,x,x,x,x,x,x,x,x]\n${data.join("")}`),
    };
    const failure = await failureOf(render(files, "k8s", { limits: { memoryBytes: 192 * 1024 * 1024 } }));
    expect(failure).toMatchObject({
      code: "Refused",
      message: expect.stringMatching(/used more memory or time than it may/),
    });
  });

  it("by output without end is ended", async () => {
    const files = {
      "k8s/kustomization.yaml": "resources: [a.yaml]\n",
      "k8s/a.yaml": configMap("a", `data: {a: ${"x".repeat(200_000)}}\n`),
    };
    expect(await failureOf(render(files, "k8s", { limits: { outputBytes: 100_000 } }))).toMatchObject({
      code: "Refused",
      message: expect.stringMatching(/writes more than is read/),
    });
  });

  it("by a kubectl that does not end is ended, with all it started", async () => {
    const folder = newFolder();
    const script = join(folder, "kubectl");
    writeFileSync(
      script,
      `#!/bin/sh\ncase "$1" in version) exec '${kubectl}' "$@";; esac\n/bin/sleep 600 & /bin/sleep 600\n`,
    );
    chmodSync(script, 0o755);
    const failure = await failureOf(
      render({ "k8s/kustomization.yaml": "resources: []" }, "k8s", { kubectl: script, limits: { timeoutMs: 2_000 } }),
    );
    expect(failure).toMatchObject({ code: "Refused", message: expect.stringMatching(/did not end in time/) });
  });

  it("by a URL that the check would miss still reaches nobody", async () => {
    const folder = newFolder();
    writeFileSync(join(folder, "kustomization.yaml"), `resources: [${listenerURL()}/x.yaml]\n`);
    const isolated = createTools({ kubectl, path: process.env["PATH"], limits: DEFAULT_LIMITS }).kubectl;
    const { code, stderr } = await isolated.run(["kustomize", folder], folder);
    expect(code).not.toBe(0);
    expect(stderr).toMatch(/dial|connect|network|proxyconnect/);
    expect(connections).toBe(0);
  });

  it("by a repository as base starts no program", async () => {
    const folder = newFolder();
    const canary = join(newFolder(), "canary");
    const bin = newFolder();
    for (const name of ["git", "helm", "docker"]) {
      writeFileSync(join(bin, name), `#!/bin/sh\ntouch '${canary}'\n`);
      chmodSync(join(bin, name), 0o755);
    }
    writeFileSync(join(folder, "kustomization.yaml"), `resources: ["${server.url}/r0.git?ref=main"]\n`);
    const path = `${bin}:${process.env["PATH"] ?? ""}`;
    const isolated = createTools({ kubectl, path, limits: DEFAULT_LIMITS }).kubectl;
    expect((await isolated.run(["kustomize", folder], folder)).code).not.toBe(0);
    expect(existsSync(canary)).toBe(false);
  });

  it("by an object of the environment sees none of it", async () => {
    const script = join(newFolder(), "kubectl");
    writeFileSync(script, "#!/bin/sh\nexec /usr/bin/env\n");
    chmodSync(script, 0o755);
    const before = process.env["SECRET_CANARY"];
    process.env["SECRET_CANARY"] = "hunter2";
    try {
      const { stdout } = await createTools({
        kubectl: script,
        path: process.env["PATH"],
        limits: DEFAULT_LIMITS,
      }).kubectl.run([], "/");
      expect(stdout.toString()).not.toMatch(/hunter2|KUBECONFIG=\/(?!dev\/null)/);
      expect(stdout.toString()).toContain(`https_proxy=${closedProxies["https_proxy"] ?? "?"}`);
    } finally {
      if (before === undefined) delete process.env["SECRET_CANARY"];
    }
  });

  it("by links in what is rendered is refused", async () => {
    const name = `r${names++}.git`;
    const repository = createRepository(server, name);
    const commit = commitFiles(repository, {
      "k8s/kustomization.yaml": "resources: [a.yaml, d]\n",
      "x/a.yaml": configMap("a"),
    });
    // The kustomization's files are links out of the repository.
    const git = (args: readonly string[], input = "") =>
      execFileSync("git", [`--git-dir=${repository}`, ...args], { input, encoding: "utf8" }).trim();
    const link = git(["hash-object", "-w", "--stdin"], "../../../../etc");
    const kustomization = git(["rev-parse", `${commit}:k8s/kustomization.yaml`]);
    const k8s = git(
      ["mktree"],
      `120000 blob ${link}\ta.yaml\n120000 blob ${link}\td\n100644 blob ${kustomization}\tkustomization.yaml\n`,
    );
    const root = git(["mktree"], `040000 tree ${k8s}\tk8s\n`);
    const evil = git(["-c", "user.name=t", "-c", "user.email=t@example.com", "commit-tree", root, "-m", "x"]);
    const source = await createGit({ cacheFolder: join(newFolder(), "git"), insteadOf: [] }).fetch(
      `${server.url}/${name}`,
      evil,
      "k8s",
    );
    const failure = await failureOf(createRenderer({ cacheFolder: join(newFolder(), "r") }).render(source, SETTINGS));
    expect(failure.message.match(/is a symbolic link, which is not followed/g)).toHaveLength(2);
  });
});

describe("findIsolation", () => {
  it("leaves a command no network where the kernel permits it", async () => {
    const isolate = await findIsolation(process.env["PATH"], {});
    expect(isolate(["/bin/true"]).join(" ")).toMatch(/prlimit.*\/bin\/true$/);
  });

  it("does without programs that are not there", async () => {
    const isolate = await findIsolation("/nonexistent", {});
    expect(isolate(["/bin/true"])).toStrictEqual(["/bin/true"]);
  });
});
