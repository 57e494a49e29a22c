import { existsSync } from "node:fs";
import { isRunning } from "../setup/process.mjs";
import { componentNamed, components, portNames } from "./components.mjs";
import { newCredentials, writeKeys, writeTokens } from "./credentials.mjs";
import { exclusively, filesIn, makeFolder, readRecord, removeFolder, requireRecord, writeRecord } from "./folder.mjs";
import { choosePorts, isFree } from "./ports.mjs";
import { end, launch, waitReady } from "./processes.mjs";
import { writeRegistryClients } from "./registry.mjs";

/** Starts what does not run yet and returns when all of it is ready: the names of the components it started. */
export function up(dir) {
  return exclusively(dir, async () => {
    makeFolder(dir);
    const record = await newOrKept(dir);
    const stopped = components.filter((component) => !runs(record, component));
    const before = { ...record.processes };
    try {
      await startAll(dir, record);
    } catch (error) {
      // Nothing half-started is left behind; what ran before goes on.
      await endAll(record, stopped);
      writeRecord(dir, { ...record, processes: before });
      throw error;
    }
    return stopped.map(({ name }) => name);
  });
}

/** Ends everything. Removes the folder, unless `keep`: then the next `up` goes on with the same data. */
export function down(dir, { keep = false } = {}) {
  return exclusively(dir, async () => {
    const record = readRecord(dir);
    if (record === undefined) return;
    await endAll(record, components, { force: !keep });
    writeRecord(dir, record);
    if (!keep) removeFolder(dir);
  });
}

/** Ends one component at once, as a crash would, for tests of an outage. Its data and its port stay. */
export function stop(dir, name) {
  return exclusively(dir, () => stopOne(dir, requireRecord(dir), componentNamed(name)));
}

/** Starts one stopped component again, on the same port, and returns when it is ready. */
export function start(dir, name) {
  return exclusively(dir, () => startOne(dir, requireRecord(dir), componentNamed(name)));
}

export function restart(dir, name) {
  return exclusively(dir, async () => {
    const record = requireRecord(dir);
    await stopOne(dir, record, componentNamed(name));
    await startOne(dir, record, componentNamed(name));
  });
}

/** Each component as `{name, pid?, address, state}`, where state is running, unready or stopped; empty without a sandbox. */
export async function status(dir) {
  const record = readRecord(dir);
  if (record === undefined) return [];
  return Promise.all(
    components.map(async (component) => {
      const { name } = component;
      const address = component.address(record);
      if (!runs(record, component)) return { name, address, state: "stopped" };
      const state = (await component.ready(dir, record)) ? "running" : "unready";
      return { name, pid: record.processes[name].pid, address, state };
    }),
  );
}

async function newOrKept(dir) {
  const kept = readRecord(dir);
  const record = kept ?? { ports: {}, credentials: newCredentials(), processes: {} };
  if (!(await portsStillGood(record))) record.ports = await choosePorts(portNames);
  if (!existsSync(filesIn(dir).tokens)) {
    writeTokens(dir, record.credentials);
    writeKeys(dir);
  }
  writeRegistryClients(dir, record);
  writeRecord(dir, record);
  return record;
}

/** While anything runs its ports are the right ones; after `down --keep` somebody else may have taken one. */
async function portsStillGood(record) {
  if (components.some((component) => runs(record, component))) return true;
  const ports = portNames.map((name) => record.ports[name]);
  if (ports.includes(undefined)) return false;
  return (await Promise.all(ports.map(isFree))).every(Boolean);
}

/** Those that run already are waited for as well: they may have been started a moment ago by an interrupted `up`. */
async function startAll(dir, record) {
  const started = new Map();
  const begin = async (component) => {
    await Promise.all(component.after.map((name) => started.get(name)));
    await startOne(dir, record, component);
  };
  // `components` is ordered so that what a component starts after stands before it.
  for (const component of components) started.set(component.name, begin(component));
  const results = await Promise.allSettled(started.values());
  const failed = results.find(({ status }) => status === "rejected");
  if (failed !== undefined) throw failed.reason;
}

async function startOne(dir, record, component) {
  if (!runs(record, component)) {
    record.processes[component.name] = launch(dir, component.name, component.command(dir, record));
    writeRecord(dir, record);
  }
  await waitReady(dir, component.name, record.processes[component.name], () => component.ready(dir, record));
}

async function stopOne(dir, record, component) {
  await endAll(record, [component], { force: true });
  writeRecord(dir, record);
}

/** The last started goes first, so that nothing loses what it talks to. */
async function endAll(record, wanted, options) {
  for (const { name } of wanted.toReversed()) {
    const child = record.processes[name];
    if (child !== undefined) await end(child, options);
    delete record.processes[name];
  }
}

function runs(record, { name }) {
  const child = record.processes[name];
  return child !== undefined && isRunning(child);
}
