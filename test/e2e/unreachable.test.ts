import { writeFile } from "node:fs/promises";
import { join } from "node:path";

import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { stringify } from "yaml";

import { unpack } from "../../components/sync/pack.ts";
import { expectExit } from "../support/expect-exit.ts";
import { objectsIn, versions } from "../support/objects.ts";
import type { ResourceState } from "../support/pulumi.ts";
import { writeKubeconfig } from "../support/service-account.ts";
import type { World } from "../support/world.ts";
import { createWorld, SERVICES } from "../support/world.ts";

/** Nobody listens there: it belongs to no protocol, and no program is given it by chance as it is given a free one. */
const CLOSED_PORT = 4;

interface Outage {
  readonly what: string;
  /** Environment of a `pulumi` that meets the outage. */
  readonly meet: (world: World) => Promise<NodeJS.ProcessEnv>;
  /** The one clear line. */
  readonly says: RegExp;
}

const OUTAGES: readonly Outage[] = [
  {
    what: "the cluster cannot be reached",
    meet: async (world) => {
      const file = join(world.folder, "kubeconfig-closed");
      return {
        ...world.env,
        KUBECONFIG: await writeKubeconfig(file, world.sandbox, "token", `https://127.0.0.1:${CLOSED_PORT}`),
      };
    },
    says: /error: .*127\.0\.0\.1:\d+.*(?:ECONNREFUSED|refused)/,
  },
  {
    what: "the kubeconfig is no kubeconfig",
    meet: async (world) => {
      const file = join(world.folder, "kubeconfig-bad");
      await writeFile(file, "apiVersion: v1\nkind: Config\nclusters: [\n");
      return { ...world.env, KUBECONFIG: file };
    },
    says: /error: .*kubeconfig-bad/,
  },
  {
    what: "the kubeconfig is not there",
    meet: (world) => Promise.resolve({ ...world.env, KUBECONFIG: join(world.folder, "kubeconfig-missing") }),
    says: /error: .*kubeconfig-missing/,
  },
  {
    what: "the token is not valid any more",
    meet: async (world) => {
      const file = join(world.folder, "kubeconfig-expired");
      return { ...world.env, KUBECONFIG: await writeKubeconfig(file, world.sandbox, "expired") };
    },
    says: /error: .*(?:401|Unauthorized|credential)/i,
  },
];

describe("an outage", () => {
  let world: World;

  beforeAll(async () => {
    world = await createWorld({ stacks: ["qa"] });
    expectExit(await world.up("qa", ["--skip-preview"]), 0);
    await world.kubectl("qa", ["scale", "deployment/worker-service", "--replicas=5"]);
  });
  afterAll(() => world.close());

  /** It must not say "clean" (0), nor "drift" (7): nobody could look. */
  async function expectFailure(env: NodeJS.ProcessEnv, says: RegExp): Promise<string> {
    const before = versions(await objectsIn(world, "qa"));
    const known = await inventories();
    const preview = await world.preview("qa", ["--expect-no-changes"], { env });
    expectExit(preview, 1);
    expect(preview.output).toMatch(says);
    expect(preview.output).not.toMatch(/^\s+at \S.*:\d+:\d+\)?$/m);
    const up = await world.up("qa", ["--skip-preview"], { env });
    expectExit(up, 1);
    expect(up.output).toMatch(says);
    expect(withoutReplicas(versions(await objectsIn(world, "qa")))).toEqual(withoutReplicas(before));
    expect(await inventories()).toEqual(known);
    return preview.output;
  }

  /** Health and messages may change in an outage; what is known to exist may not. */
  async function inventories(): Promise<unknown> {
    const syncs = Object.entries(await world.syncs("qa"));
    const known = async ({ inputs = {}, outputs = {} }: ResourceState) => [
      outputs["inventory"],
      await unpack(String(outputs["packed"]), inputs),
    ];
    return Object.fromEntries(await Promise.all(syncs.map(async ([name, sync]) => [name, await known(sync)] as const)));
  }

  it.each(OUTAGES)("when $what fails the preview with one clear line, and nothing changes", async ({ meet, says }) => {
    await expectFailure(await meet(world), says);
  });

  it("of every Git repository fails the preview, names each, and nothing changes", async () => {
    const url = `http://127.0.0.1:${CLOSED_PORT}/`;
    const output = await expectFailure(redirectGit(world, url), /on hold/);
    for (const service of SERVICES) expect(output).toMatch(new RegExp(`${service}.*(?:refused|connect|reach)`, "i"));
  });

  it("of the registry fails the preview, names each, and nothing changes", async () => {
    const registries = join(world.folder, "registries-closed.conf");
    const entry = {
      ...{ name: "closed", prefix: "registry.example.com", insecure: true },
      api_url: `http://127.0.0.1:${CLOSED_PORT}`,
    };
    await writeFile(registries, stringify({ registries: [entry] }));
    const output = await expectFailure({ ...world.env, PULUMI_GITOPS_REGISTRIES: registries }, /on hold/);
    for (const service of SERVICES) expect(output).toMatch(new RegExp(`${service}.*(?:refused|connect|reach)`, "i"));
  });

  it("is over when all is there again: the drift is found and healed", async () => {
    expectExit(await world.preview("qa", ["--expect-no-changes"]), 7);
    expectExit(await world.up("qa"), 0);
    expectExit(await world.preview("qa", ["--expect-no-changes"]), 0);
  });

  it("by an account that is taken away fails as well", async () => {
    await world.account.revoke();
    await expectFailure(world.env, /error: .*(?:401|Unauthorized|credential)/i);
  });
});

/** Takes the place of the world's own redirection, which is the last one. */
function redirectGit({ env, organisation }: World, url: string): NodeJS.ProcessEnv {
  const last = Number(env["GIT_CONFIG_COUNT"]) - 1;
  return {
    ...env,
    [`GIT_CONFIG_KEY_${last}`]: `url.${url}.insteadOf`,
    [`GIT_CONFIG_VALUE_${last}`]: `https://github.com/${organisation}/`,
  };
}

/** Controllers go on working on the Deployment that was scaled. */
function withoutReplicas(objects: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(objects).filter(([name]) => name !== "Deployment worker-service"));
}
