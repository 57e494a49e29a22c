import type { LabelSelector } from "../application/label-selector.ts";
import { readLabelSelector } from "../application/label-selector.ts";
import { readMetadata } from "../application/metadata.ts";
import { quote } from "../application/quote.ts";
import { fail, optional, readFields, readFlag, readList, readText, required } from "../application/reader.ts";
import type { Fields, Place, Reader } from "../application/reader.ts";
import type { ParsedResources, ResourceKind, SourceFile } from "../application/resources.ts";
import { parseResources } from "../application/resources.ts";
import type { GivenValue, Origin } from "./given.ts";
import { parseGlob } from "./glob.ts";
import type { ListedImage } from "./image-list.ts";
import { aliasKey, repetitions } from "./image-list.ts";
import { originOf, readImage, readUpdateSettings, readWriteBack, UPDATER_FIELDS } from "./image-updater-settings.ts";

/** An ImageUpdater of Argo CD Image Updater (argocd-image-updater.argoproj.io/v1alpha1): rules for images, by Application. */
export interface ImageUpdater {
  readonly name: string;
  readonly file: string;
  readonly refs: readonly ApplicationRef[];
}

/** For whom the rules are. What stands in the ref has been laid over what stands in the whole ImageUpdater. */
export interface ApplicationRef {
  readonly namePattern: string;
  readonly labels: LabelSelector;
  readonly hasLabels: boolean;
  /** Everything stands in the annotations of the Application. */
  readonly useAnnotations: boolean;
  readonly images: readonly ListedImage[];
  readonly list: Origin;
  /** As in `Given`. */
  readonly values: ReadonlyMap<string, GivenValue>;
}

type Values = ReadonlyMap<string, GivenValue>;

const IMAGE_UPDATER: ResourceKind<ImageUpdater> = {
  kind: "ImageUpdater",
  apiVersion: "argocd-image-updater.argoproj.io/v1alpha1",
  noun: "an ImageUpdater",
  read: readImageUpdater,
  describeKind: () => "only ImageUpdaters belong into this folder",
};

/** Reads ImageUpdaters; unknown fields and fields that are not supported yet are mistakes. */
export function parseImageUpdaters(files: readonly SourceFile[]): readonly ParsedResources<ImageUpdater>[] {
  return parseResources(files, IMAGE_UPDATER);
}

function readImageUpdater(reader: Reader, root: Place): ImageUpdater | undefined {
  const fields = readFields(reader, root, UPDATER_FIELDS.document);
  if (fields === undefined) return undefined;
  const metadata = required(reader, root, fields, "metadata", readMetadata);
  const refs = required(reader, root, fields, "spec", readSpec);
  if (metadata?.name === undefined || refs === undefined) return undefined;
  return { name: metadata.name, file: reader.file, refs };
}

function readSpec(reader: Reader, place: Place): readonly ApplicationRef[] | undefined {
  const fields = readFields(reader, place, UPDATER_FIELDS.spec);
  if (fields === undefined) return undefined;
  const common = readCommon(reader, fields);
  const list = required(reader, place, fields, "applicationRefs", readList) ?? [];
  if (fields.has("applicationRefs") && list.length === 0) fail(reader, place, "expected at least one applicationRef");
  return list.flatMap((item) => readRef(reader, item, common) ?? []);
}

interface Common {
  readonly settings: Values;
  readonly writeBack: Values;
}

function readCommon(reader: Reader, fields: Fields): Common {
  return {
    settings: optional(reader, fields, "commonUpdateSettings", readUpdateSettings) ?? new Map<string, GivenValue>(),
    writeBack: optional(reader, fields, "writeBackConfig", readWriteBack) ?? new Map<string, GivenValue>(),
  };
}

function readRef(reader: Reader, place: Place, common: Common): ApplicationRef | undefined {
  const fields = readFields(reader, place, UPDATER_FIELDS.ref);
  if (fields === undefined) return undefined;
  const namePattern = required(reader, place, fields, "namePattern", readPattern);
  const useAnnotations = optional(reader, fields, "useAnnotations", readFlag) ?? false;
  const own = readCommon(reader, fields);
  const settings = new Map([...common.settings, ...own.settings]);
  const places = optional(reader, fields, "images", readList) ?? [];
  if (!useAnnotations && places.length === 0) fail(reader, place, "expected images, or useAnnotations: true");
  const images = places.flatMap((item) => readImage(reader, item, settings) ?? []);
  for (const reason of repetitions(images.map(({ listed }) => listed))) fail(reader, place, reason);
  if (namePattern === undefined) return undefined;
  return {
    namePattern,
    labels: optional(reader, fields, "labelSelectors", readLabelSelector) ?? [],
    hasLabels: fields.has("labelSelectors"),
    useAnnotations,
    images: images.map(({ listed }) => listed),
    list: originOf(reader, fields.get("images") ?? place),
    values: new Map([
      ...images.flatMap(({ listed, values }) => namedBy(listed, values)),
      ...common.writeBack,
      ...own.writeBack,
    ]),
  };
}

function namedBy({ alias = "" }: ListedImage, values: Values): readonly (readonly [string, GivenValue])[] {
  return [...values].map(([setting, value]) => [`${aliasKey(alias)}.${setting}`, value] as const);
}

function readPattern(reader: Reader, place: Place): string | undefined {
  const text = readText(reader, place);
  if (text === undefined || (text !== "" && parseGlob(text) !== undefined)) return text;
  fail(reader, place, `expected the name of an Application or a pattern of names, found ${quote(text)}`);
  return undefined;
}
