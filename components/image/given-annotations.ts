import type { Application } from "../application/application.ts";
import type { Failure } from "../error.ts";
import type { Given, GivenValue, Origin } from "./given.ts";
import type { ImageList } from "./image-list.ts";
import { aliasKey, parseImageList } from "./image-list.ts";
import { ALIAS_ONLY, SETTINGS } from "./setting.ts";
import { APPLICATION_SETTINGS } from "./write-back-settings.ts";

/** Prefix of the annotations of Argo CD Image Updater. */
const PREFIX = "argocd-image-updater.argoproj.io/";

/** An Application as far as its annotations go. */
export type Annotated = Pick<Application, "file" | "annotations" | "annotationLines">;

type Annotations = Annotated["annotations"];

export function annotationKey(name: string): string {
  return `${PREFIX}${name}`;
}

/** @param beside the annotation whose line is told where the one itself is not there */
function originOf({ file, annotationLines }: Annotated, name: string, beside = name): Origin {
  const [key, instead] = [annotationKey(name), annotationKey(beside)];
  const line = annotationLines[key] ?? annotationLines[instead];
  return { file, ...(line === undefined ? {} : { line }), property: `metadata.annotations["${key}"]` };
}

/** What the annotations of an Application say about its images; those that Image Updater does not know are failures. */
export function givenByAnnotations(application: Annotated): Given {
  const { annotations } = application;
  const text = annotations[annotationKey("image-list")];
  const list: ImageList = text === undefined ? { images: [], reasons: [] } : parseImageList(text);
  const aliases = list.images.flatMap(({ alias }) => (alias === undefined ? [] : [aliasKey(alias)]));
  const others = othersIn(annotations);
  const origin = originOf(application, "image-list", others[0]);
  // A broken entry may have been the one with the alias.
  const known = text === undefined || list.reasons.length > 0 ? undefined : aliases;
  return {
    kind: text === undefined ? "none" : "annotations",
    images: list.images,
    list: origin,
    values: new Map(others.map((name) => [name, valueOf(application, name)])),
    failures: [
      ...list.reasons.map((reason) => ({ ...origin, reason })),
      ...(text === undefined ? checkUnlisted(others, origin) : []),
      ...others.flatMap((name) => checkName(application, name, known)),
    ],
  };
}

function valueOf(application: Annotated, name: string): GivenValue {
  return { value: application.annotations[annotationKey(name)] ?? "", origin: originOf(application, name) };
}

function othersIn(annotations: Annotations): readonly string[] {
  const keys = Object.keys(annotations).filter((key) => key.startsWith(PREFIX) && key !== annotationKey("image-list"));
  return keys.map((key) => key.slice(PREFIX.length));
}

/** Without `image-list` the other annotations do nothing, which whoever wrote them did not mean. */
function checkUnlisted(names: readonly string[], origin: Origin): readonly Failure[] {
  if (names.length === 0) return [];
  return [{ ...origin, reason: `expected, because ${names.join(", ")} is given; found nothing` }];
}

/** @param aliases as annotations spell them; undefined when there is no usable `image-list`, so they cannot be judged */
function checkName(application: Annotated, name: string, aliases: readonly string[] | undefined): readonly Failure[] {
  const reason = complaint(name, aliases);
  return reason === undefined ? [] : [{ ...originOf(application, name), reason }];
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
