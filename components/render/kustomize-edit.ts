import type { KustomizeOptions } from "../application/kustomize.ts";
import { quote } from "../application/quote.ts";
import { isList, isMembers } from "../manifest/json.ts";
import type { Members } from "../manifest/json.ts";
import { setImages } from "./kustomize-images.ts";

/** A kustomization after an edit, or what is in the way of it. */
export interface Edited {
  readonly value: Members;
  readonly problems: readonly string[];
}

type Texts = Readonly<Record<string, string>>;

/**
 * Lays `spec.source.kustomize` over a kustomization, step by step in the order in which Argo CD calls `kustomize edit`; the result is
 * what that command would have written.
 */
export function editKustomization(value: Members, options: KustomizeOptions): Edited {
  const { namePrefix, nameSuffix, namespace, images = [], replicas = [], patches = [], components = [] } = options;
  const steps: readonly ((value: Members) => Edited)[] = [
    (before) => set(before, { ...(namePrefix && { namePrefix }), ...(nameSuffix && { nameSuffix }) }),
    (before) => (images.length === 0 ? set(before, {}) : set(setImages(before, images), {})),
    (before) =>
      replicas.length === 0 ? set(before, {}) : set(before, { replicas: byName(before["replicas"], replicas) }),
    (before) => addLabels(before, options),
    (before) => addTo(before, "commonAnnotations", options.commonAnnotations ?? {}, options.forceCommonAnnotations),
    (before) => set(before, namespace === undefined ? {} : { namespace }),
    (before) =>
      patches.length === 0 ? set(before, {}) : set(before, { patches: [...listIn(before, "patches"), ...patches] }),
    (before) => addComponents(before, components),
  ];
  return steps.reduce<Edited>(
    (edited, step) => {
      const after = step(edited.value);
      return { value: after.value, problems: [...edited.problems, ...after.problems] };
    },
    { value, problems: [] },
  );
}

function set(value: Members, members: Members): Edited {
  return { value: { ...value, ...members }, problems: [] };
}

function listIn(value: Members, key: string): readonly unknown[] {
  const list = value[key];
  return isList(list) ? list : [];
}

/** What is named anew replaces what is there under the same name; sorted, as kustomize writes it. */
function byName(before: unknown, replacing: readonly { readonly name: string }[]): readonly unknown[] {
  const items = [...(isList(before) ? before : []), ...replacing].filter(isMembers);
  const named = new Map(items.map((item) => [String(item["name"]), item]));
  return [...named.keys()].sort().map((name) => named.get(name));
}

function addLabels(value: Members, options: KustomizeOptions): Edited {
  const { commonLabels = {}, forceCommonLabels, labelWithoutSelector = false, labelIncludeTemplates = false } = options;
  if (!labelWithoutSelector) return addTo(value, "commonLabels", commonLabels, forceCommonLabels);
  if (Object.keys(commonLabels).length === 0) return set(value, {});
  const labels = listIn(value, "labels");
  const at = labels.findIndex((label) => isMembers(label) && isLike(label, labelIncludeTemplates));
  const entry = at < 0 ? { includeSelectors: false, includeTemplates: labelIncludeTemplates } : (labels[at] as Members);
  const { value: edited, problems } = addTo(entry, "pairs", commonLabels, forceCommonLabels);
  return { value: { ...value, labels: at < 0 ? [...labels, edited] : labels.with(at, edited) }, problems };
}

/** kustomize adds to the first entry with the same two settings. */
function isLike({ includeSelectors, includeTemplates }: Members, templates: boolean): boolean {
  return includeSelectors !== true && (includeTemplates === true) === templates;
}

function addTo(value: Members, key: string, texts: Texts, force = false): Edited {
  if (Object.keys(texts).length === 0) return set(value, {});
  const before = isMembers(value[key]) ? value[key] : {};
  const taken = force ? [] : Object.keys(texts).filter((name) => Object.hasOwn(before, name));
  return {
    value: { ...value, [key]: { ...before, ...texts } },
    problems: taken.map(
      (name) => `${key}: ${quote(name)} is in the kustomization already (forceCommon... overrides it)`,
    ),
  };
}

function addComponents(value: Members, components: readonly string[]): Edited {
  if (components.length === 0) return set(value, {});
  const before = listIn(value, "components");
  return set(value, { components: [...before, ...components.filter((component) => !before.includes(component))] });
}
