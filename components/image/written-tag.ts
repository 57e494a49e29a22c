import { parseDocument } from "yaml";

import { GitOpsError } from "../error.ts";
import { isList, isMembers, member } from "../manifest/json.ts";
import type { HelmPlace, ImagePolicy } from "./policy.ts";
import { saidOf } from "./promotion.ts";
import { parseImage } from "./reference.ts";
import type { WriteBackTarget } from "./write-back-settings.ts";
import { DEFAULT_PLACE } from "./helm-place.ts";
import { normal, pathOf } from "./write-back-text.ts";

type Written = Pick<ImagePolicy, "image" | "replaces" | "helm">;

/**
 * The tag that a file has where write-back would put it, with its digest; undefined where it has none.
 * @throws GitOpsError Invalid when the text is no YAML
 */
export function writtenTag(kind: WriteBackTarget["kind"], text: string, policy: Written): string | undefined {
  // As texts: a tag such as 1.10 is no number.
  const document = parseDocument(text, { uniqueKeys: true, schema: "failsafe" });
  if (document.errors.length > 0) throw new GitOpsError("the file is no YAML map", { code: "Invalid" });
  const root: unknown = document.toJS();
  const at = (path: readonly (string | number)[]) => path.reduce<unknown>(within, root);
  const parameter = (name: string) => listOf(at(["helm", "parameters"])).find((one) => within(one, "name") === name);
  switch (kind) {
    case "kustomization":
      return inKustomization(listOf(at(["images"])), policy);
    case "helmvalues":
      return inPlace(policy.helm ?? DEFAULT_PLACE, (name) => at(pathOf({ document }, name)));
    case "source":
      if (policy.helm !== undefined) return inPlace(policy.helm, (name) => within(parameter(name), "value"));
      return inTexts(listOf(at(["kustomize", "images"])), policy);
  }
}

function inKustomization(entries: readonly unknown[], { image, replaces = image }: Written): string | undefined {
  const entry = entries.find((one) => [replaces, image].includes(normal(within(one, "name")) ?? ""));
  const named = normal(within(entry, "newName") ?? within(entry, "name"));
  const [tag, digest] = [text(within(entry, "newTag")), text(within(entry, "digest"))];
  if (named !== image) return undefined;
  return tag === undefined ? digest : digest === undefined ? tag : `${tag}@${digest}`;
}

/** `[name=]image:tag` */
function inTexts(items: readonly unknown[], { image, replaces = image }: Written): string | undefined {
  const found = items.flatMap((item) => {
    const parts = String(item).split("=");
    return normal(parts[0]) === replaces && normal(parts.at(-1)) === image ? (parts.at(-1) ?? []) : [];
  });
  return tagOf(found.at(-1));
}

function inPlace(place: HelmPlace, valueOf: (name: string) => unknown): string | undefined {
  if ("spec" in place) return tagOf(valueOf(place.spec));
  return place.tag === undefined ? undefined : text(valueOf(place.tag));
}

function tagOf(value: unknown): string | undefined {
  const image = parseImage(String(value));
  return image?.tag === undefined ? image?.digest : saidOf(image);
}

function text(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

function within(node: unknown, key: string | number): unknown {
  if (isList(node)) return node[Number(key)];
  return isMembers(node) ? member(node, String(key)) : undefined;
}

function listOf(node: unknown): readonly unknown[] {
  return isList(node) ? node : [];
}
