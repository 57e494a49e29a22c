import type { ImageKeys, ImageOverlay } from "../application/overlay.ts";
import type { Failure } from "../error.ts";
import { formatFailure } from "../error.ts";
import type { Given, GivenValue } from "./given.ts";
import type { ListedImage } from "./image-list.ts";
import { aliasKey } from "./image-list.ts";
import type { Platform } from "./platform.ts";
import { DEFAULT_PLATFORMS, parsePlatforms } from "./platform.ts";
import { checkConstraint } from "./policy-constraint.ts";
import { findSetting, keyIn, OVERLAY_KEYS } from "./policy-settings.ts";
import { imageName, parseImage } from "./reference.ts";
import type { Setting } from "./setting.ts";
import { checkSetting, SETTINGS, splitList } from "./setting.ts";
import type { Strategy } from "./strategy.ts";
import { parseStrategy } from "./strategy.ts";
import { checkApplicationSetting, checkWriteBack, isApplicationSetting } from "./write-back-settings.ts";

/** Which tag of an image to run: the one that the strategy prefers among those that the filters allow. */
export interface ImagePolicy {
  readonly alias: string | undefined;
  /** As `imageName` spells it. */
  readonly image: string;
  readonly strategy: Strategy;
  /**
   * With semver a version constraint; undefined is every release, no pre-release. With digest the tag to follow. The other
   * strategies have no use for it.
   */
  readonly constraint: string | undefined;
  /** `any` or `regexp:<RE2>`; undefined is `any`. */
  readonly allowTags: string | undefined;
  /** Patterns of tags that are never taken. */
  readonly ignoreTags: readonly string[];
  /** What the image has to run on, where the strategy looks into it: newest-build and digest. */
  readonly platforms: readonly Platform[];
  /** Whose credential to use, in one of the forms of `parsePullSecret`; absent: that of the registry. */
  readonly pullSecret?: string;
  /** The image that the manifests name where this one is to run (`kustomize.image-name`), as `imageName` spells it. */
  readonly replaces?: string;
  /** Where the values of a Helm chart have the image. */
  readonly helm?: HelmPlace;
  /** Patterns of tags that the stack's configuration calls bad. */
  readonly skip?: readonly string[];
  /** How long ago a tag must have been built, in milliseconds. */
  readonly minimumAgeMs?: number;
  /** Whether to run `tag@digest`. */
  readonly pinDigest?: boolean;
}

/** Places in Helm values such as `image.tag`: either the whole image in one, or its name and its tag. */
export type HelmPlace = { readonly spec: string } | { readonly name?: string; readonly tag?: string };

export interface ParsedPolicies {
  /** Of the images about which nothing is wrong. */
  readonly policies: readonly ImagePolicy[];
  readonly failures: readonly Failure[];
}

/**
 * Image policies of one Application. The stack's overlay wins over what is given for an alias, that over what is given for the
 * whole Application. What is not supported is a failure, never ignored.
 * @param keys what the stack calls its rules, for messages
 */
export function parsePolicies(given: Given, overlay: ImageOverlay = {}, keys: ImageKeys = {}): ParsedPolicies {
  const failures = [
    ...given.failures,
    ...[...given.values].flatMap(([name, value]) => checkValue(name, value)),
    ...given.images.flatMap((image) => checkTargets(image, given)),
    ...checkWriteBack(given, overlay, keys),
    ...checkOverlay(overlay, keys),
    ...checkConstraints(given, overlay, keys),
  ];
  return { policies: given.images.flatMap((image) => policyOf(image, given, overlay)), failures: unique(failures) };
}

/** One mistake of an ImageUpdater counts for many images. */
function unique(failures: readonly Failure[]): readonly Failure[] {
  return [...new Map(failures.map((failure) => [formatFailure(failure), failure])).values()];
}

function checkValue(name: string, { value, origin }: GivenValue): readonly Failure[] {
  const setting = SETTINGS.find((one) => name === one || name.endsWith(`.${one}`));
  const reason = isApplicationSetting(name)
    ? checkApplicationSetting(name, value)
    : setting && checkSetting(setting, value);
  return reason === undefined ? [] : [{ ...origin, reason }];
}

