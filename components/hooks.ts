import { quote } from "./application/quote.ts";
import { hint } from "./application/suggest.ts";
import { HOOK_ANNOTATIONS, hookMistakes, hookOf } from "./manifest/hook.ts";
import type { Manifest } from "./manifest/object.ts";
import { formatRef, refOf } from "./manifest/object.ts";

/** Argo CD never applies a hook of a type that it does not know, and says nothing. */
export function misspeltHooks(object: Manifest): readonly string[] {
  return hookMistakes(object).map(
    ({ annotation, found, known }) =>
      `${formatRef(refOf(object))}: ${annotation}: unknown word ${quote(found)}, ${hint(found, known)}`,
  );
}

/** Hooks run at their moment of a sync; what is left is to exist all the time. */
export function separateHooks(objects: readonly Manifest[]): {
  readonly ordinary: readonly Manifest[];
  readonly hooks: readonly Manifest[];
} {
  return {
    ordinary: objects.filter((object) => hookOf(object) === undefined),
    hooks: objects.filter((object) => hookOf(object) !== undefined).map(briefUnlessRun),
  };
}

/** Of a hook that never runs, such as Skip or a test of Helm's, only its name has to be known: an object of that name is left alone. */
function briefUnlessRun(object: Manifest): Manifest {
  const { types = [] } = hookOf(object) ?? {};
  if (types.length > 0 && !types.includes("Skip")) return object;
  const { name, namespace, annotations = {} } = object.metadata;
  const said = Object.entries(annotations).filter(([annotation]) => HOOK_ANNOTATIONS.includes(annotation));
  const metadata = { name, ...(namespace === undefined ? {} : { namespace }), annotations: Object.fromEntries(said) };
  return { apiVersion: object.apiVersion, kind: object.kind, metadata };
}
