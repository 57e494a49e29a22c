import type { FieldTable } from "../application/fields.ts";
import { quote } from "../application/quote.ts";
import { fail, optional, readFields, readFlag, readList, readText, required } from "../application/reader.ts";
import type { Fields, Place, Reader } from "../application/reader.ts";
import type { GivenValue, Origin } from "./given.ts";
import type { ListedImage } from "./image-list.ts";
import { parseListed } from "./image-list.ts";
import type { Setting } from "./setting.ts";
import type { ApplicationSetting } from "./write-back-settings.ts";

const VERIFICATION = { notYet: "verify signatures when the cluster admits a pod" };

/** Every field of the ImageUpdater CRD, by the map it stands in. */
export const UPDATER_FIELDS = {
  document: { apiVersion: "read", kind: "read", metadata: "read", spec: "read", status: "ignored" },
  // Namespaces of Argo CD's control plane mean nothing here.
  spec: {
    namespace: "ignored",
    commonUpdateSettings: "read",
    writeBackConfig: "read",
    applicationRefs: "read",
    imagesVerification: VERIFICATION,
  },
  ref: {
    namePattern: "read",
    labelSelectors: "read",
    useAnnotations: "read",
    commonUpdateSettings: "read",
    writeBackConfig: "read",
    images: "read",
    imagesVerification: VERIFICATION,
  },
  image: {
    alias: "read",
    imageName: "read",
    commonUpdateSettings: "read",
    manifestTargets: "read",
    imagesVerification: VERIFICATION,
  },
} as const satisfies Readonly<Record<string, FieldTable>>;

const SETTINGS = {
  updateStrategy: "read",
  forceUpdate: "read",
  allowTags: "read",
  ignoreTags: "read",
  pullSecret: "read",
  platforms: "read",
} as const;
const TARGETS = {
  helm: "read",
  kustomize: "read",
  plugin: { notYet: "images are promoted in the manifests" },
} as const;
const HELM = { name: "read", tag: "read", spec: "read" } as const;
const KUSTOMIZE = { name: "read" } as const;
const WRITE_BACK = { method: "read", gitConfig: "read" } as const;
const GIT = {
  repository: "read",
  branch: "read",
  writeBackTarget: "read",
  pullRequest: { notYet: "name a branch for proposals: base:template" },
} as const;

type Values = Map<string, GivenValue>;
type ReadValue = (reader: Reader, place: Place) => string | undefined;

export function originOf({ file, document }: Reader, { at, path }: Place): Origin {
  return { file, line: document.lineOf(at), property: path };
}

/** `commonUpdateSettings`, by the names of the annotations. */
export function readUpdateSettings(reader: Reader, place: Place): Values | undefined {
  return readValues(reader, readFields(reader, place, SETTINGS), {
    updateStrategy: ["update-strategy", readText],
    forceUpdate: ["force-update", (...at) => readFlag(...at)?.toString()],
    allowTags: ["allow-tags", readText],
    ignoreTags: ["ignore-tags", readTexts],
    pullSecret: ["pull-secret", readText],
    platforms: ["platforms", readTexts],
  });
}

/** `writeBackConfig`, by the names of the annotations. */
export function readWriteBack(reader: Reader, place: Place): Values | undefined {
  const fields = readFields(reader, place, WRITE_BACK);
  const git = optional(reader, fields, "gitConfig", (...at) => readFields(...at, GIT));
  const method = readValues(reader, fields, { method: ["write-back-method", readText] });
  const others = readValues(reader, git, {
    repository: ["git-repository", readText],
    branch: ["git-branch", readText],
    writeBackTarget: ["write-back-target", readText],
  });
  return new Map([...(method ?? []), ...(others ?? [])]);
}

/** An item of `images`, laid over what applies to all of them. */
export function readImage(
  reader: Reader,
  place: Place,
  common: ReadonlyMap<string, GivenValue>,
): { readonly listed: ListedImage; readonly values: Values } | undefined {
  const fields = readFields(reader, place, UPDATER_FIELDS.image);
  if (fields === undefined) return undefined;
  const alias = required(reader, place, fields, "alias", readText);
  const name = required(reader, place, fields, "imageName", readText);
  const own = optional(reader, fields, "commonUpdateSettings", readUpdateSettings) ?? [];
  const targets = optional(reader, fields, "manifestTargets", readTargets) ?? [];
  if (alias === undefined || name === undefined) return undefined;
  const listed = parseListed(alias, name);
  const at = fields.get("imageName") ?? place;
  if (typeof listed === "string") fail(reader, at, listed);
  if (typeof listed === "string") return undefined;
  return { listed: { ...listed, origin: originOf(reader, at) }, values: new Map([...common, ...own, ...targets]) };
}

function readTargets(reader: Reader, place: Place): Values {
  const fields = readFields(reader, place, TARGETS);
  const helm = optional(reader, fields, "helm", (...at) => readFields(...at, HELM));
  const kustomize = optional(reader, fields, "kustomize", (...at) => readFields(...at, KUSTOMIZE));
  const inHelm = readValues(reader, helm, {
    name: ["helm.image-name", readText],
    tag: ["helm.image-tag", readText],
    spec: ["helm.image-spec", readText],
  });
  const inKustomize = readValues(reader, kustomize, { name: ["kustomize.image-name", readText] });
  return new Map([...(inHelm ?? []), ...(inKustomize ?? [])]);
}

function readValues(
  reader: Reader,
  fields: Fields | undefined,
  readers: Readonly<Record<string, readonly [Setting | ApplicationSetting, ReadValue]>>,
): Values | undefined {
  if (fields === undefined) return undefined;
  const values: Values = new Map();
  for (const [field, [name, read]] of Object.entries(readers)) {
    const place = fields.get(field);
    const value = place && read(reader, place);
    if (place !== undefined && value !== undefined) values.set(name, { value, origin: originOf(reader, place) });
  }
  return values;
}

/** A list of what annotations write with commas between. */
function readTexts(reader: Reader, place: Place): string | undefined {
  const texts = (readList(reader, place) ?? []).flatMap((item) => {
    const text = readText(reader, item);
    if (text?.includes(",") === true) fail(reader, item, `expected one item without comma, found ${quote(text)}`);
    return text ?? [];
  });
  return texts.join(",");
}
