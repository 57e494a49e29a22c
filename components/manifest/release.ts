import type { FieldPath, ManagedFieldsEntry } from "./fields.ts";
import { filterFields, isOwnEntry, leavesOf, ownEntry, unionFields } from "./fields.ts";

/**
 * managedFields in which what we own and do not want to state any more has been handed to an heir, a manager that never applies.
 * A field that its only applier stops to state is removed, and falls back to its default; so somebody else has to own it first
 * (Kubernetes, "Server-Side Apply", transferring ownership). Undefined when there is nothing to hand over.
 */
export function release(
  managedFields: readonly ManagedFieldsEntry[],
  manager: string,
  heir: string,
  isReleased: (path: FieldPath) => boolean,
): readonly ManagedFieldsEntry[] | undefined {
  const own = ownEntry(managedFields, manager);
  const released = filterFields(own?.fieldsV1 ?? {}, isReleased);
  if (own === undefined || leavesOf(released).length === 0) return undefined;
  const kept = { ...own, fieldsV1: filterFields(own.fieldsV1 ?? {}, (path) => !isReleased(path)) };
  const before = managedFields.find((entry) => isHeirs(entry, heir, own.apiVersion));
  const others = managedFields.filter((entry) => entry !== before && !isOwnEntry(entry, manager));
  const inherited = before ?? { ...own, manager: heir, operation: "Update" as const, fieldsV1: {} };
  return [kept, ...others, { ...inherited, fieldsV1: unionFields(inherited.fieldsV1 ?? {}, released) }];
}

function isHeirs(
  { manager, operation, apiVersion, subresource }: ManagedFieldsEntry,
  heir: string,
  version: string,
): boolean {
  return manager === heir && operation === "Update" && apiVersion === version && (subresource ?? "") === "";
}
