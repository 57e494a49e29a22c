import { randomBytes } from "node:crypto";
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { parseDocument } from "yaml";

import type { AuditTrail } from "./audit.ts";
import { followAudit } from "./audit.ts";
import type { Run, RunOptions } from "./command.ts";
import { run, runOrFail } from "./command.ts";
import { readFixture } from "./fixture.ts";
import type { Images } from "./images.ts";
import { imagesOf } from "./images.ts";
import type { Deployment, Preview, ResourceState } from "./pulumi.ts";
import { outputsOf, parsePreview } from "./pulumi.ts";
import { previewArguments, UNATTENDED, upArguments } from "./pulumi-arguments.ts";
import { makePulumiHome } from "./pulumi-home.ts";
import type { Repository } from "./repository.ts";
import { createRepository } from "./repository.ts";
import type { Sandbox } from "./sandbox.ts";
import { readSandbox } from "./sandbox.ts";
import type { ServiceAccount } from "./service-account.ts";
import { createServiceAccount, writeKubeconfig } from "./service-account.ts";

export type Stack = "qa" | "production" | "gke";
export type Service = "api-service" | "scheduler-service" | "worker-service";

export const SERVICES: readonly Service[] = ["api-service", "scheduler-service", "worker-service"];

/** Of every image when a world begins: QA takes qa-v1.0.9, production v1.2.0. */
export const FIRST_TAGS = ["v1.1.0", "v1.2.0", "qa-v1.0.8", "qa-v1.0.9", "latest", "dev-x"] as const;

export interface WorldOptions {
  /** Stacks that are ready to be used. */
  readonly stacks: readonly Stack[];
  /** @default all three */
  readonly services?: readonly Service[];
  /** Changes to all Application files: text -> text. */
  readonly application?: (text: string) => string;
  readonly sandbox?: Sandbox;
}

/**
 * One team's own world on the shared sandbox: project folder, state, Git organisation, images, namespaces and a cluster
 * account, so that tests neither see nor disturb each other.
 */
export interface World {
  readonly sandbox: Sandbox;
  /** The project: symbolic links to the checkout's program, own copies of what a team edits. */
  readonly folder: string;
  /** In place of `my-org`, in Git and in the registry. */
  readonly organisation: string;
  readonly images: Images;
  /** The account with which `pulumi` reaches the cluster. */
  readonly account: ServiceAccount;
  readonly env: NodeJS.ProcessEnv;
  /** Environment and namespace of a stack, the same name. */
  nameOf(stack: Stack): string;
  repository(service: Service): Repository;
  imageOf(service: Service, tag: string): string;
  pulumi(args: readonly string[], options?: RunOptions): Promise<Run>;
  /** `pulumi up`, which also previews. */
  up(stack: Stack, args?: readonly string[], options?: RunOptions): Promise<Run>;
  preview(stack: Stack, args?: readonly string[], options?: RunOptions): Promise<Run>;
  previewJson(stack: Stack): Promise<Preview>;
  /** State of the Sync resource of every Application that has one. */
  syncs(stack: Stack): Promise<Readonly<Record<string, ResourceState>>>;
  exported(stack: Stack): Promise<Deployment>;
  /** The stack output: what is said of every Application. */
  statuses(stack: Stack): Promise<Readonly<Record<string, unknown>>>;
  /** As a person with a cluster administrator's rights; in the stack's namespace. @throws when it fails */
  kubectl(stack: Stack, args: readonly string[], options?: RunOptions): Promise<string>;
  /** What Pulumi's account asks of the API server from now on. */
  followAudit(): Promise<() => Promise<AuditTrail>>;
  /** Changes `Pulumi.<stack>.yaml`: `undefined` removes the key. */
  configure(stack: Stack, key: string, value: unknown): Promise<void>;
  /** Text of an Application file; `undefined` removes it. */
  writeApplication(name: string, text: string | undefined): Promise<void>;
  readApplication(name: string): Promise<string>;
  close(): Promise<void>;
}

const CHECKOUT = join(import.meta.dirname, "..", "..");
const LINKS = ["components", "stacks", "node_modules", "package.json", "Pulumi.yaml"];

