import type { Failure } from "../error.ts";
import type { ImagePolicy } from "./policy.ts";
import type { Images } from "./promotion.ts";
import { imageName, isTagOrDigest, parseImage } from "./reference.ts";

/**
 * Pins by image name, from pins by alias or by image as a person writes them (`nginx`). One that would change nothing is a
 * failure: whoever pins an image must not find another version running.
 * @param running the images of the manifests
 * @param application whose pins they are
 */
export function resolvePins(
  pins: Readonly<Record<string, string>>,
  policies: readonly ImagePolicy[],
  running: Images,
  application: string,
): { readonly pins: Images; readonly failures: readonly Failure[] } {
  const failures: Failure[] = [];
  const resolved = new Map<string, string>();
  for (const [key, tag] of Object.entries(pins)) {
    const image = imageOf(key, policies);
    const reason =
      complaint(image, tag, running, isInChart(policies, image)) ??
      (image && resolved.has(image) ? `pins ${image} again` : undefined);
    if (reason !== undefined) failures.push({ property: `gitops:overrides.${application}.pins.${key}`, reason });
    else if (image !== undefined) resolved.set(image, tag);
  }
  return { pins: Object.fromEntries(resolved), failures };
}

/** The pin of the image of a policy and the key under which it stands. Whether a container runs the image is not known here. */
export function pinOf(
  policy: ImagePolicy,
  pins: Readonly<Record<string, string>>,
): { readonly key: string; readonly tag: string } | undefined {
  const found = Object.entries(pins).find(([key]) => imageOf(key, [policy]) === policy.image);
  return found && { key: found[0], tag: found[1] };
}

function imageOf(key: string, policies: readonly ImagePolicy[]): string | undefined {
  const aliased = policies.find(({ alias }) => alias === key);
  if (aliased !== undefined) return aliased.image;
  const image = parseImage(key);
  return image?.tag === undefined && image?.digest === undefined ? image && imageName(image) : undefined;
}

/** A value of the chart is changed then, whatever the chart does with it. */
function isInChart(policies: readonly ImagePolicy[], image: string | undefined): boolean {
  return policies.some((policy) => policy.image === image && policy.helm !== undefined);
}

function complaint(image: string | undefined, tag: string, running: Images, isInChart: boolean): string | undefined {
  if (image === undefined) return "expected an alias of image-list or an image without tag";
  if (!Object.hasOwn(running, image) && !isInChart) {
    const names = Object.keys(running).join(", ");
    return `no container runs ${image}; found ${names === "" ? "no image" : names}`;
  }
  return isTagOrDigest(tag) ? undefined : `expected a tag or a digest, found ${JSON.stringify(tag)}`;
}
