import type { DriftRules, Managers } from "../manifest/drift.ts";
import { DEFAULT_PEOPLE, defaultExempt } from "../manifest/drift.ts";
import type { FieldPath } from "../manifest/fields.ts";
import { formatPath } from "../manifest/fields.ts";
import type { Manifest, ObjectRef } from "../manifest/object.ts";
import { formatRef } from "../manifest/object.ts";
import { environmentLabel } from "../manifest/ownership.ts";
import { remember } from "../remember.ts";
import { globToRegExp } from "./glob.ts";
import { autoscaled } from "./replicas.ts";

/** One field manager an environment: two environments that state the same object meet as a conflict, not in silence. */
export function fieldManager(environment: string): string {
  return `pulumi-gitops-${environmentLabel(environment)}`;
}

/** @param people as in `driftRules` */
export function fieldManagers(environment: string, people: readonly string[]): Managers {
  return { manager: fieldManager(environment), isPerson: judgeOf(people) };
}

/**
 * What counts as drift in one Application.
 * @param people globs of field managers, beside the built-in ones; one that begins with `!` takes some out
 * @param manifests all of it, for the autoscalers among them; asked for only when something is suspected
 */
export function driftRules(
  environment: string,
  people: readonly string[],
  manifests: () => readonly Manifest[],
): DriftRules {
  let scaled: ReadonlySet<string> | undefined;
  return {
    ...fieldManagers(environment, people),
    exempt: (path, ref) => defaultExempt(path, ref) || isScaled(path, ref, () => (scaled ??= autoscaled(manifests()))),
  };
}

type Judge = (manager: string) => boolean;

/** Most Applications have the same patterns, and their objects the same few managers. */
const judgeOf = remember((people: readonly string[]): Judge => {
  const isListed = listed([...DEFAULT_PEOPLE, ...people.filter((glob) => !glob.startsWith("!"))]);
  const isExcepted = listed(people.filter((glob) => glob.startsWith("!")).map((glob) => glob.slice(1)));
  return remember((manager: string) => isListed(manager) && !isExcepted(manager));
});

function listed(globs: readonly string[]): Judge {
  const patterns = globs.map((glob) => globToRegExp(glob, "i"));
  return (manager) => patterns.some((pattern) => pattern.test(manager));
}

function isScaled(path: FieldPath, ref: ObjectRef, scaled: () => ReadonlySet<string>): boolean {
  return formatPath(path) === "spec.replicas" && scaled().has(formatRef(ref));
}
