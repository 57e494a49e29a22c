import { readFileSync } from "node:fs";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { stringify } from "yaml";

import type { Client } from "../components/kubernetes/client.ts";
import { createClient } from "../components/kubernetes/client.ts";
import { connect } from "../components/kubernetes/connect.ts";
import { runOrFail } from "../test/support/command.ts";
import { makePulumiHome } from "../test/support/pulumi-home.ts";
import type { Repository } from "../test/support/repository.ts";
import { createRepository } from "../test/support/repository.ts";
import type { Sandbox } from "../test/support/sandbox.ts";
import { readSandbox } from "../test/support/sandbox.ts";
import { createServiceAccount, writeKubeconfig } from "../test/support/service-account.ts";
import { down, environment, pushImages, status, up } from "../tools/sandbox/index.mjs";
import type { Fleet } from "./fleet.ts";
import type { Readings } from "./meters.ts";
import { ACCOUNT, createFlowSchema, readMeters } from "./meters.ts";
import type { Options } from "./options.ts";
import type { StateFile } from "./state-file.ts";
import { stateFile } from "./state-file.ts";

/** What is measured on: a control plane, Git, a registry and the project folder of a team, all of this run's own. */
export interface Bed {
  readonly sandbox: Sandbox;
  /** Of the bench itself: an administrator whose requests are not counted. */
  readonly client: Client;
  /** User of the CLI in the audit log. */
  readonly username: string;
  readonly folder: string;
  readonly project: string;
  /** Of the CLI. */
  readonly env: NodeJS.ProcessEnv;
  /** Processes of the control plane by name. */
  readonly controlPlane: Readonly<Record<string, number>>;
  readonly state: StateFile;
  /** Git repositories by name. */
  readonly repositories: ReadonlyMap<string, Repository>;
  meters(): Promise<Readings>;
  /** `my-org/app-0000:v1.3.0` */
  pushImage(reference: string): Promise<void>;
  close(): Promise<void>;
}

/** Exit code of a command that a signal ended, as shells have it. */
const INTERRUPTED = 130;

/** Stack, and environment in the labels of objects. */
export const STACK = "bench";

const CHECKOUT = join(import.meta.dirname, "..");
const LINKS = ["components", "stacks", "node_modules", "package.json", "Pulumi.yaml"];

const IMAGES_AT_ONCE = 100;

/** As a cluster has it: an autoscaler every two seconds, as in tests, would keep the API server busy. */
const AUTOSCALER_PERIOD = "15s";

export async function prepareBed(fleet: Fleet, options: Options): Promise<Bed> {
  process.env["SANDBOX_AUTOSCALER_PERIOD"] = AUTOSCALER_PERIOD;
  const folder = await mkdtemp(join(tmpdir(), "pulumi-gitops-bench-"));
  const sandboxFolder = join(folder, "sandbox");
  const remove = async () => {
    await down(sandboxFolder);
    await rm(folder, { recursive: true, force: true });
  };
  // A signal and the end of the run may both want it; the second only waits.
  let closing: Promise<void> | undefined;
  const close = () => (closing ??= remove());
  const stop = () => void close().finally(() => process.exit(INTERRUPTED));
  process.once("SIGINT", stop).once("SIGTERM", stop);
  try {
    await up(sandboxFolder);
    return await fill(folder, sandboxFolder, fleet, options, close);
  } catch (error) {
    // What went wrong first is what has to be told.
    await close().catch(() => undefined);
    throw error;
  }
}

