import pMap from "p-map";

import { parseJson } from "../exact-json.ts";
import type { Target } from "../kubernetes/client.ts";
import type { Applied } from "../manifest/applied.ts";
import type { DriftRules } from "../manifest/drift.ts";
import { isSuspect } from "../manifest/drift.ts";
import { leavesOf } from "../manifest/fields.ts";
import { hasHealth } from "../manifest/health.ts";
import type { Manifest, ObjectRef } from "../manifest/object.ts";
import { formatRef, parseRef, refOf } from "../manifest/object.ts";
import { ownershipOf } from "../manifest/ownership.ts";
import type { Cluster } from "./cluster.ts";
import type { IgnoreRulesOf } from "./ignore.ts";
import { needsDocuments, rulesByMetadata } from "./ignore.ts";
import type { Memory } from "./pack.ts";
import type { Snapshot, Tracked } from "./snapshot.ts";
import { targetOf } from "./target.ts";

/** How many single objects are read at once; the bulk goes through one LIST a kind. */
const READS_AT_ONCE = 16;

export interface Observation {
  /** Objects as they are now. Unsuspected ones may hold metadata only; suspects are always whole. */
  readonly live: ReadonlyMap<string, Manifest>;
  /** Keys of `live` that need the field-by-field comparison. */
  readonly suspects: ReadonlySet<string>;
  /** Objects tracked for this Application that it does not know: left by a run that was cut short, or put there by hand. */
  readonly strays: readonly Manifest[];
}

export interface Subject {
  readonly environment: string;
  readonly application: string;
  /** Of the destination: where something may be that the inventory does not name. */
  readonly namespace: string;
  readonly inventory: readonly string[];
  readonly memory: Memory;
  readonly rules: DriftRules;
  readonly ignoreRulesOf: IgnoreRulesOf;
}

/** Looks at everything one Application owns: the shared LISTs first, then single reads for what they leave open. */
export async function observe(cluster: Cluster, snapshot: Snapshot, subject: Subject): Promise<Observation> {
  const known = new Map(subject.inventory.map((text) => [text, parseRef(text)]));
  const listed = await listKinds(snapshot, [...known.values()], subject);
  const unlisted = [...known].filter(([text]) => !listed.has(text));
  const found = await readAll(cluster, unlisted, subject.memory);
  const metadata = new Map([...[...listed].filter(([text]) => known.has(text)), ...found]);
  const suspects = new Set(
    [...metadata].filter(([text, object]) => isQuestionable(text, object, subject)).map(([text]) => text),
  );
  const toRead = [...known].filter(([text]) => suspects.has(text) && !found.has(text));
  const whole = await readAll(cluster, toRead, subject.memory);
  const vanished = new Set(toRead.map(([text]) => text).filter((text) => !whole.has(text)));
  const live = new Map([...metadata, ...whole].filter(([text]) => !vanished.has(text)));
  return { live, suspects, strays: straysIn(listed, known, live, subject) };
}

/** Everything tracked for an Application, of the kinds that it has. */
export async function listKinds(
  snapshot: Snapshot,
  refs: readonly ObjectRef[],
  subject: Whose,
): Promise<Map<string, Manifest>> {
  const kinds = new Map(refs.map((ref) => [`${ref.group}/${ref.kind}`, ref]));
  const tracked = trackedFor(subject);
  const lists = await Promise.all([...kinds.values()].map(({ group, kind }) => snapshot.objects(group, kind, tracked)));
  return new Map(lists.flatMap((objects) => objects ?? []).map((object) => [formatRef(refOf(object)), object]));
}

type Whose = Pick<Subject, "application" | "namespace" | "inventory">;

/** Whose objects are looked for, and where. */
export function trackedFor({ application, namespace, inventory }: Whose): Tracked {
  const namespaces = new Set([namespace, ...inventory.map((text) => parseRef(text).namespace)]);
  return { application, namespaces: [...namespaces].filter((name) => name !== "") };
}

function isQuestionable(text: string, object: Manifest, { memory, rules, ignoreRulesOf }: Subject): boolean {
  const applied: Applied | undefined = memory.applied[text];
  if (applied === undefined) return false;
  const ignore = ignoreRulesOf(refOf(object));
  if (ignore?.digest !== applied.ignored?.rules) return true;
  if (ignore === undefined) return isSuspect(object, applied, rules);
  const own = rulesByMetadata(rules, ignore, object);
  return isSuspect(object, applied, own) || (!needsDocuments(ignore) && hasReturned(object, applied, own));
}

/** What we left to a manager is ours to state again when that manager has let go of it. */
function hasReturned(object: Manifest, { ignored }: Applied, { exempt }: DriftRules): boolean {
  return leavesOf(ignored?.left ?? {}).some((path) => !exempt(path, refOf(object)));
}

async function readAll(
  { client }: Cluster,
  refs: readonly (readonly [string, ObjectRef])[],
  memory: Memory,
): Promise<Map<string, Manifest>> {
  const read = async ([text, ref]: readonly [string, ObjectRef]) => {
    const object = (await client.get(versioned(text, ref, memory))) as Manifest | undefined;
    return object === undefined ? [] : [[text, object] as const];
  };
  return new Map((await pMap(refs, read, { concurrency: READS_AT_ONCE })).flat());
}

function versioned(text: string, ref: ObjectRef, memory: Memory): Target {
  const manifest = memory.manifests[text];
  return manifest === undefined ? ref : targetOf(parseJson(manifest) as Manifest);
}

function straysIn(
  listed: ReadonlyMap<string, Manifest>,
  known: ReadonlyMap<string, ObjectRef>,
  live: ReadonlyMap<string, Manifest>,
  subject: Subject,
): readonly Manifest[] {
  const uids = new Set([...live.values()].map(({ metadata }) => metadata.uid));
  return [...listed.entries()]
    .filter(([text, object]) => !known.has(text) && !uids.has(object.metadata.uid))
    .map(([, object]) => object)
    .filter(
      (object) => object.metadata.deletionTimestamp === undefined && ownershipOf(object, subject).state === "own",
    );
}

/** Whether `assess` can be asked about an object that came out of a LIST. */
export function isWhole(object: Manifest): boolean {
  return hasHealth(refOf(object));
}
