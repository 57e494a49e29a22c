import type { ApplicationOverlay, EnvironmentOverlay, ImageKeys, ImageOverlay } from "./application/overlay.ts";
import { imageKeysOf } from "./application/overlay.ts";
import { formatPlatforms } from "./image/platform.ts";
import type { ImagePolicy } from "./image/policy.ts";
import type { Given, Origin } from "./image/given.ts";
import { annotationKey } from "./image/given-annotations.ts";
import { findSetting, OVERLAY_KEYS } from "./image/policy-settings.ts";
import type { Setting } from "./image/setting.ts";

/** A setting of an image policy, and who gives it. */
export interface ExplainedSetting {
  /** Null when nothing is set and there is no default. */
  readonly value: string | null;
  readonly source: "stack" | "annotation" | "imageUpdater" | "default";
  /** The annotation, the place in an ImageUpdater, or the key of the stack's configuration; null for a default. */
  readonly key: string | null;
}

export interface ExplainedPolicy {
  readonly strategy: ExplainedSetting;
  readonly constraint: ExplainedSetting;
  readonly allowTags: ExplainedSetting;
  readonly ignoreTags: ExplainedSetting;
  readonly platforms: ExplainedSetting;
  readonly pullSecret: ExplainedSetting;
  readonly skip: ExplainedSetting;
  readonly minimumAge: ExplainedSetting;
  readonly pinDigest: ExplainedSetting;
}

/** What one Application is made of, as far as image policies go. */
export interface PolicyOrigins {
  readonly application: string;
  readonly given: Given;
  /** `gitops:images` */
  readonly environment: EnvironmentOverlay;
  /** `gitops:overrides.<application>` */
  readonly own: ApplicationOverlay | undefined;
}

/** Says of each setting of a policy where it comes from. */
export function explainPolicy(policy: ImagePolicy, origins: PolicyOrigins): ExplainedPolicy {
  const overlay = { ...origins.environment.images, ...origins.own?.images };
  const keys = imageKeysOf(origins.application, origins.environment.images, origins.own?.images);
  const explain = (setting: Setting, value: string | null): ExplainedSetting => {
    const found = findSetting(setting, policy, origins.given, overlay);
    const key = OVERLAY_KEYS[setting];
    if (found === undefined) return { value, source: "default", key: null };
    if (found.by !== "stack") return { value, ...sourceOf(found.by, origins.given) };
    return { value, source: "stack", key: (key && keys[key]) ?? null };
  };
  return {
    strategy: explain("update-strategy", policy.strategy),
    constraint: explainConstraint(policy, overlay, origins.given, keys),
    allowTags: explain("allow-tags", policy.allowTags ?? "any"),
    ignoreTags: explain("ignore-tags", policy.ignoreTags.length === 0 ? null : policy.ignoreTags.join(", ")),
    platforms: explain("platforms", formatPlatforms(policy.platforms)),
    pullSecret: explain("pull-secret", policy.pullSecret ?? null),
    skip: fromStack("skip", policy.skip === undefined ? null : policy.skip.join(", "), keys),
    minimumAge: fromStack("minimumAgeMs", formatAge(policy.minimumAgeMs), keys),
    pinDigest: fromStack("pinDigest", policy.pinDigest === true ? "true" : null, keys),
  };
}

function fromStack(key: keyof ImageOverlay, value: string | null, keys: ImageKeys): ExplainedSetting {
  return value === null ? { value, source: "default", key: null } : { value, source: "stack", key: keys[key] ?? null };
}

/** As a duration that the configuration takes: `36h`, `90m`, `5s`. */
function formatAge(milliseconds: number | undefined): string | null {
  if (milliseconds === undefined) return null;
  if (milliseconds % 3_600_000 === 0) return `${milliseconds / 3_600_000}h`;
  return milliseconds % 60_000 === 0 ? `${milliseconds / 60_000}m` : `${milliseconds / 1000}s`;
}

function explainConstraint(
  policy: ImagePolicy,
  overlay: ImageOverlay,
  given: Given,
  keys: ImageKeys,
): ExplainedSetting {
  const { constraint } = policy;
  if (constraint === undefined) return { value: null, source: "default", key: null };
  if (overlay.constraint !== undefined) return fromStack("constraint", constraint, keys);
  const listed = given.images.find(({ image }) => image === policy.image);
  return { value: constraint, ...sourceOf({ name: "image-list", origin: listed?.origin }, given) };
}

function sourceOf(
  by: { readonly name: string; readonly origin: Origin | undefined },
  { kind, list }: Given,
): Pick<ExplainedSetting, "source" | "key"> {
  if (kind !== "imageUpdater") return { source: "annotation", key: annotationKey(by.name) };
  const { file = "", line = 1, property } = by.origin ?? list;
  return { source: "imageUpdater", key: `${file}:${line}: ${property}` };
}
