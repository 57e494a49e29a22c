import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";

import { packChart, pushChart } from "../support/charts.ts";
import { expectExit } from "../support/expect-exit.ts";
import { imageIn, objectIn } from "../support/objects.ts";
import type { World } from "../support/world.ts";
import { createWorld } from "../support/world.ts";

const SERVICE = "api-service";

/** A workload and the settings it runs with; the image is one that promotion knows. */
function templates(image: string) {
  return {
    "values.yaml": "greeting: from the chart\nreplicas: 1\n",
    "templates/settings.yaml":
      'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: {{ .Release.Name }}}\ndata: {greeting: {{ .Values.greeting | quote }}, chart: "{{ .Chart.Version }}"}\n',
    "templates/deployment.yaml": `apiVersion: apps/v1
kind: Deployment
metadata: {name: {{ .Release.Name }}}
spec:
  replicas: {{ .Values.replicas }}
  selector: {matchLabels: {app: {{ .Release.Name }}}}
  template:
    metadata: {labels: {app: {{ .Release.Name }}}}
    spec: {containers: [{name: app, image: "${image}"}]}
`,
  };
}

describe("Helm charts and several sources", () => {
  let world: World;
  let chart: Readonly<Record<string, string>>;
  let charts: string;

  beforeAll(async () => {
    world = await createWorld({ stacks: ["qa"], services: [SERVICE] });
    chart = templates(world.imageOf(SERVICE, "v1.1.0"));
    charts = `${world.organisation}/charts`;
    publish("1.0.0");
    const inChart = Object.entries(chart).map(([path, text]) => [`chart/${path}`, text] as const);
    await world.repository(SERVICE).push("develop", {
      ...Object.fromEntries(inChart),
      "chart/Chart.yaml": "apiVersion: v2\nname: local\nversion: 0.1.0\n",
      "values/qa.yaml": "greeting: from another source\n",
      "extra/extra.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: extra}\n",
    });
    await world.writeApplication(
      SERVICE,
      application(
        "in-git",
        `source: {${git}, path: chart, helm: {releaseName: local, parameters: [{name: greeting, value: "for $ARGOCD_APP_NAME"}]}}`,
      ),
    );
    await world.writeApplication(
      "shop",
      application(
        "shop",
        `sources:
  - {repoURL: oci://registry.example.com/${charts}, chart: shop, targetRevision: 1.x, helm: {valueFiles: [$values/values/qa.yaml], valuesObject: {replicas: 2}}}
  - {${git}, ref: values, path: extra}`,
      ),
    );
  });
  afterAll(() => world.close());

  const git = "repoURL: https://github.com/ORGANISATION/api-service.git, targetRevision: HEAD";

  function application(name: string, source: string): string {
    const image = world.imageOf(SERVICE, "").slice(0, -1);
    return `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata:
  name: ${name}
  annotations: {argocd-image-updater.argoproj.io/image-list: app=${image}}
  finalizers: [resources-finalizer.argocd.argoproj.io]
spec:
  project: default
  ${source.replaceAll("ORGANISATION", world.organisation)}
  destination: {server: https://kubernetes.default.svc, namespace: production}
  syncPolicy: {automated: {prune: true, selfHeal: true}, syncOptions: [CreateNamespace=true]}
`;
  }

  function publish(version: string): void {
    const folder = mkdtempSync(join(tmpdir(), "packed-"));
    pushChart(packChart(folder, version, chart, "shop"), charts);
  }

  async function settingsOf(name: string): Promise<unknown> {
    return (await objectIn(world, "qa", "configmap", name))["data"];
  }

  it("are deployed with the values laid over them, and their images are promoted", async () => {
    expectExit(await world.up("qa", ["--skip-preview"]), 0);
    expect(await settingsOf("local")).toEqual({ greeting: "for in-git", chart: "0.1.0" });
    expect(await settingsOf("shop")).toEqual({ greeting: "from another source", chart: "1.0.0" });
    expect(await settingsOf("extra")).toBeUndefined();
    expect(await imageIn(world, "qa", "shop")).toBe(world.imageOf(SERVICE, "qa-v1.0.9"));
    const commit = await world.repository(SERVICE).commitOf("develop");
    expect(await world.statuses("qa")).toMatchObject({
      "in-git": { revision: commit, sync: "Synced", health: { status: "Healthy" } },
      shop: {
        ...{ revision: `1.0.0, ${commit}`, sync: "Synced", health: { status: "Healthy" } },
        sources: [
          { repoURL: `https://github.com/${world.organisation}/api-service.git`, commit },
          { chart: "shop", version: "1.0.0" },
        ],
      },
    });
    expectExit(await world.preview("qa", ["--diff", "--expect-no-changes"]), 0);
  });

  it("follow a new version of the chart and new values in Git", async () => {
    publish("1.1.0");
    publish("2.0.0");
    await world.repository(SERVICE).push("develop", { "values/qa.yaml": "greeting: changed\n" });
    const { output } = await world.preview("qa", ["--diff"]);
    expect(output).toMatch(/from another source.*=>.*changed|1\.0\.0.*=>.*1\.1\.0/);
    expectExit(await world.up("qa", ["--skip-preview"]), 0);
    expect(await settingsOf("shop")).toEqual({ greeting: "changed", chart: "1.1.0" });
    expectExit(await world.preview("qa", ["--expect-no-changes"]), 0);
  });

  it("that cannot be read are held, and say why; the others go on", async () => {
    await world
      .repository(SERVICE)
      .push("develop", { "values/qa.yaml": undefined, "chart/values.yaml": "replicas: 3\ngreeting: x\n" });
    const { code, output } = await world.up("qa", ["--skip-preview"]);
    expect(code).toBe(1);
    expect(output).toMatch(/shop: .*helm "\$values\/values\/qa.yaml": does not exist/);
    expect(await settingsOf("shop")).toEqual({ greeting: "changed", chart: "1.1.0" });
    expect((await objectIn(world, "qa", "deployment", "local"))["spec"]).toMatchObject({ replicas: 3 });
  });
});
