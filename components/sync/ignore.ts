import type { IgnoreDifference } from "../application/application.ts";
import { parsePointer } from "../application/json-pointer.ts";
import type { JqPath } from "../jq/select.ts";
import { selectPaths } from "../jq/select.ts";
import type { DriftRules } from "../manifest/drift.ts";
import type { FieldPath } from "../manifest/fields.ts";
import { holdsBelow, isOwnEntry, leavesOf } from "../manifest/fields.ts";
import { coveredBy, fieldsOf, findIgnored, ignoring, isIdentity, sparingIdentity } from "../manifest/ignored.ts";
import { digest } from "../manifest/json.ts";
import type { Manifest, ObjectRef } from "../manifest/object.ts";
import { globToRegExp } from "./glob.ts";

/** All that `spec.ignoreDifferences` says about one object. */
export interface IgnoreRules {
  readonly pointers: readonly (readonly string[])[];
  readonly expressions: readonly string[];
  readonly managers: ReadonlySet<string>;
  /** Tells them from other rules. */
  readonly digest: string;
}

/** Finds what concerns an object; undefined: nothing. */
export type IgnoreRulesOf = (ref: ObjectRef) => IgnoreRules | undefined;

/** Group and kind match by glob, name and namespace exactly, and empty ones any (Argo CD, diff normalizer). */
export function compileIgnore(differences: readonly IgnoreDifference[] = []): IgnoreRulesOf {
  const compiled = differences.map((difference) => ({
    difference,
    group: globToRegExp(difference.group),
    kind: globToRegExp(difference.kind),
  }));
  return (ref) => {
    const matching = compiled.filter(
      ({ difference: { name, namespace }, group, kind }) =>
        group.test(ref.group) &&
        kind.test(ref.kind) &&
        (name === "" || name === ref.name) &&
        (namespace === "" || namespace === ref.namespace),
    );
    return matching.length === 0 ? undefined : merge(matching.map(({ difference }) => difference));
  };
}

function merge(differences: readonly IgnoreDifference[]): IgnoreRules {
  const pointers = differences.flatMap(({ jsonPointers }) => jsonPointers);
  const expressions = [...new Set(differences.flatMap(({ jqPathExpressions }) => jqPathExpressions))];
  const managers = differences.flatMap(({ managedFieldsManagers }) => managedFieldsManagers);
  return {
    pointers: pointers.map(parsePointer).filter((steps) => typeof steps !== "string"),
    expressions,
    managers: new Set(managers),
    digest: digest([pointers, expressions, managers]),
  };
}

/** The drift rules of one object as far as its metadata tells: positions in lists and jq need the whole object. */
export function rulesByMetadata(rules: DriftRules, ignore: IgnoreRules, metadata: Manifest): DriftRules {
  const pointed = ignore.pointers
    .filter((steps) => !isPositional(steps))
    .map((steps) => steps.map((field) => ({ field })));
  const isCovered = coveredBy([...pointed, ...managedBy(ignore.managers, metadata, rules.manager)]);
  return { ...rules, exempt: (path, ref) => rules.exempt(path, ref) || (isCovered(path) && !isIdentity(path)) };
}

/** Whether `rulesByMetadata` may know less than there is. */
export function needsDocuments({ pointers, expressions }: IgnoreRules): boolean {
  return expressions.length > 0 || pointers.some(isPositional);
}

export interface ObjectRules {
  readonly rules: DriftRules;
  /** Why an expression ignored nothing in the live object. */
  readonly problems: readonly string[];
}

/**
 * The drift rules of one object. Both documents must be masked when they are Secrets.
 * @throws GitOpsError Invalid when an expression does not end
 */
export async function rulesByDocuments(
  rules: DriftRules,
  ignore: IgnoreRules,
  desired: Manifest,
  live: Manifest,
): Promise<ObjectRules> {
  const selected = await Promise.all(ignore.expressions.map((expression) => selectBoth(expression, live, desired)));
  const paths = {
    live: [...ignore.pointers, ...selected.flatMap((selection) => selection.live)],
    desired: [...ignore.pointers, ...selected.flatMap((selection) => selection.desired)],
  };
  const found = findIgnored(desired, live, paths, rules);
  const managed = managedBy(ignore.managers, live, rules.manager).flatMap((path) =>
    sparingIdentity(path, [live, desired]),
  );
  const ignored = { live: [...found.live, ...managed], desired: [...found.desired, ...managed] };
  return { rules: ignoring(rules, ignored), problems: selected.flatMap(({ problem }) => problem ?? []) };
}

/** Why expressions ignore nothing in an object that is about to be made. */
export async function problemsIn(ignore: IgnoreRules, desired: Manifest): Promise<readonly string[]> {
  const selected = await Promise.all(ignore.expressions.map((expression) => selectBoth(expression, desired, desired)));
  return selected.flatMap(({ problem }) => problem ?? []);
}

/** What an expression selects in each document. */
export async function selectBoth(expression: string, live: Manifest, desired: Manifest) {
  const [inLive, inDesired] = await selectPaths(expression, [live, desired].map(withoutManagedFields));
  return { live: pathsIn(inLive), desired: pathsIn(inDesired), problem: problemOf(expression, inLive) };
}

type Selected = Awaited<ReturnType<typeof selectPaths>>[number] | undefined;

function pathsIn(selection: Selected): readonly JqPath[] {
  return selection !== undefined && "paths" in selection ? selection.paths : [];
}

function problemOf(expression: string, selection: Selected): string | undefined {
  if (selection === undefined || "paths" in selection) return undefined;
  return `jq expression ${JSON.stringify(expression)} of ignoreDifferences ignores nothing here: ${selection.problem}`;
}

/** An object is several times smaller without them, and nobody means them. */
function withoutManagedFields(object: Manifest): Manifest {
  return { ...object, metadata: { ...object.metadata, managedFields: [] } };
}

function managedBy(managers: ReadonlySet<string>, object: Manifest, own: string): readonly FieldPath[] {
  const entries = (object.metadata.managedFields ?? []).filter(
    (entry) => managers.has(entry.manager) && !isOwnEntry(entry, own),
  );
  if (entries.length === 0) return [];
  // Who owns that there is a map does not own what others put into it.
  const everybody = fieldsOf(object);
  const leaves = entries.flatMap(({ fieldsV1 = {} }) => leavesOf(fieldsV1));
  return leaves.filter((path) => !holdsBelow(everybody, path));
}

/** A number in a pointer is a position when it meets a list, and a name when it meets a map. */
function isPositional(steps: readonly string[]): boolean {
  return steps.some((step) => /^\d+$/.test(step));
}
