import type { Manifest } from "../manifest/object.ts";
import { groupOf } from "../manifest/object.ts";

/** Set to "true" on an object, it lets that object be pruned or deleted although others' things die with it. */
export const ALLOW_REMOVAL_ANNOTATION = "pulumi-gitops.dev/allow-removal";

const PROTECTED = new Set([
  "/Namespace",
  "/PersistentVolume",
  "/PersistentVolumeClaim",
  "apiextensions.k8s.io/CustomResourceDefinition",
]);

/** Kinds that take more with them than themselves: a namespace's content, a definition's instances, data. */
export function takesMoreAlong({ apiVersion, kind }: Manifest): boolean {
  return PROTECTED.has(`${groupOf(apiVersion)}/${kind}`);
}

/** Whether an object of such a kind does not say itself that it may go. */
export function isProtected(object: Manifest): boolean {
  return object.metadata.annotations?.[ALLOW_REMOVAL_ANNOTATION] !== "true" && takesMoreAlong(object);
}

/** Helm's `helm.sh/resource-policy: keep`: the object outlives the chart that made it. */
export function isKeptByHelm({ metadata }: Manifest): boolean {
  return metadata.annotations?.["helm.sh/resource-policy"] === "keep";
}