async function fill(
  folder: string,
  sandboxFolder: string,
  fleet: Fleet,
  options: Options,
  close: Bed["close"],
): Promise<Bed> {
  const sandbox = readSandbox(environment(sandboxFolder));
  const project = join(folder, "project");
  await makeProject(project, fleet, options);
  const repositories = await publish(folder, sandbox, fleet);
  await pushAll(sandboxFolder, fleet.images);
  const account = await createServiceAccount(sandbox.kubeconfig, ACCOUNT);
  const kubeconfig = await writeKubeconfig(join(folder, "kubeconfig"), sandbox, account.token);
  const env = environmentOf(sandbox, folder, kubeconfig, options);
  await runOrFail("pulumi", ["stack", "init", STACK, "--non-interactive"], { cwd: project, env });
  const client = createClient(await connect({ kind: "kubeconfig", path: sandbox.kubeconfig }, process.env));
  await createFlowSchema(client);
  const processes = (await status(sandboxFolder)).flatMap(({ name, pid }) => (pid === undefined ? [] : [[name, pid]]));
  const admin = /token: (\S+)/.exec(readFileSync(sandbox.kubeconfig, "utf8"))?.[1] ?? "";
  return {
    ...{ sandbox, client, username: account.username, folder, project, env, repositories },
    controlPlane: Object.fromEntries(processes) as Readonly<Record<string, number>>,
    state: stateFile(join(folder, "state", ".pulumi", "stacks", "gitops", `${STACK}.json.gz`)),
    meters: () => readMeters(sandbox, admin),
    async pushImage(reference) {
      await pushImages(sandboxFolder, [reference]);
    },
    async close() {
      client.close();
      await close();
    },
  };
}

/** Some at a time, and once more where a busy machine took too long: a push that was done is done again at no cost. */
async function pushAll(sandboxFolder: string, images: readonly string[]): Promise<void> {
  for (let from = 0; from < images.length; from += IMAGES_AT_ONCE) {
    const some = images.slice(from, from + IMAGES_AT_ONCE);
    await pushImages(sandboxFolder, some).catch(() => pushImages(sandboxFolder, some));
  }
}

async function makeProject(project: string, fleet: Fleet, { wait }: Options): Promise<void> {
  const applications = join(project, "infra", "applications");
  for (const each of [applications, join(project, "..", "state")]) await mkdir(each, { recursive: true });
  await makePulumiHome(join(project, "..", "home", ".pulumi"));
  for (const name of LINKS) await symlink(join(CHECKOUT, name), join(project, name));
  for (const { name, yaml } of fleet.applications) await writeFile(applicationFile(project, name), yaml);
  await writeFile(join(project, `Pulumi.${STACK}.yaml`), stringify({ config: { "gitops:wait": wait } }));
}

/** Where the project keeps an Application. */
export function applicationFile(project: string, name: string): string {
  return join(project, "infra", "applications", `${name}.yaml`);
}

async function publish(folder: string, sandbox: Sandbox, fleet: Fleet): Promise<ReadonlyMap<string, Repository>> {
  const repositories = new Map<string, Repository>();
  for (const name of fleet.repositories) {
    const members = fleet.applications.filter(({ repository }) => repository === name);
    const files = Object.assign({}, ...members.map((member) => member.files)) as Readonly<Record<string, string>>;
    const work = join(folder, "repositories", name);
    const repository = await createRepository({ sandbox, name: `my-org/${name}`, folder: work, files, branches: [] });
    repositories.set(name, repository);
  }
  return repositories;
}

function environmentOf(sandbox: Sandbox, folder: string, kubeconfig: string, options: Options): NodeJS.ProcessEnv {
  return {
    ...{ ...process.env, ...sandbox.env },
    ...{ HOME: join(folder, "home"), XDG_CACHE_HOME: join(folder, "cache"), KUBECONFIG: kubeconfig },
    ...{ PULUMI_HOME: join(folder, "home", ".pulumi"), PULUMI_BACKEND_URL: `file://${join(folder, "state")}` },
    ...{ NO_COLOR: "1", FORCE_COLOR: undefined },
    ...{ PULUMI_ENABLE_LEGACY_REFRESH_DIFF: "true", PULUMI_DIY_BACKEND_GZIP: "true" },
    ...(options.checkpoints === "end" ? { PULUMI_SKIP_CHECKPOINTS: "true" } : {}),
  };
}
