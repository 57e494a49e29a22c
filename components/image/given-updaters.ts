import { selects } from "../application/label-selector.ts";
import type { Failure } from "../error.ts";
import type { Given } from "./given.ts";
import { parseGlob } from "./glob.ts";
import type { ApplicationRef, ImageUpdater } from "./image-updater.ts";

/** What an ImageUpdater is found by. */
export interface Labelled {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
}

/**
 * What ImageUpdaters say about the images of an Application, in place of its annotations. Undefined where none is for it, or where
 * the one that is asks for the annotations. In one ImageUpdater the most specific ref counts; two for one Application are a
 * failure, because they would take turns.
 */
export function givenByUpdaters(application: Labelled, updaters: readonly ImageUpdater[]): Given | undefined {
  const found = updaters.flatMap((updater) => {
    const [best] = updater.refs
      .filter((ref) => isFor(ref, application))
      .toSorted((a, b) => specificity(b) - specificity(a));
    return best === undefined ? [] : [{ updater, ref: best }];
  });
  const [first, ...others] = found;
  if (first === undefined) return undefined;
  if (first.ref.useAnnotations && others.every(({ ref }) => ref.useAnnotations)) return undefined;
  const { images, list, values } = first.ref;
  const failures = others.map(({ updater }): Failure => {
    const reason = `${application.name} is also matched by the ImageUpdater ${updater.name} in ${updater.file}`;
    return { ...first.ref.list, reason };
  });
  return { kind: "imageUpdater", images, list, values, failures };
}

function isFor({ namePattern, labels }: ApplicationRef, application: Labelled): boolean {
  return (parseGlob(namePattern)?.(application.name) ?? false) && selects(labels, application.labels);
}

/** Image Updater's own points (argocd.go, calculateSpecificity): a plain name, then labels, then the length of the pattern. */
function specificity({ namePattern, labels, hasLabels }: ApplicationRef): number {
  const isPlain = !/[*?[\]]/.test(namePattern);
  const literals = namePattern.replaceAll(/\[.*?\]/g, "").replaceAll(/[*?]/g, "");
  return (isPlain ? 1_000_000 : 0) + (hasLabels ? 10_000 : 0) + labels.length * 100 + literals.length;
}
