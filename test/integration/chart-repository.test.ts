import { globSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { randomUUID } from "node:crypto";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, afterEach, beforeAll, describe, expect, it } from "@jest/globals";

import type { WantedChart } from "../../components/chart/charts.ts";
import { openCharts } from "../../components/charts.ts";
import { createRegistry } from "../../components/image/registry.ts";
import { createRenderer } from "../../components/render/render.ts";
import type { RenderSettings } from "../../components/render/settings.ts";
import { indexCharts, packChart, pushChart, serveCharts } from "../support/charts.ts";
import type { ChartServer } from "../support/charts.ts";
import { failureOf } from "../support/failure.ts";
import { SETTINGS } from "../support/rendering.ts";

let work: string;
const servers: ChartServer[] = [];

beforeAll(() => {
  work = mkdtempSync(join(tmpdir(), "chart-repository-test-"));
});
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});
afterAll(() => rmSync(work, { recursive: true, force: true }));

const TEMPLATE = `apiVersion: v1
kind: ConfigMap
metadata: {name: {{ .Release.Name }}}
data: {version: {{ .Chart.Version | quote }}, a: {{ .Values.a | quote }}}
`;
const FILES = { "templates/a.yaml": TEMPLATE, "values.yaml": "a: chart\n", "values-qa.yaml": "a: qa\n" };

async function serve(...options: Parameters<typeof serveCharts>): Promise<ChartServer> {
  const server = await serveCharts(...options);
  servers.push(server);
  return server;
}

/** A process with its caches: what it renders. */
function open(cacheFolder = mkdtempSync(join(work, "c-")), env: NodeJS.ProcessEnv = { HOME: work }) {
  const registry = createRegistry({ registries: [] });
  const charts = openCharts({ registries: [], env: { ...process.env, ...env } }, registry, join(cacheFolder, "charts"));
  const renderer = createRenderer({ cacheFolder: join(cacheFolder, "render") });
  return async (wanted: Partial<WantedChart>, settings: Partial<RenderSettings> = {}) => {
    const whole = { repoURL: "", name: "demo", targetRevision: "*", passCredentials: false, ...wanted };
    const { version, chart } = await charts.fetch(whole);
    const [object] = await renderer.renderChart(chart, { ...SETTINGS, ...settings });
    return { version, data: object?.["data"] };
  };
}

