import { mkdir, mkdtemp, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { stringify } from "yaml";

import type { Client } from "../components/kubernetes/client.ts";
import { createClient } from "../components/kubernetes/client.ts";
import { connect } from "../components/kubernetes/connect.ts";
import { runOrFail } from "../test/support/command.ts";
import { createRepository } from "../test/support/repository.ts";
import type { Sandbox } from "../test/support/sandbox.ts";
import { readSandbox } from "../test/support/sandbox.ts";
import { createServiceAccount, writeKubeconfig } from "../test/support/service-account.ts";
import { down, environment, pushImages, status, up } from "../tools/sandbox/index.mjs";
import type { Fleet } from "./fleet.ts";
import type { Options } from "./options.ts";

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
  /** Of the stack's state file. */
  stateBytes(): Promise<number>;
  close(): Promise<void>;
}

/** Stack, and environment in the labels of objects. */
export const STACK = "bench";

const CHECKOUT = join(import.meta.dirname, "..");
const LINKS = ["components", "stacks", "node_modules", "package.json", "Pulumi.yaml"];

export async function prepareBed(fleet: Fleet, options: Options): Promise<Bed> {
  const folder = await mkdtemp(join(tmpdir(), "pulumi-gitops-bench-"));
  const sandboxFolder = join(folder, "sandbox");
  const close = async () => {
    await down(sandboxFolder);
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await up(sandboxFolder);
    return await fill(folder, sandboxFolder, fleet, options, close);
  } catch (error) {
    await close();
    throw error;
  }
}

async function fill(folder: string, sandboxFolder: string, fleet: Fleet, options: Options, close: Bed["close"]) {
  const sandbox = readSandbox(environment(sandboxFolder));
  const project = join(folder, "project");
  await makeProject(project, fleet, options);
  await Promise.all([pushImages(sandboxFolder, fleet.images), publish(folder, sandbox, fleet)]);
  const account = await createServiceAccount(sandbox.kubeconfig, "bench");
  const kubeconfig = await writeKubeconfig(join(folder, "kubeconfig"), sandbox, account.token);
  const env = environmentOf(sandbox, folder, kubeconfig, options);
  await runOrFail("pulumi", ["stack", "init", STACK, "--non-interactive"], { cwd: project, env });
  const client = createClient(await connect({ kind: "kubeconfig", path: sandbox.kubeconfig }, process.env));
  const processes = (await status(sandboxFolder)).flatMap(({ name, pid }) => (pid === undefined ? [] : [[name, pid]]));
  const stateFile = join(folder, "state", ".pulumi", "stacks", "gitops", `${STACK}.json`);
  return {
    ...{ sandbox, client, username: account.username, folder, project, env },
    controlPlane: Object.fromEntries(processes) as Readonly<Record<string, number>>,
    stateBytes: async () => (await stat(stateFile)).size,
    async close() {
      client.close();
      await close();
    },
  };
}

async function makeProject(project: string, fleet: Fleet, { wait }: Options): Promise<void> {
  const applications = join(project, "infra", "applications");
  for (const each of [applications, join(project, "..", "state")]) await mkdir(each, { recursive: true });
  for (const name of LINKS) await symlink(join(CHECKOUT, name), join(project, name));
  for (const { name, yaml } of fleet.applications) await writeFile(join(applications, `${name}.yaml`), yaml);
  await writeFile(join(project, `Pulumi.${STACK}.yaml`), stringify({ config: { "gitops:wait": wait } }));
}

async function publish(folder: string, sandbox: Sandbox, fleet: Fleet): Promise<void> {
  for (const name of fleet.repositories) {
    const members = fleet.applications.filter(({ repository }) => repository === name);
    const files = Object.assign({}, ...members.map((member) => member.files)) as Readonly<Record<string, string>>;
    const work = join(folder, "repositories", name);
    await createRepository({ sandbox, name: `my-org/${name}`, folder: work, files, branches: [] });
  }
}

function environmentOf(sandbox: Sandbox, folder: string, kubeconfig: string, options: Options): NodeJS.ProcessEnv {
  return {
    ...{ ...process.env, ...sandbox.env },
    ...{ HOME: join(folder, "home"), XDG_CACHE_HOME: join(folder, "cache"), KUBECONFIG: kubeconfig },
    ...{ PULUMI_HOME: join(folder, "home", ".pulumi"), PULUMI_BACKEND_URL: `file://${join(folder, "state")}` },
    ...{ NO_COLOR: "1", FORCE_COLOR: undefined },
    ...(options.checkpoints === "end" ? { PULUMI_SKIP_CHECKPOINTS: "true" } : {}),
  };
}
