import type { Target } from "../kubernetes/client.ts";
import type { Manifest } from "../manifest/object.ts";
import { groupOf, refOf } from "../manifest/object.ts";

/** The object in the version Git states: the field paths of our managedFields entry belong to it. */
export function targetOf(manifest: Manifest): Target {
  const { apiVersion } = manifest;
  const version = groupOf(apiVersion) === "" ? apiVersion : apiVersion.slice(apiVersion.indexOf("/") + 1);
  return { ...refOf(manifest), version };
}
