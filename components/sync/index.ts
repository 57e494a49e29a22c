import { causeOf } from "../error.ts";
import { isList, isMembers } from "../manifest/json.ts";
import type { CheckedInputs, ProgramInputs, RegisteredInputs } from "../sync.protocol.ts";
import { unfoldDesired } from "../sync.protocol.ts";
import type { StoredInputs } from "../sync.state.ts";
import { foldInputs, unfoldInputs } from "../sync.state.ts";
import { noteAssignments } from "./assignments.ts";
import { check } from "./check.ts";
import { remove } from "./delete.ts";
import type { DiffAnswer } from "./diff.ts";
import { diff } from "./diff.ts";
import { keepIgnored } from "./keep-ignored.ts";
import { announce } from "./members.ts";
import { read } from "./read.ts";
import type { Handed, SyncRecord } from "./record.ts";
import { openRecord, resealRecord, sealRecord } from "./record.ts";
import type { Remembered } from "./remembered.ts";
import { recall, rememberedOf } from "./remembered.ts";
import { announceReplaced, refuseMoved } from "./replaced.ts";
import { reportTo } from "./report.ts";
import type { RosterInputs } from "./roster.ts";
import { checkRosterInputs } from "./roster.ts";
import { skip } from "./skip.ts";
import { learnSecrets, scrub } from "./scrub.ts";
import type { Synced } from "./update.ts";
import { update } from "./update.ts";
import { closedWindow, isAboutWindow } from "./window.ts";

/** What the engine adds to every bag of properties: the delegate's own text. */
interface Carrier {
  readonly __provider?: string;
}

/** Applications that this process has compared with the cluster; with what is remembered where the engine was left its own inputs. */
const wasRead = new Map<string, Remembered | undefined>();
/** URNs of those whose closed window this process has told of. */
const wasTold = new Set<string>();

/** The six methods of the Sync resource, as the engine calls them in the provider process. */
export const sync = {
  check: (stored: Partial<StoredInputs>, registered: RegisteredInputs) =>
    answer(async () => {
      const news = unfoldDesired(registered);
      const olds = recall(unfoldInputs(stored), wasRead.get(idOf(news)));
      learnSecrets(news);
      const refusal = refuseMoved(olds);
      if (refusal !== undefined) return { inputs: news, failures: [{ property: "cluster", reason: refusal }] };
      if (news.assignments !== undefined) noteAssignments(news.environment, news.assignments);
      const { inputs, warnings, notes } = check(olds, news);
      for (const sentence of warnings) reportTo(news.resourceUrn).warning(sentence);
      for (const sentence of notes) reportTo(news.resourceUrn).info(sentence);
      // What is new is created without a diff.
      if (olds.claim === undefined && news.hold === undefined) tellClosed(news);
      return { inputs: foldInputs("claim" in inputs ? await keepIgnored(olds, inputs) : inputs) };
    }),

  diff: (_id: string, handed: Handed, stored: StoredInputs): Promise<DiffAnswer> =>
    answer(async () => {
      const news = unfoldInputs(stored);
      const olds = openRecord(handed);
      const found = await diff(olds, news, { wasRead: wasRead.has(idOf(news)), look: () => lookNow(olds) });
      if (found.changes !== false) tellClosed(news);
      return found;
    }),

  create: (stored: StoredInputs & Carrier) =>
    answer(async () => {
      const inputs = unfoldInputs(stored);
      learnSecrets(inputs);
      const id = idOf(inputs);
      if (inputs.skipped === true) return { id, outs: await sealRecord(await skip(inputs), inputs) };
      if (inputs.hold !== undefined) throw new Error(`not deployed: ${inputs.hold}`);
      const record = await recordOf(id, inputs, await update(inputs, undefined, reportTo(inputs.resourceUrn)));
      warn(record, toldOf(inputs));
      return { id, outs: await sealRecord(record, inputs) };
    }),

  read: (id: string, handed: Handed) =>
    answer(async () => {
      const olds = openRecord(handed);
      learnSecrets(olds);
      const { outputs: seen, inputs } = await read(olds);
      const record = scrubbed(seen);
      wasRead.set(id, inputs === undefined ? rememberedOf(seen) : undefined);
      // Whether it is still closed is said where there is something to do.
      warn(record, record.conditions.filter(isAboutWindow));
      if (inputs === undefined) return { id, props: await resealRecord(record, handed) };
      return {
        id,
        props: await sealRecord(record, inputs),
        inputs: foldInputs({ ...inputs, health: scrub(inputs.health) }),
      };
    }),

  update: (id: string, handed: Handed, stored: StoredInputs & Carrier) =>
    answer(async () => {
      const news = unfoldInputs(stored);
      learnSecrets(news);
      const olds = openRecord(handed);
      const record = await recordOf(id, news, await update(news, olds, reportTo(news.resourceUrn)));
      warn(record, [...olds.conditions, ...toldOf(news)]);
      return { outs: await sealRecord(record, news) };
    }),

  delete: (_id: string, handed: Handed) =>
    answer(() => {
      const olds = openRecord(handed);
      return remove(olds, reportTo(olds.resourceUrn));
    }),
};

