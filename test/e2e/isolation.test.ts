import { availableParallelism } from "node:os";

import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";

import { stringify } from "yaml";

import type { Run } from "../support/command.ts";
import { expectExit } from "../support/expect-exit.ts";
import { denyByPolicy } from "../support/policy.ts";
import type { Changes } from "../support/repository.ts";
import { waitFor } from "../support/wait-for.ts";
import type { World } from "../support/world.ts";
import { createWorld } from "../support/world.ts";

/** So long some of them stay not ready; all the sound ones are to be done meanwhile. */
const PATIENCE = "45s";
const WAITING = Array.from({ length: 4 * availableParallelism() + 1 }, (_, index) => `never-ready-${index}`);

interface Poison {
  readonly files: Changes;
  /** What is said of it. */
  readonly cause: RegExp;
}

describe("poisoned Applications among many", () => {
  let world: World;
  let up: Promise<Run>;
  let hasEnded = false;
  let undo: () => Promise<unknown>;

  beforeAll(async () => {
    world = await createWorld({ stacks: ["qa"], services: ["worker-service"] });
    undo = await denyByPolicy(
      world.nameOf("qa"),
      "configmaps",
      "object.metadata.name == 'denied'",
      "'not on my watch'",
    );
    await world.writeApplication("worker-service", undefined);
    await Promise.all(NAMES.map((name) => world.writeApplication(name, applicationFile(world, name))));
    await world.configure(
      "qa",
      "gitops:overrides",
      Object.fromEntries(WAITING.map((name) => [name, { timeout: PATIENCE }])),
    );
    const sound = SOUND.flatMap((name) => Object.entries(kustomization(name, configMap(name))));
    const poisons = Object.values(POISONS).flatMap(({ files }) => Object.entries(files));
    await world.repository("worker-service").push("develop", Object.fromEntries([...sound, ...poisons]));
    up = world.up("qa", ["--skip-preview"]).finally(() => (hasEnded = true));
  });
  afterAll(async () => {
    await undo();
    await world.close();
  });

  it("do not delay the others: all those are done while others are still being waited for", async () => {
    const done = async () => (await world.kubectl("qa", ["get", "configmaps", "--output=name"])).split("\n");
    await waitFor(
      "the sound Applications",
      async () => {
        const names = await done();
        return SOUND.every((name) => names.includes(`configmap/${name}`));
      },
      120_000,
    );
    expect(hasEnded).toBe(false);
  });

  it("are each named with the cause, and the run ends with 1", async () => {
    const output = expectExit(await up, 1);
    for (const [name, { cause }] of Object.entries(POISONS)) {
      const block = output.slice(output.indexOf("Diagnostics:"));
      expect(block).toMatch(new RegExp(`${name}[\\s\\S]{0,20}?:\\s[\\s\\S]*?${cause.source}`));
    }
    const errors = output.split("\n").filter((line) => /\berror: /.test(line));
    for (const name of SOUND) expect(errors.join("\n")).not.toContain(name);
  });

  it("leave the others synced and healthy in the stack's output", async () => {
    const statuses = await world.statuses("qa");
    for (const name of SOUND)
      expect(statuses[name]).toMatchObject({ sync: "Synced", health: { status: "Healthy" }, conditions: [] });
  });

  it("leave nothing of themselves that is not known", async () => {
    const live = await world.kubectl("qa", ["get", "configmaps,deployments", "--output=name"]);
    expect(live.split("\n").filter((name) => /denied|bomb|huge|missing|broken/.test(name))).toEqual([]);
    const { [WAITING[0] ?? ""]: waited } = await world.syncs("qa");
    expect(waited?.outputs?.["inventory"]).toEqual([`apps/Deployment ${world.nameOf("qa")}/${WAITING[0]}`]);
  });
});

function configMap(name: string, data: Record<string, string> = { color: "blue" }): object {
  return { apiVersion: "v1", kind: "ConfigMap", metadata: { name }, data };
}

