import { afterAll, afterEach, beforeAll, describe, expect, it } from "@jest/globals";
import type { ChildProcess } from "node:child_process";
import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

import type { Client } from "../../components/kubernetes/client.ts";
import { createClient } from "../../components/kubernetes/client.ts";
import { connect } from "../../components/kubernetes/connect.ts";
import type { Cluster } from "../../components/sync/cluster.ts";
import { openCluster } from "../../components/sync/cluster.ts";
import { leaseTarget } from "../../components/sync/lease-record.ts";
import { withLease } from "../../components/sync/leases.ts";
import { takeLease } from "../../components/sync/take-lease.ts";
import { run, runOrFail } from "../support/command.ts";
import { waitFor } from "../support/wait-for.ts";

// Several runs on one environment: processes of their own, which write a ConfigMap for as long as they have the Lease.

interface Said {
  readonly event?: "taken" | "wrote" | "released" | "stopped";
  readonly told?: string;
  readonly message?: string;
}

interface Holder {
  readonly child: ChildProcess;
  readonly said: readonly Said[];
  /** Resolves with the first such event from now on. */
  heard(event: Said["event"]): Promise<Said>;
}

const PROGRAM = join(import.meta.dirname, "..", "support", "lease-holder.ts");
const namespace = `lease-${randomUUID().slice(0, 8)}`;
const children: ChildProcess[] = [];
let cluster: Cluster;
let client: Client;

beforeAll(async () => {
  cluster = await openCluster({ kind: "kubeconfig" });
  client = cluster.client;
  await client.create({ apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } }, { manager: "test" });
});
afterEach(() => children.splice(0).forEach((child) => child.kill("SIGKILL")));
afterAll(async () => {
  const target = { group: "", kind: "Namespace", namespace: "", name: namespace };
  const uid = (await client.get(target))?.metadata.uid ?? "";
  await client.remove(target, { uid, propagation: "Background" });
});

function start(environment: string, seconds = 2): Holder {
  const node = ["--disable-warning=ExperimentalWarning", PROGRAM, environment, namespace, String(seconds)];
  const child = spawn(process.execPath, node, { stdio: ["pipe", "pipe", "inherit"] });
  children.push(child);
  const said: Said[] = [];
  createInterface({ input: child.stdout }).on("line", (line) => said.push(JSON.parse(line) as Said));
  const heard = (event: Said["event"]) => {
    const from = said.length;
    return waitFor(`a process to say ${event}`, () => said.slice(from).find((each) => each.event === event));
  };
  return { child, said, heard };
}

const newEnvironment = () => `lease-${randomUUID().slice(0, 8)}`;
const specOf = async (environment: string) =>
  (await client.get(leaseTarget({ environment })))?.["spec"] as Record<string, unknown>;
const writer = async () => {
  const target = { group: "", kind: "ConfigMap", namespace, name: "written" };
  return ((await client.get(target))?.["data"] as { readonly by: string }).by;
};

