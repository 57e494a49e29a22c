import { quote } from "../application/quote.ts";
import { HOOK_ANNOTATIONS } from "../manifest/hook.ts";
import { isList, isMembers } from "../manifest/json.ts";
import type { Members } from "../manifest/json.ts";
import { findSecretProblems } from "../manifest/secret.ts";

/** A field and what is wrong with it. */
export type Problem = readonly [property: string, reason: string];

/** etcd takes no larger request. */
const MAX_OBJECT_BYTES = 1.5 * 1024 * 1024;

const API_VERSION = /^(?:[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?\/)?[a-z][a-z0-9]*$/;
const KIND = /^[A-Za-z][A-Za-z0-9]*$/;
const NAMESPACE = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
/** A segment of a URL path, as far as all kinds agree on one (RBAC allows more than DNS names). */
const NAME = /^(?!\.{1,2}$)[^/%\p{Cc}]{1,253}$/u;

/** What every Kubernetes object must have before anything can be said of it; what is inside is for the API server to judge. */
export function checkObject(object: Members): readonly Problem[] {
  const { metadata } = object;
  const problems = [
    ...checkText("apiVersion", object["apiVersion"], API_VERSION, 'such as "apps/v1"'),
    ...checkText("kind", object["kind"], KIND, 'such as "Deployment"'),
    ...(isMembers(metadata)
      ? checkMetadata(metadata)
      : [["metadata", `expected a map, found ${describe(metadata)}`] as const]),
    ...findSecretProblems(object),
  ];
  return problems.length > 0 ? problems : checkSize(object);
}

function checkMetadata(metadata: Members): readonly Problem[] {
  const { namespace } = metadata;
  return [
    ...checkName(metadata),
    ...(isNothing(namespace) ? [] : checkText("metadata.namespace", namespace, NAMESPACE, "(RFC 1123 label)")),
    ...checkTexts("metadata.labels", metadata["labels"]),
    ...checkTexts("metadata.annotations", metadata["annotations"]),
  ];
}

/** A hook may have a new name each time it runs. */
function checkName({ name, generateName, annotations }: Members): readonly Problem[] {
  const isHook =
    isMembers(annotations) && HOOK_ANNOTATIONS.some((annotation) => Object.hasOwn(annotations, annotation));
  if (generateName !== undefined && !isHook) {
    const reason = "expected metadata.name instead: this makes a new object each time, which only a hook may";
    return [["metadata.generateName", reason]];
  }
  if (isNothing(name) && generateName !== undefined)
    return checkText("metadata.generateName", generateName, NAME, "without slash and percent");
  return checkText("metadata.name", name, NAME, "without slash and percent");
}

function checkText(property: string, value: unknown, pattern: RegExp, hint: string): readonly Problem[] {
  if (typeof value === "string" && pattern.test(value)) return [];
  return [[property, `expected a text ${hint}, found ${describe(value)}`]];
}

function checkTexts(property: string, texts: unknown): readonly Problem[] {
  if (isNothing(texts)) return [];
  if (!isMembers(texts)) return [[property, `expected a map, found ${describe(texts)}`]];
  return Object.entries(texts)
    .filter(([, value]) => typeof value !== "string")
    .map(([key, value]) => [
      `${property}[${quote(key)}]`,
      `expected a text, found ${describe(value)}: put it in quotes`,
    ]);
}

function checkSize(object: Members): readonly Problem[] {
  const bytes = Buffer.byteLength(JSON.stringify(object));
  return bytes > MAX_OBJECT_BYTES
    ? [["", `expected an object of at most ${MAX_OBJECT_BYTES} bytes, found ${bytes}`]]
    : [];
}

/** Kubernetes takes an empty member of metadata for an absent one. */
function isNothing(value: unknown): boolean {
  return value === undefined || value === null || value === "";
}

/** What was found, in words; values of maps are never repeated, for they may be secret. */
export function describe(value: unknown): string {
  if (isNothing(value)) return "nothing";
  if (isList(value)) return "a list";
  if (typeof value === "string") return quote(value);
  return isMembers(value) ? "a map" : `the ${typeof value} ${JSON.stringify(value)}`;
}