export async function createWorld(options: WorldOptions): Promise<World> {
  const {
    stacks,
    services = SERVICES,
    application = (text: string) => text,
    sandbox = readSandbox(process.env),
  } = options;
  const id = randomBytes(4).toString("hex");
  const folder = await mkdtemp(join(tmpdir(), `world-${id}-`));
  const organisation = `org-${id}`;
  const ours = (text: string) => text.replaceAll("my-org", organisation);
  await makeProject(folder, services, (text) => application(ours(text)));
  const account = await createServiceAccount(sandbox.kubeconfig, `pulumi-${id}`);
  const kubeconfig = await writeKubeconfig(join(folder, "kubeconfig"), sandbox, account.token);
  const env = environmentOf(sandbox, folder, organisation, kubeconfig);
  const images = imagesOf(sandbox, organisation);
  const repositories = new Map(
    await Promise.all(services.map(async (service) => [service, await publish(service)] as const)),
  );
  const world = assemble();
  for (const stack of stacks) await initialise(stack);
  return world;

  async function publish(service: Service): Promise<Repository> {
    const files = Object.entries(await readFixture(service)).map(([path, text]) => [path, ours(text)] as const);
    const [repository] = await Promise.all([
      createRepository({
        ...{ sandbox, name: `${organisation}/${service}`, branches: ["develop"] },
        folder: join(folder, "repositories", service),
        files: Object.fromEntries(files),
      }),
      images.push(service, FIRST_TAGS),
    ]);
    return repository;
  }

  function nameOf(stack: Stack): string {
    return `${stack}-${id}`;
  }

  async function initialise(stack: Stack): Promise<void> {
    const document = parseDocument(await readFile(join(CHECKOUT, `Pulumi.${stack}.yaml`), "utf8"));
    // Somebody who uses this checkout with another passphrase has it here.
    document.delete("encryptionsalt");
    await writeFile(join(folder, `Pulumi.${stack}.yaml`), document.toString());
    await world.configure(stack, "gitops:environment", nameOf(stack));
    await world.configure(stack, "gitops:namespace", nameOf(stack));
    const { code, output } = await world.pulumi(["stack", "init", stack]);
    if (code !== 0) throw new Error(output);
  }

  function assemble(): World {
    const pulumi: World["pulumi"] = (args, runOptions = {}) =>
      run("pulumi", [...args, ...UNATTENDED], { cwd: folder, env, ...runOptions });
    const exported: World["exported"] = async (stack) =>
      JSON.parse((await pulumi(["stack", "export", `--stack=${stack}`])).stdout) as Deployment;
    return {
      ...{ sandbox, folder, organisation, images, account, env, nameOf, pulumi, exported },
      repository(service) {
        const repository = repositories.get(service);
        if (repository === undefined) throw new Error(`this world has no ${service}`);
        return repository;
      },
      imageOf: (service, tag) => `registry.example.com/${organisation}/${service}:${tag}`,
      up: (stack, args = [], runOptions) => pulumi(upArguments(stack, args), runOptions),
      preview: (stack, args = [], runOptions) => pulumi(previewArguments(stack, args), runOptions),
      previewJson: async (stack) => parsePreview(await pulumi(["preview", `--stack=${stack}`, "--json"])),
      async syncs(stack) {
        const resources = (await exported(stack)).deployment.resources ?? [];
        const syncs = resources.filter(({ type }) => type === "pulumi-nodejs:dynamic/gitops:Sync");
        const unfolded = syncs.map((sync) => ({ ...sync, outputs: { ...outputsOf(sync) } }));
        return Object.fromEntries(unfolded.map((sync) => [sync.outputs.application, sync]));
      },
      async statuses(stack) {
        const { stdout } = await pulumi(["stack", "output", "applications", `--stack=${stack}`, "--json"]);
        return JSON.parse(stdout) as Readonly<Record<string, unknown>>;
      },
      kubectl: (stack, args, runOptions = {}) =>
        runOrFail(
          "kubectl",
          [`--kubeconfig=${sandbox.kubeconfig}`, `--namespace=${nameOf(stack)}`, ...args],
          runOptions,
        ),
      followAudit: () => followAudit(sandbox.auditLog, account.username),
      async configure(stack, key, value) {
        const file = join(folder, `Pulumi.${stack}.yaml`);
        const document = parseDocument(await readFile(file, "utf8"));
        if (value === undefined) document.deleteIn(["config", key]);
        else document.setIn(["config", key], value);
        await writeFile(file, document.toString());
      },
      async writeApplication(name, text) {
        const file = join(folder, "infra", "applications", `${name}.yaml`);
        await (text === undefined ? rm(file) : writeFile(file, text));
      },
      readApplication: (name) => readFile(join(folder, "infra", "applications", `${name}.yaml`), "utf8"),
      async close() {
        const kubectl = (args: readonly string[]) => run("kubectl", [`--kubeconfig=${sandbox.kubeconfig}`, ...args]);
        await kubectl(["delete", "namespace", ...stacks.map(nameOf), "--ignore-not-found", "--wait=false"]);
        await account.remove();
        await rm(folder, { recursive: true, force: true });
      },
    };
  }
}

async function makeProject(
  folder: string,
  services: readonly Service[],
  edit: (text: string) => string,
): Promise<void> {
  for (const name of LINKS) await symlink(join(CHECKOUT, name), join(folder, name));
  await makePulumiHome(join(folder, "home", ".pulumi"));
  const applications = join(folder, "infra", "applications");
  for (const each of [applications, join(folder, "state"), join(folder, "home")])
    await mkdir(each, { recursive: true });
  for (const file of await readdir(join(CHECKOUT, "infra", "applications"))) {
    if (!services.some((service) => file === `${service}.yaml`)) continue;
    const text = await readFile(join(CHECKOUT, "infra", "applications", file), "utf8");
    await writeFile(join(applications, file), edit(text));
  }
}

function environmentOf(sandbox: Sandbox, folder: string, organisation: string, kubeconfig: string): NodeJS.ProcessEnv {
  const { GIT_CONFIG_COUNT = "0", ...inherited } = { ...process.env, ...sandbox.env };
  const next = Number(GIT_CONFIG_COUNT);
  return {
    ...inherited,
    HOME: join(folder, "home"),
    XDG_CACHE_HOME: join(folder, "cache"),
    KUBECONFIG: kubeconfig,
    PULUMI_HOME: join(folder, "home", ".pulumi"),
    PULUMI_BACKEND_URL: `file://${join(folder, "state")}`,
    PULUMI_CONFIG_PASSPHRASE: "a world of its own",
    PULUMI_CONTINUE_ON_ERROR: "true",
    PULUMI_PARALLEL: "1000",
    PULUMI_SKIP_UPDATE_CHECK: "true",
    NO_COLOR: "1",
    FORCE_COLOR: undefined,
    GIT_CONFIG_COUNT: String(next + 1),
    [`GIT_CONFIG_KEY_${next}`]: `url.${new URL(`${organisation}/`, sandbox.gitUrl).href}.insteadOf`,
    [`GIT_CONFIG_VALUE_${next}`]: `https://github.com/${organisation}/`,
  };
}
