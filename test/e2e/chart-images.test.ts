import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";

import { expectExit } from "../support/expect-exit.ts";
import { imageIn, objectIn, objectsIn, versions } from "../support/objects.ts";
import { alterState } from "../support/state.ts";
import type { World } from "../support/world.ts";
import { createWorld } from "../support/world.ts";

const SERVICE = "api-service";

/** A chart that says its tag in more places than in a container, and an image that no container runs. */
const CHART = {
  "chart/Chart.yaml": "apiVersion: v2\nname: local\nversion: 0.1.0\n",
  "chart/values.yaml": "image: {repository: nobody.example.com/none, tag: none}\nsidecar: none\n",
  "chart/templates/settings.yaml": `apiVersion: v1
kind: ConfigMap
metadata: {name: told, labels: {version: {{ .Values.image.tag | quote }}}}
data: {sidecar: {{ .Values.sidecar | quote }}}
`,
  "chart/templates/deployment.yaml": `apiVersion: apps/v1
kind: Deployment
metadata: {name: {{ .Release.Name }}}
spec:
  selector: {matchLabels: {app: {{ .Release.Name }}}}
  template:
    metadata: {labels: {app: {{ .Release.Name }}}}
    spec: {containers: [{name: app, image: "{{ .Values.image.repository }}:{{ .Values.image.tag }}"}]}
`,
};

describe("a chart that is told which tag runs", () => {
  let world: World;

  beforeAll(async () => {
    world = await createWorld({ stacks: ["qa"], services: [SERVICE] });
    await world.repository(SERVICE).push("develop", CHART);
    const [image, sidecar] = [SERVICE, "sidecar"].map((name) =>
      world.imageOf(SERVICE, "").replace(`${SERVICE}:`, name),
    );
    await world.images.push("sidecar", ["qa-v1.0.1", "qa-v1.0.2"]);
    await world.writeApplication(
      SERVICE,
      `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata:
  name: ${SERVICE}
  annotations:
    argocd-image-updater.argoproj.io/image-list: app=${image}, sidecar=${sidecar}
    argocd-image-updater.argoproj.io/app.helm.image-name: image.repository
    argocd-image-updater.argoproj.io/app.helm.image-tag: image.tag
    argocd-image-updater.argoproj.io/sidecar.helm.image-spec: sidecar
spec:
  project: default
  source: {repoURL: "https://github.com/${world.organisation}/${SERVICE}.git", targetRevision: HEAD, path: chart}
  destination: {server: https://kubernetes.default.svc, namespace: production}
  syncPolicy: {automated: {prune: true, selfHeal: true}, syncOptions: [CreateNamespace=true]}
`,
    );
  });
  afterAll(() => world.close());

  async function told(): Promise<readonly unknown[]> {
    const { metadata, data } = (await objectIn(world, "qa", "configmap", "told")) as {
      metadata: { labels: Record<string, string> };
      data: Record<string, string>;
    };
    return [metadata.labels["version"], data["sidecar"]?.split("/").at(-1)];
  }

  async function expectNothingToDo(): Promise<void> {
    expectExit(await world.preview("qa", ["--diff", "--expect-no-changes"]), 0);
  }

  it("says the promoted tags wherever its values do", async () => {
    expectExit(await world.up("qa", ["--skip-preview"]), 0);
    expect(await told()).toEqual(["qa-v1.0.9", "sidecar:qa-v1.0.2"]);
    expect(await imageIn(world, "qa", SERVICE)).toBe(world.imageOf(SERVICE, "qa-v1.0.9"));
    await expectNothingToDo();
  });

  it("follows a new tag in all of them at once", async () => {
    await world.images.push(SERVICE, ["qa-v1.0.10"]);
    await world.images.push("sidecar", ["qa-v1.0.3"]);
    const output = expectExit(await world.preview("qa", ["--diff", "--expect-no-changes"]), 7);
    expect(output).toMatch(/version\s*: "qa-v1.0.9" => "qa-v1.0.10"/);
    expectExit(await world.up("qa"), 0);
    expect(await told()).toEqual(["qa-v1.0.10", "sidecar:qa-v1.0.3"]);
    expect(await imageIn(world, "qa", SERVICE)).toBe(world.imageOf(SERVICE, "qa-v1.0.10"));
    await expectNothingToDo();
  });

  it("goes on saying what runs when a tag is deleted", async () => {
    await world.images.remove(SERVICE, "qa-v1.0.10");
    await expectNothingToDo();
    const before = versions(await objectsIn(world, "qa"));
    expect(expectExit(await world.up("qa"), 0)).toMatch(/api-service.* is held: /);
    expect(versions(await objectsIn(world, "qa"))).toEqual(before);
  });

  it("lowers nothing when the last run's output is lost, and goes on in the run after", async () => {
    await forgetOutput();
    const before = versions(await objectsIn(world, "qa"));
    const output = expectExit(await world.up("qa", ["--skip-preview"]), 0);
    expect(output).toContain("qa-v1.0.10 is decided, but the chart was told qa-v1.0.9");
    expect(versions(await objectsIn(world, "qa"))).toEqual(before);
    const second = expectExit(await world.up("qa", ["--skip-preview"]), 0);
    expect(second).not.toContain("is decided, but");
    expect(versions(await objectsIn(world, "qa"))).toEqual(before);
  });

  /** As a run leaves it that is killed before its end. */
  function forgetOutput(): Promise<void> {
    return alterState(world, "qa", (resources) => {
      const stack = resources.find(({ type }) => type === "pulumi:pulumi:Stack");
      expect(stack?.outputs).toHaveProperty("applications");
      delete stack!.outputs!["applications"];
    });
  }

  it("says what is pinned, also of an image that no container runs", async () => {
    const pins = { pins: { app: "qa-v1.0.8", sidecar: "qa-v1.0.1" } };
    await world.configure("qa", "gitops:overrides", { [SERVICE]: pins });
    expectExit(await world.up("qa"), 0);
    expect(await told()).toEqual(["qa-v1.0.8", "sidecar:qa-v1.0.1"]);
    expect(await imageIn(world, "qa", SERVICE)).toBe(world.imageOf(SERVICE, "qa-v1.0.8"));
    await expectNothingToDo();
  });
});
