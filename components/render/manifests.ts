import { quote } from "../application/quote.ts";
import type { Failure } from "../error.ts";
import { isList, isMembers } from "../manifest/json.ts";
import type { Members } from "../manifest/json.ts";
import { formatRef, refOf } from "../manifest/object.ts";
import type { Manifest } from "../manifest/object.ts";
import { checkObject, describe } from "./object-check.ts";

/** A value that should be an object, and where it was read: nowhere for what a renderer made. */
export interface Found {
  readonly value: unknown;
  readonly file?: string;
  readonly line?: number;
}

export interface CheckedManifests {
  readonly manifests: readonly Manifest[];
  readonly failures: readonly Failure[];
}

const MAX_OBJECTS = 5_000;
const MAX_LISTS = 10;

/** Opens Lists and checks every object, and that none is there twice. All failures at once. */
export function checkManifests(found: readonly Found[]): CheckedManifests {
  const items = found.flatMap((item) => flatten(item, 0));
  if (items.length > MAX_OBJECTS) {
    const reason = `expected at most ${MAX_OBJECTS} objects, found ${items.length}`;
    return { manifests: [], failures: [{ property: "", reason }] };
  }
  const failures = items.flatMap(checkItem);
  if (failures.length > 0) return { manifests: [], failures };
  const manifests = items.map(({ value }) => tidy(value as Manifest));
  return { manifests, failures: findTwins(items, manifests) };
}

/** `kind: List` of `kubectl get -o yaml`, and the lists of one kind such as ConfigMapList. */
function flatten(item: Found, depth: number): readonly Found[] {
  const { value } = item;
  if (!isMembers(value) || typeof value["kind"] !== "string" || !value["kind"].endsWith("List")) return [item];
  if (!isList(value["items"]) || depth === MAX_LISTS) return [item];
  return value["items"].flatMap((inner) => flatten({ ...placeOf(item), value: inner }, depth + 1));
}

function checkItem(item: Found): readonly Failure[] {
  const { value } = item;
  const place = placeOf(item);
  if (!isMembers(value))
    return [{ ...place, property: "", reason: `expected a Kubernetes object, found ${describe(value)}` }];
  const subject = subjectOf(value);
  return checkObject(value).map(([property, reason]) => ({ ...place, property, reason: subject + reason }));
}

function placeOf({ file, line }: Found): Pick<Failure, "file" | "line"> {
  return { ...(file === undefined ? {} : { file }), ...(line === undefined ? {} : { line }) };
}

/** `Deployment api: `, as far as it is known. */
function subjectOf({ kind, metadata }: Members): string {
  const words = [kind, isMembers(metadata) ? metadata["name"] : undefined].filter(
    (word) => typeof word === "string" && word !== "",
  );
  return words.length === 0 ? "" : `${words.map((word) => quote(String(word)).slice(1, -1)).join(" ")}: `;
}

/** Without the members of metadata that are there but empty; what only has a generateName goes by that until it gets a name. */
function tidy(manifest: Manifest): Manifest {
  const { generateName = "" } = manifest.metadata;
  const empty = (["name", "namespace", "labels", "annotations"] as const).filter(
    (key) => key in manifest.metadata && !manifest.metadata[key],
  );
  const name = manifest.metadata.name || generateName;
  if (empty.length === 0 && name === manifest.metadata.name) return manifest;
  const kept = Object.entries(manifest.metadata).filter(([key]) => !(empty as readonly string[]).includes(key));
  return { ...manifest, metadata: { ...Object.fromEntries(kept), name } };
}

function findTwins(items: readonly Found[], manifests: readonly Manifest[]): readonly Failure[] {
  const seen = new Map<string, Found>();
  return items.flatMap((item, index) => {
    const manifest = manifests[index];
    if (manifest === undefined) return [];
    const ref = formatRef(refOf(manifest));
    const twin = seen.get(ref);
    if (twin === undefined) seen.set(ref, item);
    return twin === undefined ? [] : [twinFailure(item, twin, ref)];
  });
}

function twinFailure(item: Found, twin: Found, ref: string): Failure {
  const where = twin.file === undefined ? "" : `: it stands in ${twin.file}:${twin.line ?? 1} already`;
  return { ...placeOf(item), property: "", reason: `${ref} is there twice${where}` };
}
