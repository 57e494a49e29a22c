import { createHash } from "node:crypto";

import { personEntries } from "../manifest/drift.ts";
import type { Managers } from "../manifest/drift.ts";
import type { FieldsV1 } from "../manifest/fields.ts";
import { ownEntry } from "../manifest/fields.ts";
import type { Manifest } from "../manifest/object.ts";
import type { Memory } from "./pack.ts";

type Mark = readonly [uid: string, fields: FieldsV1];

/**
 * Tells a set of objects, as the API server answered when we applied each, from every other set and from the same objects changed, by uid and
 * our fields of each. Undefined where that is not all there is to know: an object that Git does not want, one without managed fields, or
 * one of which something is ignored.
 */
export function fingerprintOf({ manifests, applied }: Memory, inventory: readonly string[]): string | undefined {
  if (Object.keys(manifests).length !== inventory.length) return undefined;
  const marks = inventory.flatMap((text): readonly Mark[] => {
    const record = Object.hasOwn(manifests, text) ? applied[text] : undefined;
    if (record === undefined || record.fieldsHash === "" || record.ignored !== undefined) return [];
    return [[record.uid, record.fields]];
  });
  return fingerprint(inventory, marks);
}

/**
 * The same of objects that live. Undefined where one of them is missing, is not ours to tell or has fields of a person: then they have to be
 * compared. Needs metadata only.
 */
export function fingerprintSeen(
  inventory: readonly string[],
  live: ReadonlyMap<string, Manifest>,
  managers: Managers,
): string | undefined {
  const marks = inventory.flatMap((text): readonly Mark[] => {
    const object = live.get(text);
    const fields = ownEntry(object?.metadata.managedFields, managers.manager)?.fieldsV1;
    if (object === undefined || fields === undefined || personEntries(object, managers).length > 0) return [];
    return [[object.metadata.uid ?? "", fields]];
  });
  return fingerprint(inventory, marks);
}

/** Whether the API server spells a set of fields in the same order each time does not matter: another order is compared. */
function fingerprint(inventory: readonly string[], marks: readonly Mark[]): string | undefined {
  if (marks.length !== inventory.length) return undefined;
  return createHash("sha256")
    .update(JSON.stringify([inventory, marks]))
    .digest("hex")
    .slice(0, 32);
}
