import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import type { AddressInfo, Server } from "node:net";
import { dirname, join } from "node:path";
import { execFileSync } from "node:child_process";

import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";

import type { HelmOptions } from "../../components/application/helm.ts";
import { findProgram } from "../../components/git/limits.ts";
import { formatRef, refOf } from "../../components/manifest/object.ts";
import { createRenderer } from "../../components/render/render.ts";
import { failureOf } from "../support/failure.ts";
import { openRenderingScene, SETTINGS } from "../support/rendering.ts";
import type { Files, RenderingScene } from "../support/rendering.ts";

let scene: RenderingScene;
/** Counts connections: nothing that is rendered may make one. */
let listener: Server;
let connections = 0;

beforeAll(async () => {
  scene = await openRenderingScene();
  listener = createServer((socket) => {
    connections++;
    socket.end();
  });
  await new Promise<void>((ready) => listener.listen(0, "127.0.0.1", ready));
});
afterAll(async () => {
  await scene.close();
  await new Promise((closed) => listener.close(closed));
});

/** Shows every value, and what Helm itself knows. */
const CHART: Files = {
  "k8s/Chart.yaml": "apiVersion: v2\nname: demo\nversion: 1.2.3\n",
  "k8s/values.yaml": "a: chart\nb: chart\nc: chart\nd: chart\ne: chart\nf: chart\n",
  "k8s/templates/map.yaml": `apiVersion: v1
kind: ConfigMap
metadata: {name: {{ .Release.Name }}-map}
data:
  {{- range $key, $value := .Values }}
  {{ $key }}: {{ $value | toString | quote }}
  {{- end }}
  release: "{{ .Release.Namespace }} {{ .Capabilities.KubeVersion }} {{ .Capabilities.APIVersions.Has "example.com/v1" }}"
`,
  "k8s/crds/crd.yaml":
    "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: as.example.com}\nspec: {}\n",
  "k8s/templates/tests/test.yaml":
    'apiVersion: v1\nkind: Pod\nmetadata: {name: check, annotations: {"helm.sh/hook": test}}\nspec: {}\n',
  "k8s/templates/job.yaml":
    'apiVersion: batch/v1\nkind: Job\nmetadata: {name: migrate, annotations: {"helm.sh/hook": pre-install}}\nspec: {}\n',
  "k8s/values-b.yaml": "b: file b\nc: file b\nd: file b\ne: file b\nf: file b\n",
  "envs/c.yaml": "c: file c\nd: file c\ne: file c\nf: file c\n",
};

async function dataOf(helm: HelmOptions, files: Files = CHART): Promise<Readonly<Record<string, string>>> {
  const manifests = await scene.render(files, { helm: { skipCrds: true, skipTests: true, ...helm } });
  return (manifests.find(({ kind }) => kind === "ConfigMap")?.["data"] ?? {}) as Record<string, string>;
}

