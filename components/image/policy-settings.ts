import type { ImageKeys, ImageOverlay } from "../application/overlay.ts";
import type { Given, Origin } from "./given.ts";
import type { ListedImage } from "./image-list.ts";
import { aliasKey } from "./image-list.ts";
import type { Setting } from "./setting.ts";
import { ALIAS_ONLY } from "./setting.ts";

type TextKey = "strategy" | "allowTags" | "ignoreTags" | "pullSecret";

/** What the stack calls them, as far as it can set them. */
export const OVERLAY_KEYS: Readonly<Partial<Record<Setting, TextKey & keyof ImageOverlay>>> = {
  "update-strategy": "strategy",
  "allow-tags": "allowTags",
  "ignore-tags": "ignoreTags",
  "pull-secret": "pullSecret",
};

/** What the stack calls one of its rules, for messages. */
export function keyIn(keys: ImageKeys, key: keyof ImageOverlay): string {
  return keys[key] ?? `gitops:images.${key}`;
}

/** The value of a setting, and who gives it: the stack's configuration, or a file under this name. */
export interface Found {
  readonly value: string;
  readonly by: "stack" | { readonly name: string; readonly origin: Origin };
}

/** The stack wins over what is said for the alias, that over what is said for the whole Application. */
export function findSetting(
  setting: Setting,
  { alias }: Pick<ListedImage, "alias">,
  { values }: Pick<Given, "values">,
  overlay: ImageOverlay,
): Found | undefined {
  const key = OVERLAY_KEYS[setting];
  const fromStack = key === undefined ? undefined : overlay[key];
  if (fromStack !== undefined) return { value: fromStack, by: "stack" };
  const own = alias === undefined ? [] : [`${aliasKey(alias)}.${setting}`];
  for (const name of ALIAS_ONLY.has(setting) ? own : [...own, setting]) {
    const found = values.get(name);
    if (found !== undefined) return { value: found.value, by: { name, origin: found.origin } };
  }
  return undefined;
}