describe("a chart repository behind https", () => {
  it("gives the version that is asked for, or the highest of a range", async () => {
    const { folder, url } = await serve();
    for (const version of ["1.0.0", "1.2.0", "1.10.0", "2.0.0-rc.1"]) packChart(folder, version, FILES);
    indexCharts(folder);
    const render = open();
    for (const [targetRevision, version] of [
      ["1.0.0", "1.0.0"],
      ["1.x", "1.10.0"],
      ["~1.2", "1.2.0"],
      ["*", "1.10.0"],
    ]) {
      expect(await render({ repoURL: url, targetRevision: targetRevision! })).toStrictEqual({
        version,
        data: { version, a: "chart" },
      });
    }
    expect((await failureOf(render({ repoURL: url, targetRevision: "3.x" }))).message).toMatch(
      /there are: 2.0.0-rc.1, 1.10.0/,
    );
    expect(await failureOf(render({ repoURL: url, name: "gone" }))).toMatchObject({
      code: "NotFound",
      message: `${url} has no chart gone`,
    });
  });

  it("may be below a path, name charts elsewhere, and be JSON", async () => {
    const [index, content] = [await serve(), await serve()];
    const file = packChart(content.folder, "1.0.0", FILES);
    const entry = { version: "1.0.0", urls: [`${content.url}/demo-1.0.0.tgz`] };
    writeFileSync(join(index.folder, "index.yaml"), JSON.stringify({ entries: { demo: [entry] } }));
    expect(await open()({ repoURL: `${index.url}/` })).toMatchObject({ version: "1.0.0" });
    expect(statSync(file).size).toBeGreaterThan(0);
  });

  it("has values laid over it, its own files and those of the Application", async () => {
    const { folder, url } = await serve();
    packChart(folder, "1.0.0", FILES);
    indexCharts(folder);
    const render = open();
    expect(await render({ repoURL: url }, { helm: { valueFiles: ["values-qa.yaml"] } })).toMatchObject({
      data: { a: "qa" },
    });
    expect(await render({ repoURL: url }, { helm: { valuesObject: { a: 1 } } })).toMatchObject({ data: { a: "1" } });
    for (const path of ["../../etc/passwd", "../x", "https://example.com/v.yaml"])
      expect((await failureOf(render({ repoURL: url }, { helm: { valueFiles: [path] } }))).code).toBe("Invalid");
  });

  it("is downloaded once, kept for other processes, and downloaded anew when that is damaged", async () => {
    const { folder, url, requests } = await serve();
    packChart(folder, "1.0.0", FILES);
    indexCharts(folder);
    const downloads = () => requests.filter(([path]) => path.endsWith(".tgz")).length;
    const cacheFolder = mkdtempSync(join(work, "c-"));
    await Promise.all([open(cacheFolder)({ repoURL: url }), open(cacheFolder)({ repoURL: url })]);
    const first = downloads();
    // Rendered before: not even the kept chart is read.
    rmSync(join(cacheFolder, "charts"), { recursive: true });
    await open(cacheFolder)({ repoURL: url });
    expect(downloads()).toBe(first);
    rmSync(join(cacheFolder, "render"), { recursive: true });
    await open(cacheFolder)({ repoURL: url });
    const [kept] = globSync("charts/*.tgz", { cwd: cacheFolder });
    expect(statSync(join(cacheFolder, kept!)).mode & 0o077).toBe(0);
    const again = downloads();
    writeFileSync(join(cacheFolder, kept!), "damaged");
    rmSync(join(cacheFolder, "render"), { recursive: true });
    expect(await open(cacheFolder)({ repoURL: url })).toMatchObject({ version: "1.0.0" });
    expect(downloads()).toBe(again + 1);
  });

  it("that serves another chart than its index says is refused", async () => {
    const { folder, url } = await serve();
    packChart(folder, "1.0.0", FILES);
    indexCharts(folder);
    packChart(folder, "1.0.0", { ...FILES, "values.yaml": "a: changed\n" });
    expect((await failureOf(open()({ repoURL: url }))).message).toMatch(
      /not what its digest .* says: nothing of it is used/,
    );
  });

  it("without checksums is asked for the content, and a changed one is rendered anew", async () => {
    const { folder, url } = await serve();
    const index = () => {
      indexCharts(folder);
      const file = join(folder, "index.yaml");
      writeFileSync(file, readFileSync(file, "utf8").replace(/ +digest: .*\n/, ""));
    };
    packChart(folder, "1.0.0", FILES);
    index();
    const cacheFolder = mkdtempSync(join(work, "c-"));
    expect(await open(cacheFolder)({ repoURL: url })).toMatchObject({ data: { a: "chart" } });
    packChart(folder, "1.0.0", { ...FILES, "values.yaml": "a: changed\n" });
    index();
    expect(await open(cacheFolder)({ repoURL: url })).toMatchObject({ data: { a: "changed" } });
  });

  it("gets the credentials of helm repo add, and others get them only if the Application says so", async () => {
    const elsewhere = await serve();
    const repository = await serve(({ headers }) => headers.authorization === undefined);
    packChart(elsewhere.folder, "1.0.0", FILES);
    indexCharts(elsewhere.folder, "--url", elsewhere.url);
    writeFileSync(join(repository.folder, "index.yaml"), readFileSync(join(elsewhere.folder, "index.yaml")));
    const config = join(mkdtempSync(join(work, "h-")), "repositories.yaml");
    writeFileSync(config, `repositories:\n- {name: x, url: '${repository.url}/', username: me, password: hunter2}\n`);
    const wanted = { repoURL: repository.url };
    const render = () => open(undefined, { HELM_REPOSITORY_CONFIG: config });
    expect((await failureOf(open()(wanted))).message).toMatch(/asks for credentials that `helm repo add --username`/);
    await render()(wanted);
    expect(elsewhere.requests).toStrictEqual([["/demo-1.0.0.tgz", undefined]]);
    await render()({ ...wanted, passCredentials: true });
    const basic = `Basic ${Buffer.from("me:hunter2").toString("base64")}`;
    expect(elsewhere.requests.at(-1)).toStrictEqual(["/demo-1.0.0.tgz", basic]);
  });

  it.each([
    ["an address of the network in clear", "http://192.0.2.1/demo.tgz"],
    ["a file of this machine", "file:///etc/passwd"],
    ["credentials in an address", "https://user:hunter2@example.com/demo.tgz"],
  ])("that names %s is refused", async (_, address) => {
    const { folder, url } = await serve();
    const index = { entries: { demo: [{ version: "1.0.0", urls: [address] }] } };
    writeFileSync(join(folder, "index.yaml"), JSON.stringify(index));
    const failure = await failureOf(open()({ repoURL: url }));
    expect(failure.code).toBe("Refused");
    expect(failure.message).not.toContain("hunter2");
  });

  it("that does not answer, or with no index, is told", async () => {
    const { folder, url, close } = await serve();
    expect(await failureOf(open()({ repoURL: url }))).toMatchObject({
      code: "NotFound",
      message: expect.stringMatching(/index.yaml does not exist/),
    });
    writeFileSync(join(folder, "index.yaml"), "entries:\n  demo:\n  - version: 1.0.0\n    urls: [demo.tgz]\n");
    writeFileSync(join(folder, "demo.tgz"), "no chart");
    expect(await failureOf(open()({ repoURL: url }))).toMatchObject({ code: "Refused" });
    await close();
  });
});

