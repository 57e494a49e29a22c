import { parseDuration } from "../components/application/duration.ts";
import type { ImageOverlay } from "../components/application/overlay.ts";
import type { Decoder, Place } from "./decode.ts";
import { flag, list, record, refuse, text } from "./decode.ts";

/** The same names as in the configuration file, where a duration is text. */
type ImageKeys = Omit<ImageOverlay, "minimumAgeMs"> & { readonly minimumAge?: number };

const TAG_RULE = text("a text as in the Argo CD Image Updater annotation");

const IMAGE_KEYS = record<ImageKeys>({
  allowTags: TAG_RULE,
  ignoreTags: TAG_RULE,
  constraint: TAG_RULE,
  strategy: TAG_RULE,
  pullSecret: TAG_RULE,
  skip: list(text("a tag, or a pattern of tags")),
  minimumAge: decodePeriod,
  pinDigest: flag,
  writeBack: TAG_RULE,
  gitBranch: TAG_RULE,
});

/** `gitops:images`, for all Applications or for one. */
export const decodeImages: Decoder<ImageOverlay> = (value, place) => {
  const keys = IMAGE_KEYS(value, place);
  if (keys === undefined) return undefined;
  const { minimumAge, ...images } = keys;
  return minimumAge === undefined ? images : { ...images, minimumAgeMs: minimumAge };
};

/** `5m`, or whole seconds. */
export function decodePeriod(value: unknown, place: Place): number | undefined {
  const period = parseDuration(String(value));
  if (period !== undefined && period > 0) return period;
  refuse(place, 'a duration like "5m"', value);
  return undefined;
}
