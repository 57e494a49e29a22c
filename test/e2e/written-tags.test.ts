import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";

import { expectExit } from "../support/expect-exit.ts";
import { git } from "../support/git-server.ts";
import { imageIn } from "../support/objects.ts";
import type { World } from "../support/world.ts";
import { createWorld } from "../support/world.ts";

const SERVICE = "api-service";
const PREFIX = "argocd-image-updater.argoproj.io";

/** Application -> the file that its tag is written to. */
const FILES = {
  laid: "laid/.argocd-source-laid.yaml",
  kustomized: "kustomized/kustomization.yaml",
  charted: "charted/values.yaml",
} as const;
type Name = keyof typeof FILES;
const NAMES = Object.keys(FILES) as readonly Name[];

const SETTINGS: Readonly<Record<Name, Readonly<Record<string, string>>>> = {
  laid: {},
  kustomized: { "write-back-target": "kustomization" },
  charted: { "write-back-target": "helmvalues", "app.helm.image-tag": "image.tag" },
};

function deployment(name: string, image: string): string {
  return `apiVersion: apps/v1
kind: Deployment
metadata: {name: ${name}}
spec:
  selector: {matchLabels: {app: ${name}}}
  template:
    metadata: {labels: {app: ${name}}}
    spec: {containers: [{name: app, image: "${image}"}]}
`;
}

describe("tags that were written to Git", () => {
  let world: World;
  const inGit = (...args: readonly string[]) =>
    git(`${world.sandbox.repositories}/${world.organisation}/${SERVICE}.git`, args);
  const image = () => world.imageOf(SERVICE, "").slice(0, -1);

  async function write(name: Name, annotations: Readonly<Record<string, string>>): Promise<void> {
    const lines = Object.entries(annotations).map(([key, value]) => `    ${PREFIX}/${key}: "${value}"\n`);
    await world.writeApplication(
      name,
      `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata:
  name: ${name}
${lines.length === 0 ? "" : `  annotations:\n${lines.join("")}`}spec:
  project: default
  source: {repoURL: "https://github.com/${world.organisation}/${SERVICE}.git", targetRevision: HEAD, path: ${name}}
  destination: {server: https://kubernetes.default.svc, namespace: production}
  syncPolicy: {automated: {prune: true, selfHeal: true}, syncOptions: [CreateNamespace=true]}
`,
    );
  }

  beforeAll(async () => {
    world = await createWorld({ stacks: ["qa"], services: [SERVICE] });
    const old = `${image()}:qa-v1.0.8`;
    await world.repository(SERVICE).push("develop", {
      "laid/kustomization.yaml": "resources: [deployment.yaml]\n",
      "laid/deployment.yaml": deployment("laid", old),
      "kustomized/kustomization.yaml": `resources: [deployment.yaml]\nimages:\n- name: ${image()}\n  newTag: qa-v1.0.8\n`,
      "kustomized/deployment.yaml": deployment("kustomized", image()),
      "charted/Chart.yaml": "apiVersion: v2\nname: charted\nversion: 0.1.0\n",
      "charted/values.yaml": "image: {tag: qa-v1.0.8}\n",
      "charted/templates/deployment.yaml": deployment("charted", `${image()}:{{ .Values.image.tag }}`),
    });
    await world.writeApplication(SERVICE, undefined);
    const common = { "image-list": `app=${image()}`, "write-back-method": "git" };
    for (const name of NAMES) await write(name, { ...common, ...SETTINGS[name] });
  });
  afterAll(() => world.close());

  it("are what runs, in one commit", async () => {
    const before = inGit("rev-parse", "develop");
    expectExit(await world.up("qa", ["--skip-preview"]), 0);
    expect(inGit("rev-list", "--count", `${before}..develop`)).toBe("1");
    for (const name of NAMES) {
      expect(await imageIn(world, "qa", name)).toBe(`${image()}:qa-v1.0.9`);
      expect(inGit("show", `develop:${FILES[name]}`)).toContain("qa-v1.0.9");
    }
  });

  it("are no change for the next preview, which renders them", async () => {
    expectExit(await world.preview("qa", ["--diff", "--expect-no-changes"]), 0);
  });

  it("are deployed by a stack that knows nothing, and no rule for images", async () => {
    for (const name of NAMES) await write(name, {});
    await world.kubectl("qa", ["delete", "deployments", "--all", "--wait"]);
    expectExit(await world.pulumi(["stack", "rm", "qa", "--yes", "--force", "--preserve-config"]), 0);
    expectExit(await world.pulumi(["stack", "init", "qa"]), 0);
    expectExit(await world.up("qa", ["--skip-preview"]), 0);
    for (const name of NAMES) expect(await imageIn(world, "qa", name)).toBe(`${image()}:qa-v1.0.9`);
  });
});
