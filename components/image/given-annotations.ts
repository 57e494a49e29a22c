import type { Failure } from "../error.ts";
import type { Given, GivenValue } from "./given.ts";
import type { ImageList } from "./image-list.ts";
import { aliasKey, parseImageList } from "./image-list.ts";
import { ALIAS_ONLY, SETTINGS } from "./setting.ts";
import { APPLICATION_SETTINGS } from "./write-back-settings.ts";

/** Prefix of the annotations of Argo CD Image Updater. */
const PREFIX = "argocd-image-updater.argoproj.io/";

type Annotations = Readonly<Record<string, string>>;

export function annotationKey(name: string): string {
  return `${PREFIX}${name}`;
}

export function annotationProperty(name: string): string {
  return `metadata.annotations["${annotationKey(name)}"]`;
}

/** What the annotations of an Application say about its images; those that Image Updater does not know are failures. */
export function givenByAnnotations(annotations: Annotations): Given {
  const text = annotations[annotationKey("image-list")];
  const list: ImageList = text === undefined ? { images: [], reasons: [] } : parseImageList(text);
  const aliases = list.images.flatMap(({ alias }) => (alias === undefined ? [] : [aliasKey(alias)]));
  const origin = { property: annotationProperty("image-list") };
  // A broken entry may have been the one with the alias.
  const known = text === undefined || list.reasons.length > 0 ? undefined : aliases;
  return {
    kind: text === undefined ? "none" : "annotations",
    images: list.images,
    list: origin,
    values: new Map(othersIn(annotations).map((name) => [name, valueOf(annotations, name)])),
    failures: [
      ...list.reasons.map((reason) => ({ ...origin, reason })),
      ...(text === undefined ? checkUnlisted(annotations) : []),
      ...othersIn(annotations).flatMap((name) => checkName(name, known)),
    ],
  };
}

function valueOf(annotations: Annotations, name: string): GivenValue {
  return { value: annotations[annotationKey(name)] ?? "", origin: { property: annotationProperty(name) } };
}

function othersIn(annotations: Annotations): readonly string[] {
  const keys = Object.keys(annotations).filter((key) => key.startsWith(PREFIX) && key !== annotationKey("image-list"));
  return keys.map((key) => key.slice(PREFIX.length));
}

/** Without `image-list` the other annotations do nothing, which whoever wrote them did not mean. */
function checkUnlisted(annotations: Annotations): readonly Failure[] {
  const names = othersIn(annotations).join(", ");
  if (names === "") return [];
  return [{ property: annotationProperty("image-list"), reason: `expected, because ${names} is given; found nothing` }];
}

/** @param aliases as annotations spell them; undefined when there is no usable `image-list`, so they cannot be judged */
function checkName(name: string, aliases: readonly string[] | undefined): readonly Failure[] {
  const reason = complaint(name, aliases);
  return reason === undefined ? [] : [{ property: annotationProperty(name), reason }];
}

function complaint(name: string, aliases: readonly string[] | undefined): string | undefined {
  if ((APPLICATION_SETTINGS as readonly string[]).includes(name)) return undefined;
  const known = SETTINGS.find((one) => name === one || name.endsWith(`.${one}`));
  if (known === undefined) return "Argo CD Image Updater has no such annotation";
  const alias = name === known ? undefined : name.slice(0, -known.length - 1);
  if (alias !== undefined && aliases !== undefined && !aliases.includes(alias)) {
    return `no image of image-list has the alias ${JSON.stringify(alias)}`;
  }
  const isLost = alias === undefined && ALIAS_ONLY.has(known);
  return isLost ? `expected an alias before it: <alias>.${known}` : undefined;
}
