import { parseGlob } from "./glob.ts";
import { parsePlatforms } from "./platform.ts";
import { checkPullSecret } from "./pull-secret.ts";
import { parseImage } from "./reference.ts";
import { parseStrategy, STRATEGIES } from "./strategy.ts";
import { parseTagFilter } from "./tag-filter.ts";

/** What is set for one image, in the words of Image Updater's annotations. */
export type Setting =
  | "update-strategy"
  | "allow-tags"
  | "ignore-tags"
  | "platforms"
  | "force-update"
  | "pull-secret"
  | "kustomize.image-name"
  | "helm.image-name"
  | "helm.image-tag"
  | "helm.image-spec";

const CHECKS: Readonly<Record<Setting, (value: string) => string | undefined>> = {
  "update-strategy": checkStrategy,
  "allow-tags": (value) => parseTagFilter(value).reason,
  "ignore-tags": checkIgnoreTags,
  platforms: checkPlatforms,
  "force-update": checkFlag,
  "pull-secret": checkPullSecret,
  "kustomize.image-name": checkImageName,
  "helm.image-name": checkValuesKey,
  "helm.image-tag": checkValuesKey,
  "helm.image-spec": checkValuesKey,
};

export const SETTINGS = Object.keys(CHECKS) as readonly Setting[];

/** Image Updater looks for these under an alias only. */
export const ALIAS_ONLY: ReadonlySet<string> = new Set<Setting>([
  ...(["platforms", "kustomize.image-name", "helm.image-name", "helm.image-tag", "helm.image-spec"] as const),
]);

// `frontend.images[0].tag`: how Helm's `--set` writes a place in the values.
const VALUES_KEY = /^[^\s.[\]]+(?:\[\d{1,3}\])*(?:\.[^\s.[\]]+(?:\[\d{1,3}\])*)*$/;

/** What is wrong with the value of one setting, if anything. The grammar is the annotation's, wherever the value stands. */
export function checkSetting(setting: Setting, value: string): string | undefined {
  return CHECKS[setting](value);
}

export function isSetting(name: string): name is Setting {
  return Object.hasOwn(CHECKS, name);
}

/** Items with commas between, without empty ones. */
export function splitList(value: string): readonly string[] {
  return value
    .split(",")
    .map((item) => item.trim())
    .filter((item) => item !== "");
}

function checkStrategy(value: string): string | undefined {
  if (parseStrategy(value) !== undefined) return undefined;
  return `expected one of ${STRATEGIES.join(", ")}, found ${JSON.stringify(value)}`;
}

function checkPlatforms(value: string): string | undefined {
  if (parsePlatforms(value) !== undefined) return undefined;
  return `expected platforms such as "linux/amd64, linux/arm64", found ${JSON.stringify(value)}`;
}

function checkIgnoreTags(value: string): string | undefined {
  const broken = splitList(value).filter((pattern) => parseGlob(pattern) === undefined);
  return broken.length === 0 ? undefined : `malformed pattern ${broken.map((one) => JSON.stringify(one)).join(", ")}`;
}

function checkFlag(value: string): string | undefined {
  return /^\s*(?:true|false)\s*$/i.test(value) ? undefined : `expected true or false, found ${JSON.stringify(value)}`;
}

function checkImageName(value: string): string | undefined {
  if (parseImage(value.trim()) !== undefined) return undefined;
  return `expected the name of an image as the manifests write it, found ${JSON.stringify(value)}`;
}

function checkValuesKey(value: string): string | undefined {
  if (VALUES_KEY.test(value.trim())) return undefined;
  return `expected a place in Helm values such as image.tag or images[0].tag, found ${JSON.stringify(value)}`;
}
