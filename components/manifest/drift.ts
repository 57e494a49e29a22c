import { appliedAt } from "./applied.ts";
import type { Applied } from "./applied.ts";
import { carry } from "./carry.ts";
import type { FieldChange } from "./change.ts";
import {
  concerns,
  formatPath,
  hashFields,
  holds,
  filterFields,
  holdsBelow,
  isOwnEntry,
  leavesOf,
  nodeAt,
  ownEntry,
  unionFields,
  valueAt,
  withValueAt,
} from "./fields.ts";
import type { FieldPath, FieldsV1, ManagedFieldsEntry } from "./fields.ts";
import type { Ignored } from "./ignored.ts";
import { isWithin } from "./ignored.ts";
import { isList, isMembers, sameJson } from "./json.ts";
import { refOf } from "./object.ts";
import type { Json, Manifest, ObjectRef } from "./object.ts";
import { personEntries, personFields, personLeaves } from "./people.ts";
import type { DriftRules } from "./rules.ts";

export { formatChange } from "./change.ts";
export type { FieldChange } from "./change.ts";
export { absorbPersons, personEntries, personFields } from "./people.ts";
export { DEFAULT_PEOPLE, defaultExempt } from "./rules.ts";
export type { DriftRules, Managers } from "./rules.ts";

export interface Drift {
  readonly changes: readonly FieldChange[];
  /** The manifest as the cluster has it: equal to the desired one, by identity, when there is no change. */
  readonly shown: Manifest;
}

interface Place {
  readonly path: FieldPath;
  readonly by: readonly ManagedFieldsEntry[];
}

/**
 * Whether an object has to be read in full: it was made anew, our entry in managedFields is not what the API server answered to our apply,
 * or a person owns a field that is not ours. Needs metadata only. False proves that there is no drift, true does not prove drift.
 */
export function isSuspect(metadata: Manifest, applied: Applied, rules: DriftRules): boolean {
  if (applied.fieldsHash === "" || metadata.metadata.uid !== applied.uid) return true;
  const own = ownEntry(metadata.metadata.managedFields, rules.manager)?.fieldsV1;
  if (own === undefined) return true;
  if (hashFields(own) !== applied.fieldsHash && !isSameBesides(own, applied.fields, refOf(metadata), rules))
    return true;
  return personFields(metadata, rules).length > 0;
}

/** Somebody else may have taken over what is exempt. */
function isSameBesides(own: FieldsV1, applied: FieldsV1, ref: ObjectRef, { exempt }: DriftRules): boolean {
  const [ours, then] = [own, applied].map((fields) => filterFields(fields, (path) => !exempt(path, ref)));
  return ours !== undefined && then !== undefined && hashFields(ours) === hashFields(then);
}

/**
 * Compares a live object with what the API server answered to our apply, over the fields we own, and adds what persons put there. What
 * controllers wrote beside our fields is no drift.
 */
export function findDrift(manifest: Manifest, applied: Applied, live: Manifest, rules: DriftRules): Drift {
  const { ignored } = rules;
  if (ignored === undefined) return compare(manifest, applied, live, rules);
  const known = withoutIgnored(manifest, withLeft(applied, refOf(manifest), rules), ignored);
  return compare(manifest, known, carry(live, manifest, ignored.live, ignored.desired), rules);
}

/** What was left to others and is not ignored any more has to be compared as well. */
function withLeft(applied: Applied, ref: ObjectRef, { exempt }: DriftRules): Applied {
  const left = filterFields(applied.ignored?.left ?? {}, (path) => !exempt(path, ref));
  return { ...applied, fields: unionFields(applied.fields, left) };
}

/** In a value that we own as a whole, part of it may be ignored: there both sides have what Git states. */
function withoutIgnored(manifest: Manifest, applied: Applied, { desired }: Ignored): Applied {
  const around = leavesOf(applied.fields).filter((leaf) => desired.some((path) => isWithin(path, leaf)));
  const values = around.flatMap((leaf) => {
    const text = formatPath(leaf);
    const answered = applied.values[text];
    if (answered === undefined) return [];
    return [
      [text, valueAt(carry(withValueAt(manifest, leaf, answered), manifest, desired, desired), leaf) ?? null] as const,
    ];
  });
  return values.length === 0 ? applied : { ...applied, values: { ...applied.values, ...Object.fromEntries(values) } };
}

