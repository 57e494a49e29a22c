import type { HelmPlace, ImagePolicy } from "./policy.ts";

/** Where Image Updater looks when the policy names no place. */
export const DEFAULT_PLACE: HelmPlace = { name: "image.name", tag: "image.tag" };

/** A Helm value, by its place in the values: `image.tag`. */
export interface HelmValue {
  readonly name: string;
  readonly value: string;
}

/** What the places of a policy say when this tag of its image runs; nothing where it names no place. */
export function valuesOf({
  image,
  tag,
  helm,
}: Pick<ImagePolicy, "image" | "helm"> & { readonly tag: string }): readonly HelmValue[] {
  if (helm === undefined) return [];
  if ("spec" in helm) return [{ name: helm.spec, value: `${image}:${tag}` }];
  return [
    ...(helm.name === undefined ? [] : [{ name: helm.name, value: image }]),
    ...(helm.tag === undefined ? [] : [{ name: helm.tag, value: tag }]),
  ];
}