/** Image Updater updates neither then. */
function checkTargets({ alias }: ListedImage, { values }: Given): readonly Failure[] {
  if (alias === undefined) return [];
  const isKustomized = values.has(`${aliasKey(alias)}.kustomize.image-name`);
  const helm = SETTINGS.filter((setting) => setting.startsWith("helm."))
    .map((setting) => values.get(`${aliasKey(alias)}.${setting}`))
    .find((value) => value !== undefined);
  if (!isKustomized || helm === undefined) return [];
  return [
    { ...helm.origin, reason: `the alias ${JSON.stringify(alias)} has kustomize.image-name too; only one can be` },
  ];
}

function checkOverlay(overlay: ImageOverlay, keys: ImageKeys): readonly Failure[] {
  const skipped = checkSetting("ignore-tags", (overlay.skip ?? []).join(","));
  const texts = SETTINGS.flatMap((setting) => {
    const key = OVERLAY_KEYS[setting];
    if (key === undefined) return [];
    const value = overlay[key];
    const reason = value === undefined ? undefined : checkSetting(setting, value);
    return reason === undefined ? [] : [{ property: keyIn(keys, key), reason }];
  });
  return skipped === undefined ? texts : [...texts, { property: keyIn(keys, "skip"), reason: skipped }];
}

/** What a constraint may be depends on the strategy of each image; the stack's own is judged even when there is no image. */
function checkConstraints(given: Given, overlay: ImageOverlay, keys: ImageKeys): readonly Failure[] {
  const { images } = given;
  const unlisted: ListedImage = { alias: undefined, image: "", constraint: undefined };
  const judged = images.length > 0 || overlay.constraint === undefined ? images : [unlisted];
  const failures = judged.flatMap((listed): readonly Failure[] => {
    const found = findSetting("update-strategy", listed, given, overlay);
    const strategy = parseStrategy(found?.value ?? "") ?? "semver";
    const reason = checkConstraint(listed.image, overlay.constraint ?? listed.constraint, strategy);
    const fromStack = { property: keyIn(keys, "constraint") };
    const origin = overlay.constraint === undefined ? (listed.origin ?? given.list) : fromStack;
    return reason === undefined ? [] : [{ ...origin, reason }];
  });
  return failures.filter((one, index) => failures.findIndex((other) => other.reason === one.reason) === index);
}

function policyOf(listed: ListedImage, given: Given, overlay: ImageOverlay): readonly ImagePolicy[] {
  const value = (setting: Setting) => findSetting(setting, listed, given, overlay)?.value;
  const isBroken = SETTINGS.some((setting) => {
    const text = value(setting);
    return text !== undefined && checkSetting(setting, text) !== undefined;
  });
  const strategy = parseStrategy(value("update-strategy") ?? "semver");
  const constraint = overlay.constraint ?? listed.constraint;
  if (isBroken || strategy === undefined || checkConstraint(listed.image, constraint, strategy) !== undefined)
    return [];
  const pullSecret = value("pull-secret")?.trim();
  const policy: ImagePolicy = {
    ...{ alias: listed.alias, image: listed.image, strategy, constraint },
    allowTags: value("allow-tags"),
    ignoreTags: splitList(value("ignore-tags") ?? ""),
    platforms: parsePlatforms(value("platforms") ?? "") ?? DEFAULT_PLATFORMS,
    ...(pullSecret === undefined ? {} : { pullSecret }),
    ...targetOf(value),
    ...(overlay.skip === undefined ? {} : { skip: overlay.skip }),
    ...(overlay.minimumAgeMs === undefined ? {} : { minimumAgeMs: overlay.minimumAgeMs }),
    ...(overlay.pinDigest === true ? { pinDigest: true } : {}),
  };
  return [policy];
}

function targetOf(value: (setting: Setting) => string | undefined): Pick<ImagePolicy, "replaces" | "helm"> {
  const original = parseImage(value("kustomize.image-name")?.trim() ?? "");
  const spec = value("helm.image-spec")?.trim();
  const name = value("helm.image-name")?.trim();
  const tag = value("helm.image-tag")?.trim();
  if (original !== undefined) return { replaces: imageName(original) };
  if (spec !== undefined) return { helm: { spec } };
  if (name === undefined && tag === undefined) return {};
  return { helm: { ...(name === undefined ? {} : { name }), ...(tag === undefined ? {} : { tag }) } };
}
