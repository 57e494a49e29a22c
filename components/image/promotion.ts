import type { Manifest } from "../manifest/object.ts";
import type { ImageReference } from "./reference.ts";
import { imageName, parseImage, withTag } from "./reference.ts";

/** Image name, as `imageName` spells it -> tag, or content digest. */
export type Images = Readonly<Record<string, string>>;

const CONTAINER_LISTS = new Set(["containers", "initContainers", "ephemeralContainers"]);

/**
 * The images of all containers, in pods and in the pod template of any kind, whatever it is called there. The first tag of an
 * image counts, with its digest; one without tag is `latest`, as for the kubelet, or its digest.
 */
export function imagesIn(manifests: readonly Manifest[]): Images {
  const found = new Map<string, string>();
  const note = (text: string): string => {
    const image = parseImage(text);
    if (image === undefined) return text;
    const name = imageName(image);
    if (!found.has(name)) found.set(name, saidOf(image));
    return text;
  };
  manifests.forEach((manifest) => mapImages(manifest, note));
  return Object.fromEntries(found);
}

/** What stands behind the name. */
export function saidOf({ tag, digest }: ImageReference): string {
  if (tag === undefined) return digest ?? "latest";
  return digest === undefined ? tag : `${tag}@${digest}`;
}

/**
 * The manifest with the tags given, the same object when none changes. Names stay as they are written; a digest goes when the
 * tag changes.
 * @param replaced image that the manifests name -> image that runs instead, as `kustomize edit set image old=new:tag` does
 */
export function promote(manifest: Manifest, images: Images, replaced: Images = {}): Manifest {
  if (Object.keys(images).length === 0) return manifest;
  return mapImages(manifest, (text) => {
    const image = parseImage(text);
    if (image === undefined) return text;
    const name = imageName(image);
    const other = own(replaced, name);
    const tag = own(images, other ?? name);
    if (tag === undefined) return text;
    if (other !== undefined && other !== name) return withTag(other, tag);
    return tag === image.tag || tag === image.digest ? text : withTag(text, tag);
  });
}

/** The images with those that take the place of others under their own name: what a pin may be for. */
export function withReplaced(images: Images, replaced: Images): Images {
  const found = Object.entries(replaced).flatMap(([from, to]) => {
    const tag = own(images, from);
    return tag === undefined ? [] : [[to, tag] as const];
  });
  return { ...Object.fromEntries(found), ...images };
}

function own(images: Images, name: string): string | undefined {
  return Object.hasOwn(images, name) ? images[name] : undefined;
}

/** A copy in which every container image went through `change`; whatever does not change is shared with the original. */
function mapImages<T>(node: T, change: (image: string) => string): T {
  if (Array.isArray(node)) return mapItems(node, (item) => mapImages<unknown>(item, change)) as T;
  if (!isRecord(node)) return node;
  let copy: Record<string, unknown> | undefined;
  for (const [key, value] of Object.entries(node)) {
    const next =
      CONTAINER_LISTS.has(key) && Array.isArray(value)
        ? mapItems(value, (container) => mapContainer(container, change))
        : mapImages(value, change);
    if (next !== value) (copy ??= { ...node })[key] = next;
  }
  return (copy ?? node) as T;
}

function mapContainer(container: unknown, change: (image: string) => string): unknown {
  if (!isRecord(container)) return container;
  const { image } = container;
  if (typeof image !== "string") return container;
  const next = change(image);
  return next === image ? container : { ...container, image: next };
}

function mapItems(items: readonly unknown[], map: (item: unknown) => unknown): readonly unknown[] {
  const next = items.map(map);
  return next.some((item, index) => item !== items[index]) ? next : items;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