describe("the Lease of an environment", () => {
  it("is made on first use, says who has it without a secret, and is given back", async () => {
    const environment = newEnvironment();
    const { child, heard } = start(environment);
    await heard("wrote");
    expect(await specOf(environment)).toMatchObject({
      holderIdentity: expect.stringMatching(new RegExp(`^.+@.+, pid ${child.pid}, started \\S+Z, [0-9a-f]{8}$`)),
      leaseDurationSeconds: 2,
      leaseTransitions: 0,
    });
    child.stdin!.end();
    await heard("released");
    expect(await specOf(environment)).toMatchObject({ holderIdentity: "" });
    await start(environment).heard("wrote");
    expect(await specOf(environment)).toMatchObject({ leaseTransitions: 1 });
  });

  it("carries no mark of ownership, so that nothing lists, prunes or heals it", async () => {
    const environment = newEnvironment();
    await start(environment).heard("taken");
    const { metadata } = (await client.get(leaseTarget({ environment })))!;
    expect(metadata.labels).toBeUndefined();
    expect(Object.keys(metadata.annotations ?? {})).toEqual(["pulumi-gitops.dev/holds"]);
  });

  it("keeps a second run from writing anything, and tells it who writes and since when", async () => {
    const environment = newEnvironment();
    const first = start(environment);
    await first.heard("wrote");
    const second = start(environment);
    const { message } = await second.heard("stopped");
    expect(message).toMatch(
      new RegExp(`^${environment} is being deployed by .*pid ${first.child.pid}, .*since 20\\S+Z; nothing was written`),
    );
    expect(second.said.filter(({ event }) => event === "wrote")).toEqual([]);
    await first.heard("wrote");
  });

  it("lets exactly one of many have it that come at once", async () => {
    const environment = newEnvironment();
    const holders = Array.from({ length: 4 }, () => start(environment));
    await waitFor("all but one to give up", () => {
      const ended = holders.filter(({ said }) => said.some(({ event }) => event === "stopped"));
      return ended.length === holders.length - 1;
    });
    expect(holders.filter(({ said }) => said.some(({ event }) => event === "wrote"))).toHaveLength(1);
  });

  it("is taken over from a run that was killed, once that has been silent for as long as it promised", async () => {
    const environment = newEnvironment();
    const dead = start(environment);
    await dead.heard("wrote");
    dead.child.kill("SIGKILL");
    const heir = start(environment);
    await heir.heard("wrote");
    const told = heir.said.flatMap((each) => each.told ?? []);
    expect(told[0]).toMatch(/is held by .*: waiting 2 s for a sign of life$/);
    expect(told.at(-1)).toMatch(
      new RegExp(`^took ${environment} over from .*pid ${dead.child.pid}, .*, who gave no sign of life for 2 s$`),
    );
    expect(await specOf(environment)).toMatchObject({ leaseTransitions: 1 });
  });

  it("stops a run that was stopped meanwhile before its next write, and that run says to whom it lost", async () => {
    const environment = newEnvironment();
    const stopped = start(environment);
    await stopped.heard("wrote");
    stopped.child.kill("SIGSTOP");
    const heir = start(environment);
    await heir.heard("wrote");
    const wrote = stopped.said.length;
    stopped.child.kill("SIGCONT");
    const { message } = await stopped.heard("stopped");
    expect(message).toMatch(
      new RegExp(`^this run may not write to ${environment} any more .*now held by .*pid ${heir.child.pid},`),
    );
    // What it had under way when it was stopped may still have been answered.
    expect(stopped.said.slice(wrote).filter(({ event }) => event === "wrote").length).toBeLessThanOrEqual(1);
    await heir.heard("wrote");
    expect(await writer()).toBe(String(heir.child.pid));
  });

  it("is renewed by a run that was stopped and resumed when nobody wanted it meanwhile", async () => {
    const environment = newEnvironment();
    const { child, heard } = start(environment, 1);
    await heard("wrote");
    const { renewTime } = await specOf(environment);
    child.kill("SIGSTOP");
    // Somebody looks, and does not take it.
    await waitFor("the Lease to run out", () => Date.now() - Date.parse(String(renewTime)) > 2000);
    child.kill("SIGCONT");
    await heard("wrote");
    expect(await specOf(environment)).toMatchObject({ leaseTransitions: 0 });
  });

  it("stops a run whose Lease somebody has deleted", async () => {
    const environment = newEnvironment();
    const { heard } = start(environment);
    await heard("wrote");
    const { metadata } = (await client.get(leaseTarget({ environment })))!;
    await client.remove(leaseTarget({ environment }), { uid: metadata.uid!, propagation: "Background" });
    expect((await heard("stopped")).message).toMatch(/somebody deleted its coordination.k8s.io\/Lease default\//);
  });
});

describe("a run without the right to the Lease", () => {
  const user = `deployer-${randomUUID().slice(0, 8)}`;
  const report = { status: () => undefined, info: () => undefined, warning: () => undefined };
  const flags = ["--namespace=default"];
  let limited: Cluster;
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "lease-test-"));
    const text = (await readFile(process.env["KUBECONFIG"]!, "utf8")).replaceAll(
      /^ +user:\n( +)/gm,
      `$&as: ${user}\n$1`,
    );
    await writeFile(join(folder, "kubeconfig"), text, { mode: 0o600 });
    const connection = await connect({ kind: "kubeconfig", path: join(folder, "kubeconfig") }, process.env);
    limited = { client: createClient(connection), id: user };
  });
  afterAll(async () => {
    limited.client.close();
    await rm(folder, { recursive: true });
    await run("kubectl", [...flags, "delete", "role,rolebinding", user, "--ignore-not-found"]);
  });

  async function grant(...verbs: readonly string[]): Promise<void> {
    const role = ["role", user, ...verbs.map((verb) => `--verb=${verb}`), "--resource=leases.coordination.k8s.io"];
    await run("kubectl", [...flags, "delete", "role,rolebinding", user, "--ignore-not-found"]);
    await runOrFail("kubectl", [...flags, "create", ...role]);
    await runOrFail("kubectl", [...flags, "create", "rolebinding", user, `--role=${user}`, `--user=${user}`]);
  }

  it.each([
    ["get", ["create", "patch"]],
    ["create", ["get", "patch"]],
    ["patch", ["get", "create"]],
  ])("writes nothing when it lacks the verb %s, and names the verbs it needs", async (verb, granted) => {
    await grant(...granted);
    const environment = newEnvironment();
    if (verb === "patch") await (await takeLease({ client, environment, holder: "before", report })).release();
    let isWritten = false;
    const work = () => withLease(limited, environment, report, () => Promise.resolve((isWritten = true)));
    await expect(work()).rejects.toMatchObject({
      code: "Forbidden",
      message: expect.stringMatching(
        new RegExp(`cannot ${verb} resource "leases".*needs the verbs get, create and patch on leases`),
      ),
    });
    expect(isWritten).toBe(false);
  });

  it("needs no other right than get, create and patch", async () => {
    await grant("get", "create", "patch");
    const environment = newEnvironment();
    await withLease(limited, environment, report, () => Promise.resolve("written"));
    await waitFor("the release", async () => (await specOf(environment))["holderIdentity"] === "");
  });
});

describe("one process", () => {
  const report = { status: () => undefined, info: () => undefined, warning: () => undefined };

  it("takes the Lease once, however many Applications write, and gives it back after the last", async () => {
    const environment = newEnvironment();
    const seen: unknown[] = [];
    const work = () =>
      withLease(cluster, environment, report, async () => seen.push((await specOf(environment))["acquireTime"]));
    await Promise.all([work(), work(), work()]);
    await work();
    expect(new Set(seen).size).toBe(1);
    await waitFor("the release", async () => (await specOf(environment))["holderIdentity"] === "");
    await work();
    expect(await specOf(environment)).toMatchObject({ leaseTransitions: 1 });
  });

  it("that was refused once is refused until it ends, so that no run is done by halves", async () => {
    const environment = newEnvironment();
    const other = await takeLease({ client, environment, holder: "somebody else", report, durationSeconds: 3 });
    const work = () => withLease(cluster, environment, report, () => Promise.resolve("written"));
    await expect(work()).rejects.toMatchObject({ code: "Refused" });
    await other.release();
    await expect(work()).rejects.toThrow(/is being deployed by somebody else, since/);
  });
});