/** A Deployment whose pods never become ready. */
function neverReady(name: string): object {
  const labels = { app: name, "sandbox.pulumi-gitops.dev/behaviour": "never-ready" };
  const containers = [{ name: "app", image: "registry.example.com/app:v1.0.0" }];
  const template = { metadata: { labels }, spec: { containers } };
  const spec = { replicas: 1, selector: { matchLabels: { app: name } }, template };
  return { apiVersion: "apps/v1", kind: "Deployment", metadata: { name }, spec };
}

/** Half a megabyte in Git, two hundred times in the render. */
function hugeRender(): Changes {
  const copies = Array.from({ length: 200 }, (_, index) => `copy-${index}`);
  const text = stringify(configMap("huge", { text: "x".repeat(500_000) }), { lineWidth: 0 });
  const kustomizations = copies.map((copy) => [
    `apps/huge/${copy}/kustomization.yaml`,
    stringify({ resources: ["../base"], nameSuffix: `-${copy}` }),
  ]);
  return {
    "apps/huge/base/object.yaml": text,
    "apps/huge/base/kustomization.yaml": stringify({ resources: ["object.yaml"] }),
    "apps/huge/kustomization.yaml": stringify({ resources: copies }),
    ...(Object.fromEntries(kustomizations) as Changes),
  };
}

/** Nine lists, each of nine times the one before: a billion texts. */
function aliasBomb(): Changes {
  const lists = Array.from({ length: 9 }, (_, index) => {
    const items = index === 0 ? '"lol"' : `*a${index - 1}`;
    return `  a${index}: &a${index} [${Array.from({ length: 9 }, () => items).join(", ")}]\n`;
  });
  const text = `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: bomb}\ndata:\n${lists.join("")}`;
  return kustomization("alias-bomb", text);
}

function kustomization(name: string, object: string | object): Changes {
  return {
    [`apps/${name}/object.yaml`]: typeof object === "string" ? object : stringify(object),
    [`apps/${name}/kustomization.yaml`]: stringify({ resources: ["object.yaml"] }),
  };
}

/** Which limit is met first depends on the machine. */
const STOPPED = /kustomize (?:used more memory or time than it may|did not end in time|writes more)/;

const POISONS: Readonly<Record<string, Poison>> = {
  "broken-yaml": {
    files: { "apps/broken-yaml/object.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: broken\n" },
    cause: /apps\/broken-yaml\/object\.yaml/,
  },
  denied: { files: { "apps/denied/object.yaml": stringify(configMap("denied")) }, cause: /not on my watch/ },
  "no-definition": {
    files: {
      "apps/no-definition/object.yaml": stringify({
        ...{ apiVersion: "nowhere.example.com/v1", kind: "Widget", metadata: { name: "missing" } },
      }),
    },
    cause: /does not know the kind Widget/,
  },
  // More than the engine works on at once by default on this machine.
  ...Object.fromEntries(
    WAITING.map((name) => [name, { files: kustomization(name, neverReady(name)), cause: /not healthy after 45 s/ }]),
  ),
  huge: { files: hugeRender(), cause: STOPPED },
  "alias-bomb": { files: aliasBomb(), cause: STOPPED },
};

const SOUND = Array.from({ length: 44 }, (_, index) => `sound-${index}`);
const NAMES = [...Object.keys(POISONS), ...SOUND];

function applicationFile({ organisation }: World, name: string): string {
  const source = {
    repoURL: `https://github.com/${organisation}/worker-service.git`,
    ...{ targetRevision: "HEAD", path: `apps/${name}` },
  };
  return stringify({
    ...{ apiVersion: "argoproj.io/v1alpha1", kind: "Application", metadata: { name, namespace: "argocd" } },
    spec: {
      ...{ project: "default", source },
      destination: { server: "https://kubernetes.default.svc", namespace: "default" },
      syncPolicy: { automated: { prune: true }, syncOptions: ["CreateNamespace=true"], retry: { limit: 0 } },
    },
  });
}
