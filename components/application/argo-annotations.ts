import { mistakesIn } from "./sync-options.ts";
import { quote } from "./quote.ts";
import { closest } from "./suggest.ts";

const PREFIX = "argocd.argoproj.io/";
export const SYNC_OPTIONS = ownName("sync-options");
export const COMPARE_OPTIONS = ownName("compare-options");
export const IGNORE_HEALTHCHECK = ownName("ignore-healthcheck");
export const IGNORE_RESTART_POLICY = ownName("ignore-restart-policy");
export const SKIP_RECONCILE = ownName("skip-reconcile");
export const DELETION_APPROVED = ownName("deletion-approved");
export const MIGRATION_MANAGER = ownName("client-side-apply-migration-manager");

/** Argo CD puts them on its objects to find them again. */
export const TRACKING = ["tracking-id", "installation-id"].map(ownName);

/** Those that say something of an object among others. */
export const OF_OBJECTS = [
  ...["hook", "hook-delete-policy", "sync-wave"].map(ownName),
  ...[IGNORE_HEALTHCHECK, IGNORE_RESTART_POLICY],
];

/** Those that say something of a whole Application. */
export const OF_APPLICATIONS = [
  ...[SKIP_RECONCILE, DELETION_APPROVED, MIGRATION_MANAGER],
  ...["refresh", "hydrate", "manifest-generate-paths", "managed-by-url", "ignore-default-links"].map(ownName),
];

/** Those of ApplicationSets. */
export const OF_SETS = ["application-set-refresh"].map(ownName);

/** Every annotation of Argo CD, on Applications and on objects ("Annotations and Labels used by Argo CD"). */
export const ARGO_ANNOTATIONS: readonly string[] = [
  ...[SYNC_OPTIONS, COMPARE_OPTIONS, ownName("ignore-resource-updates")],
  ...[...OF_OBJECTS, ...OF_APPLICATIONS, ...OF_SETS, ...TRACKING],
];

function ownName(name: string): string {
  return `${PREFIX}${name}`;
}

/** `a, b,` -> `["a", "b"]`. */
export function splitList(text = ""): readonly string[] {
  return text
    .split(",")
    .map((item) => item.trim())
    .filter((item) => item !== "");
}

/** Why an annotation under Argo CD's prefix is none of Argo CD's; undefined when it is one, or somebody else's. */
export function unknownAnnotation(key: string): string | undefined {
  if (!key.startsWith(PREFIX) || ARGO_ANNOTATIONS.includes(key)) return undefined;
  const meant = closest(
    key.slice(PREFIX.length),
    ARGO_ANNOTATIONS.map((known) => known.slice(PREFIX.length)),
  );
  const advice = meant === undefined ? "" : `, did you mean ${quote(ownName(meant))}?`;
  return `no annotation of Argo CD is called ${quote(key)}${advice}`;
}

/** What is wrong with the value of one of Argo CD's annotations on an Application. */
export function mistakesInAnnotation(key: string, value: string): readonly string[] {
  const unknown = unknownAnnotation(key);
  if (unknown !== undefined) return [unknown];
  if (key === SYNC_OPTIONS) return mistakesIn(splitList(value), "object").filter((one) => one !== undefined);
  if (key === COMPARE_OPTIONS) return splitList(value).flatMap(mistakeInCompareOption);
  if (key === SKIP_RECONCILE && !["true", "false"].includes(value))
    return [`expected "true" or "false", found ${quote(value)}`];
  if (key === DELETION_APPROVED && parseTime(value) === undefined)
    return [`expected a time such as "2026-01-31T12:00:00Z" (RFC 3339), found ${quote(value)}`];
  return [];
}

const COMPARE_FLAGS = ["ServerSideDiff", "IncludeMutationWebhook"];
export const OBJECT_COMPARE_OPTIONS = ["IgnoreExtraneous", ...COMPARE_FLAGS.map((name) => `${name}=true`)];

/** What is wrong with a compare option of an object, which Argo CD's are not of an Application. */
export function mistakeInCompareOption(option: string): readonly string[] {
  if (OBJECT_COMPARE_OPTIONS.includes(option) || COMPARE_FLAGS.some((name) => option === `${name}=false`)) return [];
  const meant = closest(option, OBJECT_COMPARE_OPTIONS);
  return [`unknown compare option ${quote(option)}${meant === undefined ? "" : `, did you mean ${quote(meant)}?`}`];
}

const TIME = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/;

/** Milliseconds since 1970 of an RFC 3339 time; undefined when it is none. */
export function parseTime(text: string): number | undefined {
  const time = TIME.test(text) ? Date.parse(text.toUpperCase()) : Number.NaN;
  return Number.isNaN(time) ? undefined : time;
}