/** The roster lives in the state only; what matters is what its `check` refuses. */
export const roster = {
  check: (olds: Partial<RosterInputs>, news: RosterInputs) =>
    answer(() => {
      const { replacedClusters = {}, ...kept } = news;
      const { elsewhere, ...shard } = news.shard ?? { elsewhere: [], index: 1, count: 1 };
      announce(news.environment, Object.keys(news.applications), elsewhere, shard);
      announceReplaced(news.environment, replacedClusters);
      const { failures, orphaned, handedOver } = checkRosterInputs(olds, news);
      if (handedOver.length > 0)
        reportTo("").warning(
          `${handedOver.join(", ")}: another shard deploys this from now on; nothing of it is deleted`,
        );
      for (const name of orphaned)
        reportTo("").warning(
          `${name} is gone from Git and has no resources finalizer: its objects stay in the cluster`,
        );
      return Promise.resolve({ inputs: kept, failures });
    }),
  diff: (_id: string, olds: RosterInputs, news: RosterInputs) =>
    Promise.resolve(isSame(olds, news) ? { changes: false } : {}),
  create: (inputs: RosterInputs) => Promise.resolve({ id: inputs.environment, outs: inputs }),
  read: (id: string, props: RosterInputs) => Promise.resolve({ id, props }),
  update: (_id: string, _olds: RosterInputs, news: RosterInputs) => Promise.resolve({ outs: news }),
  delete: () => Promise.resolve(),
};

function isSame(olds: RosterInputs, news: RosterInputs): boolean {
  const told = ({ applications, shard }: RosterInputs) => JSON.stringify([applications, shard]);
  return told(olds) === told(news);
}

function idOf({ environment, application }: { readonly environment: string; readonly application: string }): string {
  return `${environment}/${application}`;
}

/** That a window is closed is said where there is something to do, in a preview as well, and once: the engine asks more often. */
function tellClosed({ resourceUrn, policy }: ProgramInputs | CheckedInputs): void {
  const closed = closedWindow(policy);
  if (closed === undefined || wasTold.has(resourceUrn)) return;
  wasTold.add(resourceUrn);
  reportTo(resourceUrn).warning(`nothing of it is changed now: ${closed}`);
}

function toldOf({ policy }: CheckedInputs): readonly string[] {
  const closed = closedWindow(policy);
  return closed === undefined ? [] : [closed];
}

/** @param known what has been said already */
function warn({ resourceUrn, conditions }: SyncRecord, known: readonly string[] = []): void {
  const news = conditions.filter((sentence) => !known.includes(sentence));
  for (const sentence of news) reportTo(resourceUrn).warning(sentence);
}

/** Under `--refresh=false` nothing was read, so drift is looked for here and said in words. */
async function lookNow(olds: SyncRecord): Promise<readonly string[]> {
  const { outputs, inputs } = await read(olds);
  const refusal = refuseMoved(inputs ?? {});
  if (refusal !== undefined) throw new Error(refusal);
  const { drift, driftStays, conditions } = outputs;
  const sentences = driftStays === true ? conditions : drift.map((sentence) => `drift: ${sentence}`);
  for (const sentence of sentences) reportTo(olds.resourceUrn).warning(sentence);
  return driftStays === true ? [] : drift;
}

/** The engine keeps the state of a failed sync only when the error carries it. */
async function recordOf(id: string, inputs: CheckedInputs & Carrier, { outputs, error }: Synced): Promise<SyncRecord> {
  if (error === undefined) return scrubbed(outputs);
  const kept = await sealRecord(scrubbed(outputs), inputs);
  const properties = plain({ ...kept, __provider: inputs.__provider });
  throw Object.assign(new Error(causeOf(error)), { id, properties, reasons: [scrub(causeOf(error))] });
}

/** What is said of an Application may quote what the cluster said. */
function scrubbed(outputs: SyncRecord): SyncRecord {
  const { conditions, drift, health } = outputs;
  return { ...outputs, conditions: conditions.map(scrub), drift: drift.map(scrub), health: scrub(health) };
}

/** What the engine understands of an error: the state to keep, if any. Anything else, such as a code, it misreads. */
interface KeptState {
  readonly id?: string;
  readonly properties?: unknown;
  readonly reasons?: readonly string[];
}

/** The engine's wire format takes plain JSON only, and prints the stack of whatever is thrown. */
async function answer<T>(work: () => Promise<T>): Promise<T> {
  try {
    return plain(await work());
  } catch (error) {
    const { id, properties, reasons } = error as KeptState;
    const silent = new Error(scrub(causeOf(error)));
    silent.stack = "";
    throw id === undefined ? silent : Object.assign(silent, { id, properties, reasons });
  }
}

/** Leaves out undefined members, as JSON does. Long texts are not copied, as going through JSON would. */
function plain<T>(value: T): T {
  if (isList(value)) return value.map(plain) as T;
  if (!isMembers(value)) return value;
  const present = Object.entries(value).filter(([, member]) => member !== undefined);
  return Object.fromEntries(present.map(([name, member]) => [name, plain(member)])) as T;
}
