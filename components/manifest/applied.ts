import { formatPath, hashFields, leavesOf, ownEntry, valueAt } from "./fields.ts";
import type { FieldPath, FieldsV1 } from "./fields.ts";
import { isMembers, sameJson } from "./json.ts";
import type { Json, Manifest } from "./object.ts";

/** What the API server answered when we applied a manifest, projected onto the fields we own. */
export interface Applied {
  readonly uid: string;
  /** Of our entry in managedFields; "" when the API keeps none, so that nothing can be told from metadata. */
  readonly fieldsHash: string;
  readonly fields: FieldsV1;
  /** Only where the answer differs from the manifest (defaults, quantities, webhooks): path -> answered value, null when dropped. */
  readonly values: Readonly<Record<string, Json>>;
  /** Only for an object that rules concern: what they had us leave to others. */
  readonly ignored?: AppliedIgnored;
}

export interface AppliedIgnored {
  /** Tells the rules from others. */
  readonly rules: string;
  /** What Git states and we did not apply. */
  readonly left: FieldsV1;
  /** Why a rule ignored nothing. */
  readonly problems: readonly string[];
}

/** Keeps what a later comparison needs. Both objects must be masked when they are Secrets. */
export function recordApplied(manifest: Manifest, answer: Manifest, manager: string): Applied {
  const own = ownEntry(answer.metadata.managedFields, manager)?.fieldsV1;
  const fields = own ?? fieldsOf(manifest);
  const values = leavesOf(fields).flatMap((path) => {
    const answered = valueAt(answer, path);
    return sameJson(answered, valueAt(manifest, path)) ? [] : [[formatPath(path), answered ?? null] as const];
  });
  return {
    uid: answer.metadata.uid ?? "",
    fieldsHash: own === undefined ? "" : hashFields(own),
    fields,
    values: Object.fromEntries(values),
  };
}

/** The value that live must have at a path we own, for there to be no drift. */
export function appliedAt(manifest: Manifest, applied: Applied, path: FieldPath): Json | undefined {
  const text = formatPath(path);
  return Object.hasOwn(applied.values, text) ? applied.values[text] : valueAt(manifest, path);
}

const IDENTITY = ["name", "namespace", "managedFields", "uid", "resourceVersion", "creationTimestamp", "generation"];

// Some aggregated APIs keep no managedFields: every field that the manifest states is ours then, a list as a whole.
function fieldsOf(manifest: Manifest): FieldsV1 {
  const stated = Object.entries(manifest).filter(
    ([name]) => !["apiVersion", "kind", "metadata", "status"].includes(name),
  );
  const metadata = Object.entries(manifest.metadata).filter(([name]) => !IDENTITY.includes(name));
  return fieldsOfMembers([["metadata", Object.fromEntries(metadata)], ...stated]);
}

function fieldsOfMembers(members: readonly (readonly [string, unknown])[]): FieldsV1 {
  const fields = members.map(([name, value]) => [
    `f:${name}`,
    isMembers(value) ? fieldsOfMembers(Object.entries(value)) : {},
  ]);
  return Object.fromEntries(fields) as FieldsV1;
}
