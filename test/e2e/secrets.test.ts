import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { mkdir, readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { brotliDecompress } from "node:zlib";

import { stringify } from "yaml";

import type { Canaries, Shape } from "../support/canaries.ts";
import { hatchCanaries, hitsBelow } from "../support/canaries.ts";
import type { Run } from "../support/command.ts";
import { expectExit } from "../support/expect-exit.ts";
import { denyByPolicy } from "../support/policy.ts";
import type { Changes } from "../support/repository.ts";
import { substitute } from "../support/repository.ts";
import type { World } from "../support/world.ts";
import { createWorld, SERVICES } from "../support/world.ts";

// What the engine writes under PULUMI_DEBUG_GRPC or `-v=9` is its own: it records every call in clear, and says so.

const LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration";
const SHAPES: readonly Shape[] = ["plain", "special characters", "several lines", "binary"];
const decompress = promisify(brotliDecompress);

describe("two hundred values of Secrets", () => {
  const canaries = hatchCanaries();
  const said: [command: string, run: Run][] = [];
  let world: World;
  let env: NodeJS.ProcessEnv;
  let undo: () => Promise<unknown> = () => Promise.resolve();

  beforeAll(async () => {
    world = await createWorld({ stacks: ["qa"] });
    env = { ...world.env, TMPDIR: join(world.folder, "tmp") };
    await mkdir(env["TMPDIR"]!);
    await world.repository("worker-service").push("develop", plantEverywhere(canaries));
  });
  afterAll(async () => {
    await undo();
    await world.close();
  });

  /** Runs pulumi, remembers all it says. */
  async function pulumi(...args: readonly string[]): Promise<Run> {
    const result = await world.pulumi([...args, "--stack=qa"], { env });
    said.push([args.join(" "), result]);
    return result;
  }

  const up = (...more: readonly string[]) => pulumi("up", "--yes", "--diff", "--show-full-output", ...more);
  const kubectl = (args: readonly string[], input?: object) =>
    world.kubectl("qa", args, input === undefined ? {} : { input: JSON.stringify(input) });

  it("reach the cluster", async () => {
    await pulumi("preview", "--diff", "--show-full-output");
    await pulumi("preview", "--json");
    expectExit(await up(), 0);
    const { items } = JSON.parse(await kubectl(["get", "secrets", "--output=json"])) as {
      items: { data: Record<string, string> }[];
    };
    const values = items.flatMap(({ data }) => Object.values(data)).map((text) => Buffer.from(text, "base64"));
    expect(values.filter((value) => canaries.hitsIn(value, "live").length > 0).length).toBeGreaterThanOrEqual(200);
  });

  it("are shown as changed when Git changes them", async () => {
    await world.repository("worker-service").push("develop", {
      "k8s/text.yaml": secretText("text", canaries, 40, "stringData"),
      "k8s/settings.env": settings(canaries, 20),
    });
    const output = expectExit(await pulumi("preview", "--diff", "--show-full-output"), 0);
    for (const name of ["text", "generated"])
      expect(output).toMatch(
        new RegExp(`~ Secret ${world.nameOf("qa")}/${name}\\s*: .*?"hmac:[0-9a-f]{16}" => "hmac:[0-9a-f]{16}"`, "s"),
      );
  });

  it("are shown as changed when a person changes them, with all that kubectl keeps of them", async () => {
    const metadata = { name: "text", namespace: world.nameOf("qa") };
    const data = { K0: canaries.plant(), K1: canaries.plant("several lines") };
    await kubectl(["apply", "--filename=-"], { apiVersion: "v1", kind: "Secret", metadata, stringData: data });
    const added = JSON.stringify({ stringData: { ADDED: canaries.plant("special characters") } });
    await kubectl(["patch", "secret", "encoded", "--type=merge", `--patch=${added}`]);
    const live = JSON.parse(await kubectl(["get", "secret", "text", "--output=json"])) as { metadata: object };
    expect(canaries.hitsIn(JSON.stringify(live.metadata), LAST_APPLIED)).not.toEqual([]);
    const preview = await pulumi("preview", "--diff", "--show-full-output");
    expect(expectExit(preview, 0)).toMatch(
      /encoded: data\.ADDED: \\"hmac:[0-9a-f]{16}\\" => \(none\) \(set by kubectl/,
    );
    await pulumi("preview", "--json");
    await pulumi("preview", "--refresh=false", "--diff");
    expectExit(await up(), 0);
    expectExit(await pulumi("preview", "--expect-no-changes"), 0);
  });

  it("are quoted by a policy that refuses a Secret", async () => {
    undo = await denyByPolicy(
      world.nameOf("qa"),
      "secrets",
      "object.metadata.name == 'denied'",
      "'refused: ' + object.data.K0",
    );
    const denied = { ...secret("denied"), data: { K0: Buffer.from(canaries.plant()).toString("base64") } };
    const answer = await kubectl(["create", "--dry-run=server", "--filename=-"], denied).then(() => "", String);
    expect(canaries.hitsIn(answer, "kubectl")).not.toEqual([]);
  });

  it.each<[string, () => Readonly<Record<(typeof SERVICES)[number], readonly [file: string, reason: RegExp]>>]>([
    [
      "a webhook that quotes it, base64 that is none, broken YAML",
      () => ({
        "api-service": [secretText("denied", canaries, 3, "data"), /dry-run Secret \S+\/denied: .*withheld/],
        "scheduler-service": [
          stringify({ ...secret("invalid"), data: { A: `${canaries.plant()} is not base64` } }),
          /Secret invalid: expected base64/,
        ],
        "worker-service": [
          `${secretText("broken", canaries, 3, "stringData")}  C: "${canaries.plant()}\n`,
          /extra\.yaml/,
        ],
      }),
    ],
    [
      "an unknown field, a number for a text, a list for a map",
      () => ({
        "api-service": [
          stringify({ ...secret("typo"), stringdata: { A: canaries.plant() } }),
          /dry-run Secret \S+\/typo: .*stringdata/,
        ],
        "scheduler-service": [
          stringify({ ...secret("number"), stringData: { A: 8_080, B: [canaries.plant()] } }),
          /Secret number: expected a text/,
        ],
        "worker-service": [
          stringify({ ...secret("list"), data: [canaries.plant()] }),
          /Secret list: expected a map of texts/,
        ],
      }),
    ],
  ])("stay secret in errors: %s", async (_, broken) => {
    const cases = broken();
    for (const service of SERVICES) {
      const [file] = cases[service];
      await world.repository(service).push("develop", {
        "k8s/extra.yaml": file,
        "k8s/kustomization.yaml": (text) =>
          text.includes("extra.yaml") ? text : text.replace("resources:\n", "resources:\n  - extra.yaml\n"),
      });
    }
    const output = expectExit(await up("--skip-preview"), 1);
    for (const service of SERVICES) expect(output).toMatch(cases[service][1]);
  });

  it("stay secret in errors of kustomize's generator", async () => {
    await world.repository("worker-service").push("develop", {
      "k8s/extra.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: extra}\n",
      "k8s/settings.env": `${settings(canaries, 3)}NO KEY=${canaries.plant()}\n`,
    });
    expect(expectExit(await pulumi("preview", "--diff"), 1)).toMatch(/worker-service/);
  });

  it("show nowhere in what was said", async () => {
    await pulumi("stack", "export");
    await pulumi("stack", "output", "--json");
    await pulumi("stack", "history", "--json");
    await pulumi("stack");
    expect(said.flatMap(([command, { output }]) => canaries.hitsIn(output, command))).toEqual([]);
    expect(canaries.planted()).toBeGreaterThan(200);
  });

  it("show nowhere in the state, its history and backups, in temporary files or the home folder", async () => {
    for (const folder of ["state", "tmp", "home", "infra"])
      expect(await hitsBelow(canaries, join(world.folder, folder))).toEqual([]);
    expect(await readdir(env["TMPDIR"]!)).toEqual([]);
    expect((await readdir(join(world.folder, "state", ".pulumi"))).toSorted()).toEqual(
      expect.arrayContaining(["backups", "history", "stacks"]),
    );
  });

  it("show nowhere in what the state keeps compressed", async () => {
    const syncs = Object.entries(await world.syncs("qa"));
    expect(syncs).toHaveLength(SERVICES.length);
    for (const [name, { outputs }] of syncs) {
      const text = await decompress(Buffer.from(String(outputs?.["packed"]), "base64"));
      expect(canaries.hitsIn(text, name)).toEqual([]);
    }
  });

  it("show nowhere in the cluster but in the Secrets", async () => {
    const kinds = "events,configmaps,deployments,services,leases.coordination.k8s.io";
    const text = await kubectl(["get", kinds, "--all-namespaces", "--output=json", "--show-managed-fields"]);
    expect(canaries.hitsIn(text, "cluster")).toEqual([]);
  });

  it("lie in the cache as they lie in Git, where nobody else can read them", async () => {
    const folder = join(world.folder, "cache", "pulumi-gitops");
    const hits = await hitsBelow(canaries, folder);
    expect(hits).not.toEqual([]);
    for (const each of hits) {
      const file = each.slice(0, each.indexOf(": "));
      expect((await stat(file)).mode & 0o077).toBe(0);
      expect((await stat(join(file, ".."))).mode & 0o077).toBe(0);
    }
  });
});

function secret(name: string) {
  return { apiVersion: "v1", kind: "Secret", metadata: { name }, type: "Opaque" };
}

/** A Secret with so many values, of every shape in turn. */
function secretText(name: string, canaries: Canaries, count: number, field: "data" | "stringData"): string {
  const values = Array.from({ length: count }, (_, index) => {
    const value = canaries.plant(SHAPES[index % SHAPES.length]);
    return [`K${index}`, field === "data" ? Buffer.from(value).toString("base64") : value];
  });
  return stringify({ ...secret(name), [field]: Object.fromEntries(values) as unknown });
}

function settings(canaries: Canaries, count: number): string {
  return Array.from({ length: count }, (_, index) => `SETTING_${index}=${canaries.plant()}\n`).join("");
}

function plantEverywhere(canaries: Canaries): Changes {
  const copy = JSON.stringify({ ...secret("copied"), stringData: { A: canaries.plant() } });
  const copied = { ...secret("copied"), metadata: { name: "copied", annotations: { [LAST_APPLIED]: copy } } };
  const listed = { ...secret("listed"), stringData: { A: canaries.plant(), B: canaries.plant("binary") } };
  const files = Array.from({ length: 20 }, (_, index) => [`k8s/files/f${index}`, canaries.plant(SHAPES[index % 3])]);
  const generators = [
    {
      name: "generated",
      options: { disableNameSuffixHash: true },
      envs: ["settings.env"],
      files: files.map(([path = ""]) => path.replace("k8s/", "")),
    },
    { name: "suffixed", literals: Array.from({ length: 30 }, (_, index) => `L${index}=${canaries.plant()}`) },
  ];
  return {
    ...(Object.fromEntries(files) as Changes),
    "k8s/encoded.yaml": secretText("encoded", canaries, 80, "data"),
    "k8s/text.yaml": secretText("text", canaries, 60, "stringData"),
    "k8s/copied.yaml": stringify({ ...copied, stringData: { A: canaries.plant() } }),
    "k8s/listed.yaml": stringify({ apiVersion: "v1", kind: "List", items: [listed] }),
    "k8s/settings.env": settings(canaries, 20),
    "k8s/kustomization.yaml": (text) =>
      substitute(
        "resources:\n",
        "resources:\n  - encoded.yaml\n  - text.yaml\n  - copied.yaml\n  - listed.yaml\n",
      )(`${text}${stringify({ secretGenerator: generators })}`),
  };
}
