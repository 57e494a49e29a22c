import { assessCustomResource } from "./health/custom-resource.ts";
import { isCustomGroup, RULES } from "./health/kinds.ts";
import type { Rule } from "./health/kinds.ts";
import { readText } from "./health/reading.ts";
import { unknown } from "./health/results.ts";
import { isList } from "./json.ts";
import { groupOf } from "./object.ts";
import type { Manifest } from "./object.ts";

/** Best to worst, as Argo CD orders them (gitops-engine, health.go). */
const ORDER = ["Healthy", "Suspended", "Progressing", "Missing", "Degraded", "Unknown"] as const;

export type HealthStatus = (typeof ORDER)[number];

export interface Health {
  readonly status: HealthStatus;
  /** What is awaited or wrong, for a person; may be empty when Healthy. */
  readonly message: string;
}

/** Argo CD: an object with this annotation set to `"true"` has no say in the health of its Application. */
const IGNORE_ANNOTATION = "argocd.argoproj.io/ignore-healthcheck";

/**
 * Health of a live object: by the rule for its kind, which mostly is Argo CD's, else for a custom resource by the conventions of kstatus.
 * Undefined is no opinion. The message is one line.
 */
export function assess(object: Manifest): Health | undefined {
  if (readText(object, "metadata", "deletionTimestamp") !== "") return awaitDeletion(object);
  if (readText(object, "metadata", "annotations", IGNORE_ANNOTATION) === "true") return undefined;
  const health = assessKind(object);
  return health === undefined ? undefined : { status: health.status, message: oneLine(health.message) };
}

/** Whether health of this kind is in more than its metadata, so that the whole object must be read. */
export function hasHealth(ref: { readonly group: string; readonly kind: string }): boolean {
  return isCustomGroup(ref.group) || ruleOf(ref) !== undefined;
}

/** The worst of them, the first of equals; Healthy when there is none. */
export function worst(healths: readonly Health[]): Health {
  const best: Health = { status: "Healthy", message: "" };
  return healths.reduce((worse, next) => (rankOf(next) > rankOf(worse) ? next : worse), healths[0] ?? best);
}

function rankOf({ status }: Health): number {
  return ORDER.indexOf(status);
}

function assessKind(object: Manifest): Health | undefined {
  const group = groupOf(object.apiVersion);
  const rule = ruleOf({ group, kind: object.kind });
  if (rule === undefined) return isCustomGroup(group) ? assessCustomResource(object) : undefined;
  const version = object.apiVersion.slice(object.apiVersion.indexOf("/") + 1);
  if (rule.versions === undefined || rule.versions.includes(version)) return rule.assess(object);
  return unknown(`${object.kind} of ${object.apiVersion} is not supported, only ${rule.versions.join(", ")}`);
}

function ruleOf({ group, kind }: { readonly group: string; readonly kind: string }): Rule | undefined {
  return RULES.get(`${group}/${kind}`);
}

function awaitDeletion({ metadata }: Manifest): Health {
  const finalizers = isList(metadata["finalizers"]) ? metadata["finalizers"].filter(isText).join(", ") : "";
  const message = finalizers === "" ? "is being deleted" : `is being deleted, waits for the finalizers ${finalizers}`;
  return { status: "Progressing", message };
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

/** Controllers report errors over several lines; ours are one. */
function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, " ").trim();
}
