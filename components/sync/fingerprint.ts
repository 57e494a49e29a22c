import { personEntries } from "../manifest/drift.ts";
import type { Managers } from "../manifest/drift.ts";
import { hashFields, ownEntry } from "../manifest/fields.ts";
import { digest } from "../manifest/json.ts";
import type { Manifest } from "../manifest/object.ts";
import type { Memory } from "./pack.ts";

/**
 * Tells a set of objects, as the API server answered when we applied each, from every other set and from the same objects changed: uid and
 * the hash of our fields of each. Undefined where that is not all there is to know: an object that Git does not want, one without managed
 * fields, or one of which something is ignored.
 */
export function fingerprintOf({ manifests, applied }: Memory, inventory: readonly string[]): string | undefined {
  if (Object.keys(manifests).length !== inventory.length) return undefined;
  const records = inventory.map((text) => (Object.hasOwn(manifests, text) ? applied[text] : undefined));
  const marks = records.flatMap((record) =>
    record === undefined || record.fieldsHash === "" || record.ignored !== undefined
      ? []
      : [[record.uid, record.fieldsHash]],
  );
  return marks.length === inventory.length ? digest([inventory, marks]) : undefined;
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
  const marks = inventory.flatMap((text) => {
    const object = live.get(text);
    const own = ownEntry(object?.metadata.managedFields, managers.manager)?.fieldsV1;
    if (object === undefined || own === undefined || personEntries(object, managers).length > 0) return [];
    return [[object.metadata.uid ?? "", hashFields(own)]];
  });
  return marks.length === inventory.length ? digest([inventory, marks]) : undefined;
}
