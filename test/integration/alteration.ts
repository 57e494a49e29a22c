// What others may do to the fields of an object, and what of it is to be said.
import type { FieldPath } from "../../components/manifest/fields.ts";
import { formatPath } from "../../components/manifest/fields.ts";
import type { Json, Manifest } from "../../components/manifest/object.ts";

export interface Alteration {
  readonly path: FieldPath;
  /** Undefined removes. */
  readonly value: Json | undefined;
  /** The path that is said to differ; with `*` all below or beside it that the API server adds to an update of it. */
  readonly shown: string;
}

export interface KindCase {
  readonly manifest: Manifest;
  /** `/apis/<group>/<version>/namespaces/<namespace>/<plural>` */
  readonly collection: string;
  /** Other values for fields that Git states, and removals of them. */
  readonly owned: readonly Alteration[];
  /** Values for fields that Git does not state. */
  readonly foreign: readonly Alteration[];
  /** Whether there is a status that a controller writes. */
  readonly hasStatus: boolean;
}

type Step = string | Readonly<Record<string, Json>>;
export type Row = readonly [path: readonly Step[], value: Json | undefined, shown?: string];

const LABELS = { app: "x", "example.com/team": "one" };
/** Beside what is in every object's metadata. */
interface Rows {
  readonly owned?: readonly Row[];
  readonly foreign?: readonly Row[];
  readonly hasStatus?: boolean;
}

/** Makes the case of one kind in a namespace. */
export type CaseOf = (
  kind: readonly [apiVersion: string, kind: string, plural: string],
  fields: Readonly<Record<string, unknown>>,
  rows: Rows,
) => KindCase;

export function casesIn(namespace: string): CaseOf {
  return ([apiVersion, kind, plural], fields, { owned = [], foreign = [], hasStatus = false }) => {
    const metadata = { name: "x", namespace, labels: LABELS, annotations: { note: "owned" } };
    const root = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
    return {
      manifest: { apiVersion, kind, metadata, ...fields },
      collection: `${root}/namespaces/${namespace}/${plural}`,
      owned: [...METADATA_OWNED, ...owned].map(alteration),
      foreign: [...METADATA_FOREIGN, ...foreign].map(alteration),
      hasStatus,
    };
  };
}

const METADATA_OWNED: readonly Row[] = [
  [["metadata", "labels", "example.com/team"], "two"],
  [["metadata", "labels", "example.com/team"], undefined],
  [["metadata", "annotations", "note"], "changed"],
  [["metadata", "annotations", "note"], undefined],
];
const METADATA_FOREIGN: readonly Row[] = [
  [["metadata", "labels", "extra"], "added"],
  [["metadata", "annotations", "example.com/extra"], "added"],
];

function alteration([steps, value, shown]: Row): Alteration {
  const path = steps.map((step) => (typeof step === "string" ? { field: step } : { key: step }));
  return { path, value, shown: shown ?? formatPath(path) };
}
