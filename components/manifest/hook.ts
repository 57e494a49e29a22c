import type { Manifest } from "./object.ts";

/** When a hook runs (Argo CD, "Resource Hooks"); Skip is never. */
export const HOOK_TYPES = ["PreSync", "Sync", "PostSync", "SyncFail", "PreDelete", "PostDelete", "Skip"] as const;
export type HookType = (typeof HOOK_TYPES)[number];

/** When a hook's object is deleted. */
export const DELETE_POLICIES = ["HookSucceeded", "HookFailed", "BeforeHookCreation"] as const;
export type DeletePolicy = (typeof DELETE_POLICIES)[number];

/** What an object says that is to run at a moment of the sync, not to exist all the time. */
export interface Hook {
  /** Empty for what is never applied, such as Helm's tests. */
  readonly types: readonly HookType[];
  readonly deletePolicies: readonly DeletePolicy[];
}

/** A word in one of the annotations that means nothing. */
export interface HookMistake {
  readonly annotation: string;
  readonly found: string;
  readonly known: readonly string[];
}

const HOOK = "argocd.argoproj.io/hook";
const HELM_HOOK = "helm.sh/hook";
const DELETE_POLICY = "argocd.argoproj.io/hook-delete-policy";
const HELM_DELETE_POLICY = "helm.sh/hook-delete-policy";

/** Those that make an object a hook. */
export const HOOK_ANNOTATIONS: readonly string[] = [HOOK, HELM_HOOK];

/** Helm's hooks by Argo CD's types; those without one are never applied (gitops-engine, hook/helm). */
const HELM_TYPES = new Map<string, HookType | undefined>([
  ["pre-install", "PreSync"],
  ["pre-upgrade", "PreSync"],
  ["post-install", "PostSync"],
  ["post-upgrade", "PostSync"],
  ["pre-delete", "PreDelete"],
  ["post-delete", "PostDelete"],
  ["crd-install", undefined],
  ["pre-rollback", undefined],
  ["post-rollback", undefined],
  ["test", undefined],
  ["test-success", undefined],
  ["test-failure", undefined],
]);

const HELM_POLICIES = new Map<string, DeletePolicy>([
  ["hook-succeeded", "HookSucceeded"],
  ["hook-failed", "HookFailed"],
  ["before-hook-creation", "BeforeHookCreation"],
]);

/** Undefined for an ordinary object, a Helm `crd-install` among them. Argo CD's annotation makes Helm's say nothing. */
export function hookOf({ metadata: { annotations = {} } }: Manifest): Hook | undefined {
  const [hook, helmHook] = [annotations[HOOK], annotations[HELM_HOOK]];
  if (hook === undefined && (helmHook === undefined || helmHook === "crd-install")) return undefined;
  const types =
    hook === undefined
      ? wordsIn(helmHook).flatMap((word) => HELM_TYPES.get(word) ?? [])
      : HOOK_TYPES.filter((type) => wordsIn(hook).includes(type));
  return { types: [...new Set(types)], deletePolicies: policiesIn(annotations) };
}

/** Misspelt words: Argo CD applies a hook of an unknown type never, and takes the default for an unknown policy. */
export function hookMistakes({ metadata: { annotations = {} } }: Manifest): readonly HookMistake[] {
  const check = (annotation: string, known: readonly string[]): readonly HookMistake[] => {
    const text = annotations[annotation];
    if (text === undefined) return [];
    const words = wordsIn(text);
    const wrong = words.length === 0 ? [""] : words.filter((word) => !known.includes(word));
    return wrong.map((found) => ({ annotation, found, known }));
  };
  return [
    ...check(HOOK, HOOK_TYPES),
    ...(annotations[HOOK] === undefined ? check(HELM_HOOK, [...HELM_TYPES.keys()]) : []),
    ...check(DELETE_POLICY, DELETE_POLICIES),
    ...check(HELM_DELETE_POLICY, [...HELM_POLICIES.keys()]),
  ];
}

function policiesIn(annotations: Readonly<Record<string, string>>): readonly DeletePolicy[] {
  const said = wordsIn(annotations[DELETE_POLICY]);
  const helm = wordsIn(annotations[HELM_DELETE_POLICY]).map((word) => HELM_POLICIES.get(word));
  const policies = DELETE_POLICIES.filter((policy) => said.includes(policy) || helm.includes(policy));
  return policies.length === 0 ? ["BeforeHookCreation"] : policies;
}

function wordsIn(text = ""): readonly string[] {
  return text
    .split(",")
    .map((word) => word.trim())
    .filter((word) => word !== "");
}
