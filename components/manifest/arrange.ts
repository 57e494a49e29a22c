import type { Manifest } from "./object.ts";
import { groupOf, refOf } from "./object.ts";
import { compareForApply } from "./order.ts";
import { isMembers } from "./json.ts";
import { waveOf } from "./wave.ts";

/** When something happens: the phases of a sync, then what is done when it fails, then those of a deletion. */
const PHASES = ["PreSync", "Sync", "PostSync", "SyncFail", "PreDelete", "PostDelete"] as const;

export type Phase = (typeof PHASES)[number];

/** An object and its place: phase, then wave. */
export interface Placed {
  readonly phase: Phase;
  readonly wave: number;
  readonly manifest: Manifest;
}

/**
 * Argo CD's order (gitops-engine, sync_tasks.go): phase, wave, kind, name. Then a Namespace comes before the first object that lives
 * in it and a CustomResourceDefinition before the first of its kind, into the phase and wave of that object.
 */
export function arrange<T extends Placed>(tasks: readonly T[]): readonly T[] {
  const arranged: T[] = [];
  for (const task of tasks.toSorted(byPlace)) {
    const given = provides(task.manifest);
    const first = given === undefined ? -1 : arranged.findIndex(({ manifest }) => needs(manifest).includes(given));
    const { phase, wave } = arranged[first] ?? task;
    arranged.splice(first < 0 ? arranged.length : first, 0, { ...task, phase, wave });
  }
  return arranged;
}

/** For removal: highest wave first, in a wave what depends on others first; in the end what asks to be last. */
export function arrangeForRemoval(
  objects: readonly Manifest[],
  isLast: (object: Manifest) => boolean = () => false,
): readonly (readonly Manifest[])[] {
  const [others, last] = [objects.filter((object) => !isLast(object)), objects.filter(isLast)];
  return [...wavesDown(others), ...wavesDown(last)];
}

/** What has to exist before the object can. */
export function needs({ apiVersion, kind, metadata }: Manifest): readonly string[] {
  const definition = `kind ${groupOf(apiVersion)}/${kind}`;
  return metadata.namespace === undefined ? [definition] : [definition, `namespace ${metadata.namespace}`];
}

/** What others may need, as they call it: a namespace, or a kind. */
export function provides(manifest: Manifest): string | undefined {
  const { apiVersion, kind, metadata } = manifest;
  if (apiVersion === "v1" && kind === "Namespace") return `namespace ${metadata.name}`;
  return isDefinition(manifest) ? `kind ${definedBy(manifest)}` : undefined;
}

export function isDefinition({ apiVersion, kind }: Manifest): boolean {
  return kind === "CustomResourceDefinition" && groupOf(apiVersion) === "apiextensions.k8s.io";
}

function definedBy({ spec }: Manifest): string {
  const { group, names } = isMembers(spec) ? spec : {};
  return `${String(group)}/${String(isMembers(names) ? names["kind"] : undefined)}`;
}

function byPlace(a: Placed, b: Placed): number {
  return (
    PHASES.indexOf(a.phase) - PHASES.indexOf(b.phase) ||
    a.wave - b.wave ||
    compareForApply(refOf(a.manifest), refOf(b.manifest))
  );
}

function wavesDown(objects: readonly Manifest[]): readonly (readonly Manifest[])[] {
  const waves = Map.groupBy(objects, waveOf);
  return [...waves]
    .toSorted(([a], [b]) => b - a)
    .map(([, wave]) => wave.toSorted((a, b) => compareForApply(refOf(b), refOf(a))));
}
