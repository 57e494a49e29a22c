import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { Source } from "../../components/application/application.ts";
import { APPLICATION } from "../../components/application/application.fixture.ts";
import { overlay } from "../../components/application/overlay.ts";
import { parseApplications } from "../../components/application/parse.ts";
import { openCharts } from "../../components/charts.ts";
import { createRegistry } from "../../components/image/registry.ts";
import { createGit } from "../../components/git/repository.ts";
import { formatRef, refOf } from "../../components/manifest/object.ts";
import { createRenderer } from "../../components/render/render.ts";
import { renderSources } from "../../components/rendered.ts";
import { commitFiles, createRepository, startGitServer } from "../support/git-server.ts";
import type { GitServer } from "../support/git-server.ts";
import { failureOf } from "../support/failure.ts";

let server: GitServer;
let work: string;
beforeAll(async () => {
  server = await startGitServer();
  work = mkdtempSync(join(tmpdir(), "sources-test-"));
});
afterAll(async () => {
  await server.close();
  rmSync(work, { recursive: true, force: true });
});

const application = parseApplications([{ file: "app.yaml", text: APPLICATION }])[0]!.applications[0]!;

function configMap(name: string, value: string): string {
  return `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}}\ndata: {a: ${value}}\n`;
}

/** A repository of this server and its commit. */
function repository(name: string, files: Readonly<Record<string, string>>) {
  return { repoURL: `${server.url}/${name}`, commit: commitFiles(createRepository(server, name), files) };
}

function render(sources: readonly Source[]) {
  const git = createGit({ cacheFolder: join(work, "git"), insteadOf: [], pauses: [] });
  const renderer = createRenderer({ cacheFolder: join(work, "render") });
  const registry = createRegistry({ registries: [] });
  const charts = openCharts({ registries: [] }, registry, join(work, "charts"));
  return renderSources(overlay({ ...application, sources }, {}, undefined), { git, charts, renderer }, () => undefined);
}

describe("several sources", () => {
  it("are rendered each with its own tool, and values come from one another", async () => {
    const chart = repository("chart.git", {
      "demo/Chart.yaml": "apiVersion: v2\nname: demo\nversion: 1.0.0\n",
      "demo/values.yaml": "a: default\n",
      "demo/templates/a.yaml": configMap("{{ .Release.Name }}", "{{ .Values.a }}"),
    });
    const values = repository("values.git", { "envs/qa.yaml": "a: qa\n", "extra/b.yaml": configMap("b", "plain") });
    const { objects, revision, warnings } = await render([
      { repoURL: chart.repoURL, targetRevision: "HEAD", path: "demo", helm: { valueFiles: ["$values/envs/qa.yaml"] } },
      { repoURL: values.repoURL, targetRevision: "HEAD", ref: "values", path: "extra" },
    ]);
    expect(objects.map((object) => [formatRef(refOf(object)), object["data"]])).toStrictEqual([
      ["ConfigMap production/api-service", { a: "qa" }],
      ["ConfigMap production/b", { a: "plain" }],
    ]);
    expect(revision).toBe(`${chart.commit}, ${values.commit}`);
    expect(warnings).toStrictEqual([]);
  });

  it("that render one object: the last one counts, with a warning", async () => {
    const one = repository("one.git", { "k8s/a.yaml": configMap("a", "one") });
    const two = repository("two.git", { "k8s/a.yaml": configMap("a", "two") });
    const { objects, warnings } = await render(
      [one, two].map(({ repoURL }) => ({ repoURL, targetRevision: "HEAD", path: "k8s" })),
    );
    expect(objects.map((object) => object["data"])).toStrictEqual([{ a: "two" }]);
    expect(warnings).toStrictEqual([
      `ConfigMap production/a is rendered from k8s at ${one.commit.slice(0, 7)} and from k8s at ${two.commit.slice(0, 7)}: the last one counts`,
    ]);
  });

  it("fail together, and tell all that is wrong", async () => {
    const { repoURL } = repository("three.git", { "k8s/a.yaml": configMap("a", "one") });
    const failure = await failureOf(
      render([
        { repoURL, targetRevision: "HEAD", path: "gone" },
        { repoURL, targetRevision: "HEAD", path: "lost" },
        { repoURL, targetRevision: "HEAD", path: "k8s" },
      ]),
    );
    expect(failure.message).toMatch(/the folder gone does not exist .*; the folder lost does not exist/);
  });
});
