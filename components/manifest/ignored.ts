import type { FieldPath, FieldsV1 } from "./fields.ts";
import { formatPath, holds, unionFields, valueAt } from "./fields.ts";
import { isMembers } from "./json.ts";
import { locate } from "./locate.ts";
import type { Step } from "./locate.ts";
import type { Manifest } from "./object.ts";
import { CLAIM_ANNOTATION, ENVIRONMENT_LABEL, TRACKING_ANNOTATION } from "./ownership.ts";
import { personEntries } from "./people.ts";
import type { DriftRules } from "./rules.ts";

/** Places that are not compared, and not applied once the object exists, as they were found in each of the two documents. */
export interface Ignored {
  readonly live: readonly FieldPath[];
  readonly desired: readonly FieldPath[];
}

const METADATA = [
  ...["name", "namespace", "generateName", "uid", "resourceVersion", "generation", "selfLink", "managedFields"],
  ...["creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds"],
];

/** What makes the object this one and ours: nobody can ask for that to be ignored. */
const IDENTITY: readonly FieldPath[] = [
  ["apiVersion"],
  ["kind"],
  ...METADATA.map((name) => ["metadata", name]),
  ["metadata", "labels", ENVIRONMENT_LABEL],
  ["metadata", "annotations", TRACKING_ANNOTATION],
  ["metadata", "annotations", CLAIM_ANNOTATION],
].map((names) => names.map((field) => ({ field })));

/** JSON pointers and jq paths, as each document has them. */
export interface Selected {
  readonly live: readonly (readonly Step[])[];
  readonly desired: readonly (readonly Step[])[];
}

/** What is selected in either document, by its identity and without what makes the object this one and ours. */
export function findIgnored(desired: Manifest, live: Manifest, selected: Selected, rules: DriftRules): Ignored {
  const fields = fieldsOf(live);
  const find = (document: Manifest, steps: readonly (readonly Step[])[]): readonly FieldPath[] =>
    steps.flatMap((one) => locate(document, one, fields)).flatMap((path) => sparingIdentity(path, [live, desired]));
  const ignored = { live: find(live, selected.live), desired: find(desired, selected.desired) };
  return { ...ignored, live: withoutAddedItems(ignored, desired, live, rules) };
}

/** The rules for one object of which these places are ignored. */
export function ignoring(rules: DriftRules, ignored: Ignored): DriftRules {
  const isCovered = coveredBy([...ignored.live, ...ignored.desired]);
  return { ...rules, ignored, exempt: (path, ref) => rules.exempt(path, ref) || isCovered(path) };
}

/** All managers' fields. */
export function fieldsOf({ metadata }: Manifest): FieldsV1 {
  return (metadata.managedFields ?? []).map(({ fieldsV1 = {} }) => fieldsV1).reduce<FieldsV1>(unionFields, {});
}

/** A list item that a person added is drift as a whole: an ignored field in it does not keep it. */
function withoutAddedItems(
  ignored: Ignored,
  desired: Manifest,
  live: Manifest,
  rules: DriftRules,
): readonly FieldPath[] {
  const people = personEntries(live, rules);
  if (people.length === 0) return ignored.live;
  const isIgnored = coveredBy([...ignored.live, ...ignored.desired]);
  const isAdded = (item: FieldPath): boolean =>
    valueAt(desired, item) === undefined &&
    !isIgnored(item) &&
    people.some(({ fieldsV1 = {} }) => holds(fieldsV1, item));
  const itemsAround = (path: FieldPath): readonly FieldPath[] =>
    path.slice(0, -1).flatMap((element, index) => ("key" in element ? [path.slice(0, index + 1)] : []));
  return ignored.live.filter((path) => !itemsAround(path).some(isAdded));
}

/** Whether the path is, or lies in, what makes the object this one and ours. */
export function isIdentity(path: FieldPath): boolean {
  return IDENTITY.some((kept) => isWithin(path, kept));
}

/** The path, or when part of the object's identity lies below it, what else these documents have there. */
export function sparingIdentity(path: FieldPath, documents: readonly unknown[]): readonly FieldPath[] {
  if (isIdentity(path)) return [];
  if (!IDENTITY.some((kept) => isWithin(kept, path))) return [path];
  const values = documents
    .map((document) => (path.length === 0 ? document : valueAt(document, path)))
    .filter(isMembers);
  const names = new Set(values.flatMap((value) => Object.keys(value)));
  return [...names].flatMap((field) => sparingIdentity([...path, { field }], documents));
}

/** Tells of a path whether it is one of these or lies below one. */
export function coveredBy(paths: readonly FieldPath[]): (path: FieldPath) => boolean {
  const texts = new Set(paths.map(formatPath));
  return (path) => path.some((_, index) => texts.has(formatPath(path.slice(0, index + 1))));
}

export function isWithin(path: FieldPath, around: FieldPath): boolean {
  return path.length >= around.length && formatPath(path.slice(0, around.length)) === formatPath(around);
}