describe("a chart in an OCI registry", () => {
  it("gives the version that is asked for, or the highest of a range, build metadata included", async () => {
    const path = `charts/${randomUUID().slice(0, 8)}`;
    const [first, ...others] = ["1.0.0", "1.2.0+build.7", "1.10.0"].map((version) =>
      pushChart(packChart(mkdtempSync(join(work, "p-")), version, FILES), path),
    );
    expect(new Set([first, ...others]).size).toBe(1);
    const render = open();
    for (const [targetRevision, version] of [
      ["1.0.0", "1.0.0"],
      ["~1.2", "1.2.0+build.7"],
      ["1.2.0+build.7", "1.2.0+build.7"],
      ["1.x", "1.10.0"],
    ]) {
      expect(await render({ repoURL: first!, targetRevision: targetRevision! })).toStrictEqual({
        version,
        data: { version, a: "chart" },
      });
    }
    // As Argo CD writes it.
    expect(await render({ repoURL: first!.slice("oci://".length), targetRevision: "1.x" })).toMatchObject({
      version: "1.10.0",
    });
    expect((await failureOf(render({ repoURL: first!, targetRevision: "2.x" }))).message).toMatch(/there are: 1.10.0/);
    expect((await failureOf(render({ repoURL: first!, targetRevision: "2.0.0" }))).message).toMatch(/404/);
  });

  it("may be named by the index of another repository", async () => {
    const path = `charts/${randomUUID().slice(0, 8)}`;
    const repoURL = pushChart(packChart(mkdtempSync(join(work, "p-")), "1.0.0", FILES), path);
    const { folder, url } = await serve();
    const index = { entries: { other: [{ version: "1.0.0", urls: [`${repoURL}/demo:1.0.0`] }] } };
    writeFileSync(join(folder, "index.yaml"), JSON.stringify(index));
    expect(await open()({ repoURL: url, name: "other" })).toMatchObject({ version: "1.0.0", data: { a: "chart" } });
  });
});
