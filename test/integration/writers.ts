// The ways in which others write an object, as the tools themselves send it.
import { withValueAt } from "../../components/manifest/fields.ts";
import { isMembers, sameJson } from "../../components/manifest/json.ts";
import type { Manifest } from "../../components/manifest/object.ts";
import type { RawApi } from "../support/raw-api.ts";
import type { Alteration } from "./alteration.ts";

export interface Writer {
  readonly name: string;
  readonly manager: string;
  /** Whether the manager is a person's tool. */
  readonly person: boolean;
  /** Whether it can take a field away. */
  readonly removes: boolean;
  write(api: RawApi, url: string, live: Manifest, alteration: Alteration): Promise<unknown>;
}

type Write = (manager: string) => Writer["write"];

/** kubectl edit: what differs between two texts of the whole object, as a merge patch. */
const merge: Write =
  (manager) =>
  (api, url, live, { path, value }) =>
    api.send({
      ...{ method: "PATCH", path: `${url}?fieldManager=${manager}`, type: "application/merge-patch+json" },
      body: differenceOf(live, withValueAt(live, path, value)),
    });

/** kubectl patch, and kubectl apply without a server: only the field, list items found by their key. */
const strategic: Write =
  (manager) =>
  (api, url, _, { path, value }) =>
    api.send({
      ...{ method: "PATCH", path: `${url}?fieldManager=${manager}`, type: "application/strategic-merge-patch+json" },
      body: value === undefined ? removalAt(path) : withValueAt({}, path, value),
    });

const replace: Write =
  (manager) =>
  (api, url, live, { path, value }) =>
    api.send({ method: "PUT", path: `${url}?fieldManager=${manager}`, body: withValueAt(live, path, value) });

const apply: Write =
  (manager) =>
  (api, url, { apiVersion, kind, metadata: { name } }, { path, value }) =>
    api.send({
      ...{ method: "PATCH", path: `${url}?fieldManager=${manager}&force=true`, type: "application/apply-patch+yaml" },
      body: withValueAt({ apiVersion, kind, metadata: { name } }, path, value),
    });

function writer(name: string, manager: string, how: Write): Writer {
  const person = manager.startsWith("kubectl");
  return { name, manager, person, removes: how !== apply, write: how(manager) };
}

export const WRITERS: readonly Writer[] = [
  writer("kubectl edit", "kubectl-edit", merge),
  writer("kubectl patch", "kubectl-patch", strategic),
  writer("kubectl replace", "kubectl-replace", replace),
  writer("kubectl apply", "kubectl-client-side-apply", strategic),
  writer("kubectl apply --server-side", "kubectl", apply),
  writer("a controller's update", "operator", replace),
  writer("a controller's patch", "operator", merge),
  writer("a controller's server-side apply", "another-operator", apply),
];

/** RFC 7386. */
function differenceOf(before: unknown, after: unknown): unknown {
  if (!isMembers(before) || !isMembers(after)) return after;
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])].filter(
    (key) => !sameJson(before[key], after[key]),
  );
  return Object.fromEntries(
    keys.map((key) => [key, after[key] === undefined ? null : differenceOf(before[key], after[key])]),
  );
}

/** In a strategic merge patch a list item is deleted by a directive beside its key. */
function removalAt(path: Alteration["path"]): unknown {
  const last = path.at(-1);
  if (last === undefined || !("key" in last)) return withValueAt({}, path, null);
  return withValueAt({}, path, { ...last.key, $patch: "delete" });
}