function compare(manifest: Manifest, applied: Applied, live: Manifest, rules: DriftRules): Drift {
  const own = byPath(ownChanges(manifest, applied, live, rules));
  const added = byPath(additions(manifest, applied, live, rules));
  // A field of ours that changed as a whole shows all that is in it.
  const outside = added
    .entries()
    .filter(([, { path }]) => !prefixesOf(path).some((around) => own.has(formatPath(around))));
  const distinct = new Map([...own, ...outside]);
  const changes = distinct.entries().map(([path, place]) => changeAt(path, place, manifest, live));
  const shown = distinct.values().reduce((text, { path }) => withValueAt(text, path, valueAt(live, path)), manifest);
  return { changes: [...changes], shown };
}

function byPath(places: readonly Place[]): ReadonlyMap<string, Place> {
  return new Map(places.map((place) => [formatPath(place.path), place]));
}

function prefixesOf(path: FieldPath): readonly FieldPath[] {
  return path.map((_, index) => path.slice(0, index + 1));
}

function changeAt(path: string, { path: at, by }: Place, manifest: Manifest, live: Manifest): FieldChange {
  const managers = [...new Set(by.map(({ manager }) => manager))].join(", ");
  const change = { path, live: valueAt(live, at), desired: valueAt(manifest, at) };
  // Nobody is known to have removed a value.
  return managers === "" || change.live === undefined ? change : { ...change, by: managers };
}

function ownChanges(manifest: Manifest, applied: Applied, live: Manifest, rules: DriftRules): readonly Place[] {
  const ref = refOf(manifest);
  const changed = leavesOf(applied.fields).filter(
    (path) => !rules.exempt(path, ref) && differs(manifest, applied, live, path),
  );
  const others = (live.metadata.managedFields ?? []).filter(
    (entry) => !isOwnEntry(entry, rules.manager) && entry.subresource !== "status",
  );
  return changed.map((leaf) => {
    const path = topmostAbsent(manifest, live, leaf);
    return { path, by: others.filter(({ fieldsV1 = {} }) => concerns(fieldsV1, path)) };
  });
}

function differs(manifest: Manifest, applied: Applied, live: Manifest, path: FieldPath): boolean {
  const found = valueAt(live, path);
  if (sameJson(found, appliedAt(manifest, applied, path))) return false;
  // Of `emptyDir: {}` we own that it is there; what others put into it is theirs.
  return !(isEmpty(valueAt(manifest, path)) && isSharedContainer(live, path, found));
}

/** The path, or the outermost item, list or map around it that the manifest states and live does not have at all. */
function topmostAbsent(manifest: Manifest, live: Manifest, leaf: FieldPath): FieldPath {
  const isAbsent = (path: FieldPath): boolean =>
    valueAt(live, path) === undefined && valueAt(manifest, path) !== undefined;
  return prefixesOf(leaf).find(isAbsent) ?? leaf;
}

/** What persons added: single fields, or a whole list item when the item itself is theirs. */
function additions(manifest: Manifest, applied: Applied, live: Manifest, rules: DriftRules): readonly Place[] {
  const people = personEntries(live, rules);
  return personLeaves(live, applied.fields, rules).flatMap((leaf) => {
    const path = addedItem(manifest, applied, people, leaf) ?? leaf;
    const found = valueAt(live, path);
    if (sameJson(found, valueAt(manifest, path)) || (path === leaf && isSharedContainer(live, path, found))) return [];
    return [{ path, by: people.filter(({ fieldsV1 = {} }) => concerns(fieldsV1, path)) }];
  });
}

function addedItem(
  manifest: Manifest,
  applied: Applied,
  people: readonly ManagedFieldsEntry[],
  leaf: FieldPath,
): FieldPath | undefined {
  return prefixesOf(leaf).find(
    (path) =>
      "key" in (path.at(-1) ?? {}) &&
      people.some(({ fieldsV1 = {} }) => holds(fieldsV1, path)) &&
      nodeAt(applied.fields, path) === undefined &&
      valueAt(manifest, path) === undefined,
  );
}

// The set says for `f:annotations: {}` that the manager owns the map's existence, or the whole value when the schema calls it atomic.
// Nobody owns anything inside an atomic value, so owners below tell the two apart.
function isSharedContainer({ metadata }: Manifest, path: FieldPath, found: Json | undefined): boolean {
  if (!isMembers(found) && !isList(found)) return false;
  return (metadata.managedFields ?? []).some(({ fieldsV1 = {} }) => holdsBelow(fieldsV1, path));
}

function isEmpty(value: Json | undefined): boolean {
  if (isList(value)) return value.length === 0;
  return isMembers(value) && Object.keys(value).length === 0;
}
