import type { SourceSettings } from "../application/source-override.ts";
import type { FetchedSource } from "../git/repository.ts";
import { digest, isList, isMembers } from "../manifest/json.ts";
import type { RenderSettings, SourceType } from "./settings.ts";

/** Changes whenever the same content is rendered differently. */
export const FORMAT = 2;

/** What is known of a folder's render before anything of it is read: from an earlier render of the same content and settings. */
export interface Plan {
  readonly type: SourceType;
  /** With what `.argocd-source` files of the folder say. */
  readonly settings: SourceSettings;
  /** Folders that are read besides the source's own, or looked for: relative to it. */
  readonly outside: readonly string[];
}

export function planKey({ treeHash }: FetchedSource, { kustomize, helm, directory, build }: RenderSettings): string {
  return `plan-${digest([FORMAT, treeHash, build.application, { kustomize, helm, directory }])}`;
}

export function isPlan(value: unknown): value is Plan {
  if (!isMembers(value) || !isMembers(value["settings"])) return false;
  if (!["kustomize", "helm", "directory"].includes(String(value["type"]))) return false;
  return isList(value["outside"]) && value["outside"].every((folder) => typeof folder === "string");
}