describe("a chart in a repository", () => {
  it("is rendered with CRDs, tests and hooks, under the name of the Application", async () => {
    const manifests = await scene.render(CHART);
    expect(manifests.map((manifest) => formatRef(refOf(manifest))).sort()).toStrictEqual([
      "ConfigMap api-map",
      "Pod check",
      "apiextensions.k8s.io/CustomResourceDefinition as.example.com",
      "batch/Job migrate",
    ]);
    expect(manifests.find(({ kind }) => kind === "Job")?.metadata.annotations).toStrictEqual({
      "helm.sh/hook": "pre-install",
    });
  });

  it("gives what helm template gives", async () => {
    const folder = scene.newFolder();
    for (const [path, text] of Object.entries(CHART)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    const output = execFileSync("helm", ["template", "api", join(folder, "k8s"), "--namespace=qa", "--include-crds"]);
    const plain = await scene.render({ "k8s/all.yaml": output });
    const byRef = (manifests: typeof plain) => new Map(manifests.map((one) => [formatRef(refOf(one)), one]));
    expect(byRef(await scene.render(CHART))).toStrictEqual(byRef(plain));
  });

  it("takes values in Argo CD's order: chart, files in their order, values, parameters", async () => {
    expect(
      await dataOf({
        valueFiles: ["values-b.yaml", "/envs/c.yaml"],
        values: "d: values\ne: values\nf: values\n",
        parameters: [
          { name: "e", value: "parameter,$ARGOCD_APP_NAME", forceString: false },
          { name: "f", value: "007", forceString: true },
        ],
      }),
    ).toMatchObject({ a: "chart", b: "file b", c: "file c", d: "values", e: "parameter,api", f: "007" });
  });

  it("takes valuesObject for values, and files as parameters", async () => {
    const helm = {
      values: "a: values",
      valuesObject: { a: "object", b: 644 },
      fileParameters: [{ name: "c", path: "../envs/c.yaml" }],
    };
    expect(await dataOf(helm)).toMatchObject({ a: "object", b: "644", c: expect.stringMatching(/^c: file c\n/) });
  });

  it("is told a name, a namespace and what the cluster can do", async () => {
    const options = {
      releaseName: "other",
      namespace: "apart",
      kubeVersion: "v1.29.0",
      apiVersions: ["example.com/v1"],
    };
    expect(await dataOf(options)).toMatchObject({ release: "apart v1.29.0 true" });
  });

  it("may lack value files only if it says so", async () => {
    const valueFiles = ["gone.yaml", "../envs/gone.yaml", "values-b.yaml"];
    expect(await dataOf({ valueFiles, ignoreMissingValueFiles: true })).toMatchObject({ b: "file b" });
    const failure = await failureOf(dataOf({ valueFiles: ["../envs/gone.yaml"] }));
    expect(failure.message).toMatch(/: helm "..\/envs\/gone.yaml": does not exist$/);
    expect((await failureOf(dataOf({ valueFiles: ["gone.yaml"] }))).message).toMatch(/does not exist in the chart$/);
  });

  it.each([
    ["../../etc/passwd", /the path leaves the repository/],
    ["https://example.com/values.yaml", /remote value files are not fetched/],
    ["$other/values.yaml", /no source has the ref "other"/],
    ["../envs", /expected a file, found a folder/],
  ])("reads no values from %s", async (path, message) => {
    expect((await failureOf(dataOf({ valueFiles: [path] }))).message).toMatch(message);
    expect((await failureOf(dataOf({ fileParameters: [{ name: "a", path }] }))).message).toMatch(message);
  });

  it("reads values from another source", async () => {
    const values = await scene.sourceOf({ "envs/qa.yaml": "a: elsewhere\n" }, ".");
    const [first] = await scene.render(CHART, {
      helm: { valueFiles: ["$values/envs/qa.yaml"], skipCrds: true, skipTests: true },
      refs: { values },
    });
    expect(first?.["data"]).toMatchObject({ a: "elsewhere" });
  });

  it("is rendered anew when a value file elsewhere changes, and only then", async () => {
    const renderer = createRenderer({ cacheFolder: scene.newFolder() });
    const chart = await scene.sourceOf(CHART);
    const helm = { valueFiles: ["$values/v.yaml"], skipCrds: true };
    const value = async (text: string) => {
      const refs = { values: await scene.sourceOf({ "v.yaml": text }, ".") };
      const manifests = await renderer.render(chart, { ...SETTINGS, helm, refs });
      return manifests.find(({ kind }) => kind === "ConfigMap")?.["data"];
    };
    expect(await value("a: 1\n")).toMatchObject({ a: "1" });
    expect(await value("a: 2\n")).toMatchObject({ a: "2" });
    expect(await value("a: 1\n")).toMatchObject({ a: "1" });
  });

  it("uses charts that are vendored in charts/, and does not fetch others", async () => {
    const dependencies = "dependencies:\n- {name: sub, version: 1.0.0, repository: 'https://charts.example.com'}\n";
    const parent = { ...CHART, "k8s/Chart.yaml": `apiVersion: v2\nname: demo\nversion: 1.0.0\n${dependencies}` };
    const sub = {
      "k8s/charts/sub/Chart.yaml": "apiVersion: v2\nname: sub\nversion: 1.0.0\n",
      "k8s/charts/sub/templates/a.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: sub}\n",
    };
    const manifests = await scene.render({ ...parent, ...sub });
    expect(manifests.map(({ metadata }) => metadata.name)).toContain("sub");
    expect((await failureOf(scene.render(parent))).message).toMatch(
      /k8s\/Chart.yaml:5: dependencies: sub is not in charts\/; dependencies are not fetched: run `helm dependency update`/,
    );
  });

  it("wins over plain manifests but not over a kustomization, as in Argo CD", async () => {
    const kustomization = { ...CHART, "k8s/kustomization.yaml": "resources: [values-b.yaml]\n" };
    expect((await failureOf(scene.render(kustomization))).message).toMatch(/kustomize/);
    expect(await scene.render(kustomization, { helm: { releaseName: "r" } })).toHaveLength(4);
  });

  it.each([
    [
      "a template that is broken",
      { "k8s/templates/x.yaml": "{{ .Values.a.b.c }" },
      /^k8s: helm: parse error at \(demo\/templates\/x.yaml:1\)/,
    ],
    ["a template that gives up", { "k8s/templates/x.yaml": '{{ fail "no image is set" }}' }, /no image is set/],
    ["a value that is not there", { "k8s/templates/x.yaml": '{{ required "image?" .Values.image }}' }, /image\?/],
    ["values against its schema", { "k8s/values.schema.json": '{"required": ["image"]}' }, /image/],
    [
      "output that is no object",
      { "k8s/templates/x.yaml": "a: 1\n" },
      /^demo\/templates\/x.yaml: apiVersion: expected/,
    ],
    ["output that is no YAML", { "k8s/templates/x.yaml": "a: [\n" }, /demo\/templates\/x.yaml/],
    ["no name", { "k8s/Chart.yaml": "apiVersion: v2\n" }, /helm: .*(?:chart.metadata.name|validation)/],
  ])("is refused with %s", async (_, change, message) => {
    const { code, message: text } = await failureOf(scene.render({ ...CHART, ...change }));
    expect(code).toBe("Invalid");
    expect(text.replace(/^\S+ at \w+: /, "")).toMatch(message);
  });

  it("may leave its schema alone", async () => {
    const files = { ...CHART, "k8s/values.schema.json": '{"required": ["image"]}' };
    expect(await dataOf({ skipSchemaValidation: true }, files)).toMatchObject({ a: "chart" });
  });
});

describe("a hostile chart", () => {
  it("reaches nobody and reads nothing of this machine", async () => {
    const { port } = listener.address() as AddressInfo;
    const template = `apiVersion: v1
kind: ConfigMap
metadata: {name: spy}
data:
  env: {{ env "HOME" | default "" | quote }}
`;
    const failure = await failureOf(scene.render({ ...CHART, "k8s/templates/x.yaml": template }));
    expect(failure.message).toMatch(/function "env" not defined/);
    const dns = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {x: "{{ getHostByName "localhost" }}"}\n';
    const files = {
      ...CHART,
      "k8s/templates/x.yaml": dns,
      "k8s/templates/y.yaml": '{{ .Files.Get "/etc/passwd" }}{{ .Files.Get "../envs/c.yaml" }}',
      "k8s/values.schema.json": `{"$ref": "http://127.0.0.1:${port}/schema.json"}`,
    };
    expect((await failureOf(scene.render(files))).message).toMatch(/schema/);
    const manifests = await scene.render(files, { helm: { skipSchemaValidation: true, skipCrds: true } });
    expect(manifests.find(({ metadata }) => metadata.name === "a")?.["data"]).toStrictEqual({ x: "" });
    expect(connections).toBe(0);
  });

  it("that does not end, or fills the memory, is ended", async () => {
    const endless =
      '{{ define "a" }}{{ range until 100000 }}{{ range until 100000 }}x{{ end }}{{ end }}{{ end }}{{ include "a" . }}';
    const failure = await failureOf(
      scene.render({ ...CHART, "k8s/templates/x.yaml": endless }, {}, "k8s", { limits: { timeoutMs: 5_000 } }),
    );
    expect(failure).toMatchObject({ code: "Refused", message: expect.stringMatching(/was stopped$/) });
  });

  it("whose templates vanish while it is rendered is not rendered to less", async () => {
    const helm = join(scene.newFolder(), "helm");
    const steal = 'if [ "$1" = template ]; then /bin/rm "$HOME/chart/templates/job.yaml"; fi';
    writeFileSync(helm, `#!/bin/sh\n${steal}\nexec '${findProgram("helm", process.env["PATH"]) ?? ""}' "$@"\n`);
    chmodSync(helm, 0o755);
    expect(await failureOf(scene.render(CHART, {}, "k8s", { helm }))).toMatchObject({
      retryable: true,
      message: expect.stringMatching(/vanished from the cache folder/),
    });
  });

  it("meets no helm but the one that is asked for", async () => {
    const helm = join(scene.newFolder(), "helm");
    writeFileSync(helm, "#!/bin/sh\necho v2.17.0 go1.13\n");
    chmodSync(helm, 0o755);
    expect(await failureOf(scene.render(CHART, {}, "k8s", { helm }))).toMatchObject({
      code: "Unsupported",
      message: expect.stringMatching(/^Helm 3.14 or newer is needed/),
    });
  });
});
