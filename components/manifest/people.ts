import {
  filterFields,
  isOwnEntry,
  leavesOutside,
  nodeAt,
  ownEntry,
  subtractFields,
  unionFields,
  valueAt,
} from "./fields.ts";
import type { FieldPath, FieldsV1, ManagedFieldsEntry } from "./fields.ts";
import { refOf } from "./object.ts";
import type { Manifest } from "./object.ts";
import type { DriftRules, Managers } from "./rules.ts";

/** The fields that persons' tools own and we do not, without the exempt ones. Needs metadata only. */
export function personFields(metadata: Manifest, rules: DriftRules): readonly FieldPath[] {
  const own = ownEntry(metadata.metadata.managedFields, rules.manager)?.fieldsV1 ?? {};
  return personLeaves(metadata, own, rules);
}

/** The fields that persons' tools own and `own` does not name, without the exempt ones. */
export function personLeaves(live: Manifest, own: FieldsV1, rules: DriftRules): readonly FieldPath[] {
  const fields = personEntries(live, rules).map(({ fieldsV1 = {} }) => fieldsV1);
  if (fields.length === 0) return [];
  const ref = refOf(live);
  const outside = leavesOutside(fields.reduce(unionFields), own);
  return outside.filter((path) => !rules.exempt(path, ref) && !identifiesOurs(path, own));
}

/** Who applies another field of our list item has to name the item: `port: 80, protocol: TCP`, where Git may leave the default out. */
function identifiesOurs(path: FieldPath, own: FieldsV1): boolean {
  const around = path.slice(0, -1);
  const [item, last] = [around.at(-1), path.at(-1)];
  if (item === undefined || !("key" in item) || last === undefined || !("field" in last)) return false;
  return Object.hasOwn(item.key, last.field) && nodeAt(own, around) !== undefined;
}

export function personEntries(live: Manifest, rules: Managers): readonly ManagedFieldsEntry[] {
  return (live.metadata.managedFields ?? []).filter((entry) => isPersonEntry(entry, rules));
}

function isPersonEntry(entry: ManagedFieldsEntry, rules: Managers): boolean {
  return entry.subresource !== "status" && !isOwnEntry(entry, rules.manager) && rules.isPerson(entry.manager);
}

/**
 * managedFields in which what persons own has become ours, so that our next server-side apply removes it: the API server removes only
 * what its applier owned before and nobody else owns. Exempt fields stay with the person. So do, of an entry of another API version
 * (kubectl prefers autoscaling/v2 where Git may state v1), fields that our version does not have. Undefined when there is nothing to take.
 */
export function absorbPersons(live: Manifest, rules: DriftRules): readonly ManagedFieldsEntry[] | undefined {
  const managedFields = live.metadata.managedFields ?? [];
  const own = ownEntry(managedFields, rules.manager) ?? newEntry(live, rules.manager);
  const moved = new Map(personEntries(live, rules).map((entry) => [entry, movable(entry, own, live, rules)]));
  const union = moved.values().reduce(unionFields, {});
  if (leavesOutside(union, own.fieldsV1 ?? {}).length === 0) return undefined;
  const others = managedFields.filter((entry) => !isOwnEntry(entry, rules.manager));
  return [
    { ...own, fieldsV1: unionFields(own.fieldsV1 ?? {}, union) },
    ...others.flatMap((entry) => remainder(entry, moved.get(entry))),
  ];
}

function movable(
  { fieldsV1 = {}, apiVersion }: ManagedFieldsEntry,
  own: ManagedFieldsEntry,
  live: Manifest,
  rules: DriftRules,
): FieldsV1 {
  const ref = refOf(live);
  const isKnown = (path: FieldPath): boolean => apiVersion === own.apiVersion || valueAt(live, path) !== undefined;
  return filterFields(fieldsV1, (path) => !rules.exempt(path, ref) && isKnown(path));
}

function remainder(entry: ManagedFieldsEntry, moved: FieldsV1 | undefined): readonly ManagedFieldsEntry[] {
  if (moved === undefined) return [entry];
  const left = subtractFields(entry.fieldsV1 ?? {}, moved);
  return Object.keys(left).length === 0 ? [] : [{ ...entry, fieldsV1: left }];
}

function newEntry({ apiVersion }: Manifest, manager: string): ManagedFieldsEntry {
  return { manager, operation: "Apply", apiVersion, fieldsType: "FieldsV1", fieldsV1: {} };
}
