import { isMap, YAMLMap, YAMLSeq } from "yaml";

import { DEFAULT_PLACE, valuesOf } from "./helm-place.ts";
import type { ImagePolicy } from "./policy.ts";
import { imageName, parseImage, withoutDigest } from "./reference.ts";
import type { YamlEdit } from "./yaml-edit.ts";
import { editYaml } from "./yaml-edit.ts";

/** An image that runs, and what its policy says of where it stands in Git. */
export interface RunningImage extends Pick<ImagePolicy, "image" | "replaces" | "helm"> {
  /** With its digest where it runs by digest. */
  readonly tag: string;
}

/**
 * `.argocd-source-<application>.yaml` with these tags: what Argo CD lays over the Application's source.
 * @throws GitOpsError Invalid when the text is no such file
 */
export function writeSource(text: string | undefined, images: readonly RunningImage[]): string {
  return editYaml(text, (edit) => {
    for (const { image, tag, replaces, helm } of images) {
      if (helm !== undefined) continue;
      putText(edit, `${replaces === undefined ? "" : `${replaces}=`}${image}:${tag}`);
    }
    for (const parameter of images.flatMap(valuesOf)) putParameter(edit, parameter);
  });
}

/** The kustomization with these tags in `images`. @throws GitOpsError Invalid when the text is none */
export function writeKustomization(text: string | undefined, images: readonly RunningImage[]): string {
  return editYaml(text, (edit) => {
    const list = edit.listAt(["images"]);
    for (const { image, tag, replaces } of images) {
      const wanted = replaces ?? image;
      const isIt = (item: unknown) => isMap(item) && [wanted, image].includes(normal(item.get("name")) ?? "");
      const entry = list.items.find(isIt) ?? edit.add(list, { name: familiar(wanted) });
      if (!isMap(entry)) continue;
      const name = withoutDigest(tag);
      if (replaces !== undefined && normal(entry.get("newName")) !== image) edit.set(entry, "newName", image);
      edit.set(entry, "newTag", name);
      if (name === tag) edit.remove(entry, "digest");
      else edit.set(entry, "digest", tag.slice(name.length + 1));
    }
  });
}

/** Helm values with these tags at the places that the policies name. @throws GitOpsError Invalid when a place is not there */
export function writeHelmValues(text: string | undefined, images: readonly RunningImage[]): string {
  return editYaml(text, (edit) => {
    const named = images.map((image) => ({ ...image, helm: image.helm ?? DEFAULT_PLACE }));
    for (const { name, value } of named.flatMap(valuesOf)) {
      const path = pathOf(edit, name);
      const owner = path.length === 1 ? edit.document.contents : edit.document.getIn(path.slice(0, -1));
      const key = path.at(-1);
      if (key === undefined || !(owner instanceof YAMLMap || owner instanceof YAMLSeq))
        throw new Error("no such place");
      edit.set(owner, key, value);
    }
  });
}

/** `frontend.images[0].tag`; a key that holds the dots itself is found first, as by Image Updater. */
export function pathOf({ document }: Pick<YamlEdit, "document">, name: string): readonly (string | number)[] {
  if (document.has(name)) return [name];
  const parts = name.split(/[.[\]]+/).filter((part) => part !== "");
  return parts.map((part) => (/^\d+$/.test(part) ? Number(part) : part));
}

/** An item `[name=]image:tag` of `kustomize.images`. */
function putText(edit: YamlEdit, item: string): void {
  const list = edit.listAt(["kustomize", "images"]);
  const index = list.items.findIndex((_, at) => replacedIn(String(list.get(at))) === replacedIn(item));
  if (index < 0) edit.add(list, item);
  else edit.set(list, index, item);
}

function putParameter(edit: YamlEdit, { name, value }: { readonly name: string; readonly value: string }): void {
  const list = edit.listAt(["helm", "parameters"]);
  const found = list.items.find((item) => isMap(item) && item.get("name") === name);
  if (isMap(found)) edit.set(found, "value", value);
  else {
    const made = edit.add(list, { name });
    if (made === undefined) return;
    edit.set(made, "value", value);
    made.set("forcestring", true);
  }
}

/** The image that the manifests name, of `api=registry.example.com/api:v1`. */
function replacedIn(item: string): string | undefined {
  return normal(item.split("=", 1)[0]);
}

export function normal(text: unknown): string | undefined {
  const image = typeof text === "string" ? parseImage(text) : undefined;
  return image && imageName(image);
}

/** Kustomize compares names as they are written, and nobody writes `docker.io/library/nginx`. */
function familiar(image: string): string {
  return image.replace(/^docker\.io\/(?:library\/)?/, "");
}
