import {
  COMPARE_OPTIONS,
  IGNORE_HEALTHCHECK,
  IGNORE_RESTART_POLICY,
  mistakeInCompareOption,
  splitList,
  SYNC_OPTIONS,
  unknownAnnotation,
} from "../application/argo-annotations.ts";
import { remarksOnObject } from "../application/remarks.ts";
import { mistakesIn, splitOption } from "../application/sync-options.ts";
import { parseJson } from "../exact-json.ts";
import type { Manifest } from "../manifest/object.ts";
import { waveMistake } from "../manifest/wave.ts";
import type { Policy } from "../sync.protocol.ts";

/** Whether an object may be removed: yes, no, or once a person has approved it. */
export type Consent = "true" | "false" | "confirm";

/** What Argo CD's options say about one object: its own annotations first, then those of its Application. */
export interface ObjectOptions {
  /** When Git drops it. */
  readonly prune: Consent;
  /** When its Application goes. */
  readonly delete: Consent;
  /** True: pruned after everything else of its sync. */
  readonly pruneLast: boolean;
  /** False: fields that the cluster does not know are left out instead of refused. */
  readonly validate: boolean;
  /** True: an object whose kind the cluster does not know yet is not dry-run before the first write. */
  readonly skipDryRunOnMissingResource: boolean;
  /** True: what Git does not state is removed, whoever put it there. */
  readonly replace: boolean;
  /** True: an object that cannot be changed in place is deleted and made anew. */
  readonly force: boolean;
  /** True: that Git does not have the object is no difference, and it is not pruned for it. */
  readonly ignoreExtraneous: boolean;
  /** What it asks for and nobody understands: sentences. Such an object is never removed. */
  readonly mistakes: readonly string[];
  /** What it asks for and has another effect than in Argo CD: sentences. */
  readonly remarks: readonly string[];
}

/** @param defaults `spec.syncPolicy.syncOptions` of the Application */
export function optionsOf(object: Manifest, defaults: readonly string[] = []): ObjectOptions {
  const annotations = object.metadata.annotations ?? {};
  const own = splitList(annotations[SYNC_OPTIONS]);
  const compare = splitList(annotations[COMPARE_OPTIONS]);
  const valueOf = (name: string) => valueIn(own, name) ?? valueIn(defaults, name);
  const mistakes = [
    ...Object.keys(annotations).flatMap((key) => unknownAnnotation(key) ?? []),
    ...mistakesIn(own, "object").filter((mistake) => mistake !== undefined),
    ...compare.flatMap(mistakeInCompareOption),
    ...[IGNORE_HEALTHCHECK, IGNORE_RESTART_POLICY].flatMap((key) => mistakesInFlag(key, annotations[key])),
  ];
  return {
    prune: mistakes.length > 0 ? "false" : consentIn(valueOf("Prune")),
    delete: mistakes.length > 0 ? "false" : consentIn(valueOf("Delete")),
    pruneLast: valueOf("PruneLast") === "true",
    validate: valueOf("Validate") !== "false",
    skipDryRunOnMissingResource: valueOf("SkipDryRunOnMissingResource") === "true",
    replace: valueOf("Replace") === "true",
    force: valueIn(own, "Force") === "true",
    ignoreExtraneous: compare.includes("IgnoreExtraneous"),
    mistakes,
    remarks: [...remarksOnObject(annotations), ...[waveMistake(object)].filter((mistake) => mistake !== undefined)],
  };
}

type Manifests = Readonly<Record<string, string>>;

/** Everything that is to be said about the options of these objects and hooks, with their names. A hook goes by its own policy. */
export function saidOfOptions(manifests: Manifests, hooks: Manifests = {}): readonly string[] {
  return [...saidOf(manifests, "; the object is kept"), ...saidOf(hooks, "")];
}

function saidOf(manifests: Manifests, consequence: string): readonly string[] {
  return Object.entries(manifests)
    .filter(([, json]) => json.includes("argocd.argoproj.io/"))
    .flatMap(([text, json]) => {
      const { mistakes, remarks } = optionsOf(parseJson(json) as Manifest);
      return [...mistakes.map((mistake) => `${mistake}${consequence}`), ...remarks].map(
        (sentence) => `${text}: ${sentence}`,
      );
    });
}

/** How dependents of a pruned object go. */
export function propagationOf({ syncOptions = [] }: Policy): "Foreground" | "Background" | "Orphan" {
  const value = valueIn(syncOptions, "PrunePropagationPolicy");
  if (value === "background") return "Background";
  return value === "orphan" ? "Orphan" : "Foreground";
}

function valueIn(options: readonly string[], name: string): string | undefined {
  const found = options.find((option) => splitOption(option)[0] === name);
  return found === undefined ? undefined : splitOption(found)[1];
}

/** Absent is yes; a word that was not understood has been told, and is no. */
function consentIn(value = "true"): Consent {
  return value === "true" || value === "confirm" ? value : "false";
}

function mistakesInFlag(key: string, value = "false"): readonly string[] {
  if (value === "true" || value === "false") return [];
  return [`${key}: expected "true" or "false", found ${JSON.stringify(value)}`];
}
