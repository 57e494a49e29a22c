import type { HelmParameter } from "./application/helm.ts";
import { decideImages, own } from "./image/guard.ts";
import type { OfferedTag, Running } from "./image/guard.ts";
import { valuesOf } from "./image/helm-place.ts";
import { pinOf } from "./image/pins.ts";
import type { ImagePolicy } from "./image/policy.ts";
import { isDigest, isTagOrDigest } from "./image/reference.ts";

/** What promotion tells a chart before it is rendered. */
export interface ChartValues {
  readonly parameters: readonly HelmParameter[];
  /** Image -> the tag that they stand for, empty where none is told. The provider, which alone knows what runs, has to come to the same. */
  readonly renderedWith: Readonly<Record<string, string>>;
}

/**
 * The values of the places that policies name in charts (`helm.image-tag` and its like), as Image Updater sets them as parameters of the
 * Application. Which tag that is the provider decides when the chart has been rendered already, so it is foreseen here by the same rules,
 * from what the last run left.
 * @param pins as a person wrote them; one that is none is reported elsewhere
 */
export function chartValues(
  policies: readonly ImagePolicy[],
  candidates: Readonly<Record<string, OfferedTag>>,
  pins: Readonly<Record<string, string>>,
  before: Running,
): ChartValues {
  const told = policies
    .filter(({ helm }) => helm !== undefined)
    .map((policy) => ({ policy, pin: pinFor(policy, pins) }));
  const offered = told.map(({ policy: { image } }) => [image, own(candidates, image) ?? {}] as const);
  const pinned = told.flatMap(({ policy: { image }, pin }) => (pin === undefined ? [] : [[image, pin] as const]));
  const decisions = decideImages(before, Object.fromEntries(offered), Object.fromEntries(pinned));
  const tags = new Map(decisions.map(({ image, tag }) => [image, tag]));
  return {
    parameters: told.flatMap(({ policy }) => parametersOf(policy, tags.get(policy.image))),
    renderedWith: Object.fromEntries(told.map(({ policy: { image } }) => [image, tags.get(image) ?? ""])),
  };
}

function pinFor(policy: ImagePolicy, pins: Readonly<Record<string, string>>): string | undefined {
  const pin = pinOf(policy, pins)?.tag;
  return pin !== undefined && isTagOrDigest(pin) ? pin : undefined;
}

/** A digest alone is no tag: it stands behind `@`, which only a whole reference can say. */
function parametersOf(policy: ImagePolicy, tag: string | undefined): readonly HelmParameter[] {
  if (tag === undefined || isDigest(tag)) return [];
  return valuesOf({ ...policy, tag }).map((value) => ({ ...value, forceString: true }));
}
