import { FIELDS } from "./fields.ts";
import { isDnsLabel } from "./names.ts";
import { fail, readFlag, readInteger, readText } from "./reader.ts";
import type { Place, Reader } from "./reader.ts";
import { listOf, mapOf, readRecord, textLike } from "./record.ts";
import type { Read } from "./record.ts";

/** A patch of `spec.source.kustomize`, in the words of a kustomization. */
export interface KustomizePatch {
  readonly path?: string;
  readonly patch?: string;
  readonly target?: Readonly<Record<string, string>>;
  readonly options?: Readonly<Record<string, boolean>>;
}

/** `spec.source.kustomize`: what is laid over the kustomization before it is built. */
export interface KustomizeOptions {
  readonly namePrefix?: string;
  readonly nameSuffix?: string;
  /** `[old=]new[:tag][@digest]`. */
  readonly images?: readonly string[];
  readonly replicas?: readonly { readonly name: string; readonly count: number }[];
  readonly commonLabels?: Readonly<Record<string, string>>;
  readonly forceCommonLabels?: boolean;
  readonly labelWithoutSelector?: boolean;
  readonly labelIncludeTemplates?: boolean;
  readonly commonAnnotations?: Readonly<Record<string, string>>;
  readonly forceCommonAnnotations?: boolean;
  readonly commonAnnotationsEnvsubst?: boolean;
  readonly namespace?: string;
  readonly patches?: readonly KustomizePatch[];
  /** Folders, relative to the source's. */
  readonly components?: readonly string[];
  readonly ignoreMissingComponents?: boolean;
}

const readImage = textLike(
  /^(?!-)[^\s=]+(?:=[^\s=]+|[:@][^\s=]+)$/,
  "[old=]new[:tag][@digest], with a new name, tag or digest",
);
const readName = textLike(/^[^\s=]+$/, "the name of a workload");

const readReplica: Read<{ readonly name: string; readonly count: number }> = (reader, place) => {
  const { name, count = 0 } =
    readRecord<{ name: string; count: number }>(reader, place, FIELDS["spec.source.kustomize.replicas"], {
      name: readName,
      count: readCount,
    }) ?? {};
  if (name !== undefined) return { name, count };
  fail(reader, place, "expected a name and a count");
  return undefined;
};

/** Argo CD takes a whole number or a text of one. */
function readCount(reader: Reader, place: Place): number | undefined {
  const text = "value" in place.node && typeof place.node.value === "string" ? place.node.value : undefined;
  const count = text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : readInteger(reader, place);
  if (count === undefined || count >= 0) return count;
  fail(reader, place, `expected a number of replicas, found ${count}`);
  return undefined;
}

const readTarget: Read<Readonly<Record<string, string>>> = (reader, place) => {
  const table = FIELDS["spec.source.kustomize.patches.target"];
  const readers = Object.fromEntries(Object.keys(table).map((name) => [name, readText]));
  return readRecord<Record<string, string>>(reader, place, table, readers) as Record<string, string> | undefined;
};

const readPatch: Read<KustomizePatch> = (reader, place) => {
  const patch = readRecord<KustomizePatch>(reader, place, FIELDS["spec.source.kustomize.patches"], {
    path: readText,
    patch: readText,
    target: readTarget,
    options: mapOf(readFlag),
  });
  if (patch === undefined || (patch.path === undefined) !== (patch.patch === undefined)) return patch;
  fail(reader, place, `expected exactly one of path and patch`);
  return undefined;
};

const readNamespace: Read<string> = (reader, place) => {
  const text = readText(reader, place);
  if (text === undefined || text === "" || isDnsLabel(text)) return text;
  fail(reader, place, "expected the name of a namespace (RFC 1123 label)");
  return undefined;
};

export function readKustomize(reader: Reader, place: Place): KustomizeOptions | undefined {
  const options = readRecord<KustomizeOptions>(reader, place, FIELDS["spec.source.kustomize"], {
    ...{ namePrefix: readText, nameSuffix: readText, namespace: readNamespace },
    ...{ images: listOf(readImage), replicas: listOf(readReplica) },
    ...{ commonLabels: mapOf(readText), forceCommonLabels: readFlag },
    ...{ labelWithoutSelector: readFlag, labelIncludeTemplates: readFlag },
    ...{ commonAnnotations: mapOf(readText), forceCommonAnnotations: readFlag, commonAnnotationsEnvsubst: readFlag },
    ...{ patches: listOf(readPatch), components: listOf(readText), ignoreMissingComponents: readFlag },
  });
  if (options?.labelIncludeTemplates === true && options.labelWithoutSelector !== true) {
    fail(reader, place, "labelIncludeTemplates needs labelWithoutSelector, as in kustomize");
  }
  return options;
}
