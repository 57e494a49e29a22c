import type { ImageKeys, ImageOverlay } from "../application/overlay.ts";
import { refuseRepoURL } from "../application/repo-url.ts";
import type { Failure } from "../error.ts";
import type { BranchTemplate } from "./branch-template.ts";
import { formatBranch, isBranchName, parseBranchTemplate, TEMPLATE_GRAMMAR } from "./branch-template.ts";
import type { Given, Origin } from "./given.ts";
import { keyIn } from "./policy-settings.ts";

/** What is set for a whole Application: whether and where the tags that run are written into Git. */
export const APPLICATION_SETTINGS = ["write-back-method", "write-back-target", "git-branch", "git-repository"] as const;

export type ApplicationSetting = (typeof APPLICATION_SETTINGS)[number];

/** Where tags are written. Paths are relative to the source's folder, or to the repository with a leading slash. */
export type WriteBackTarget =
  /** `.argocd-source-<application>.yaml` in the source's folder. */
  | { readonly kind: "source" }
  | { readonly kind: "kustomization"; readonly folder: string }
  | { readonly kind: "helmvalues"; readonly file: string };

export interface WriteBack {
  readonly target: WriteBackTarget;
  /** Absent: the branch that the Application follows. */
  readonly branch?: string;
  /** Tags are proposed on a branch of this name, made from `branch`, and run when it has been merged; absent: they are written once they run. */
  readonly proposal?: BranchTemplate;
  /** Absent: the repository of the Application. */
  readonly repoURL?: string;
  /** Where each setting stands, for messages; of one that is not given, where it is asked for that anything is written. */
  readonly origins: Readonly<Record<ApplicationSetting, Origin>>;
}

const CHECKS: Readonly<Record<ApplicationSetting, (value: string) => string | undefined>> = {
  "write-back-method": checkMethod,
  "write-back-target": checkTarget,
  "git-branch": checkBranch,
  "git-repository": (value) => (value === "" ? undefined : refuseRepoURL(value)),
};

export function isApplicationSetting(name: string): name is ApplicationSetting {
  return (APPLICATION_SETTINGS as readonly string[]).includes(name);
}

/** What is wrong with the value of one, if anything. */
export function checkApplicationSetting(name: ApplicationSetting, value: string): string | undefined {
  return CHECKS[name](value.trim());
}

/** What the stack's configuration says wrongly, and what would have no effect, which whoever wrote it did not mean. */
export function checkWriteBack({ values }: Given, overlay: ImageOverlay, keys: ImageKeys): readonly Failure[] {
  const wrong = OVERLAY_KEYS.flatMap(([name, key]) => {
    const value = overlay[key];
    const reason = value === undefined ? undefined : checkApplicationSetting(name, value);
    return reason === undefined ? [] : [{ property: keyIn(keys, key), reason }];
  });
  const method = values.get("write-back-method")?.value.trim() ?? "";
  if (method.startsWith("git") || overlay.writeBack !== undefined) return wrong;
  const useless = (["git-branch", "git-repository"] as const).flatMap((name) => {
    const found = values.get(name);
    return found === undefined ? [] : [{ ...found.origin, reason: "needs write-back-method: git" }];
  });
  return [...wrong, ...useless];
}

/** What the stack can set, so that one file serves an environment that follows a branch and one that follows tags. */
const OVERLAY_KEYS = [
  ["write-back-method", "writeBack"],
  ["git-branch", "gitBranch"],
] as const satisfies readonly (readonly [ApplicationSetting, keyof ImageOverlay])[];

/** Undefined where tags are kept in the state. The stack wins over what is given. The values have to be sound. */
export function writeBackOf(given: Given, overlay: ImageOverlay, keys: ImageKeys = {}): WriteBack | undefined {
  const text = (name: ApplicationSetting) => {
    const key = OVERLAY_KEYS.find(([one]) => one === name)?.[1];
    return ((key && overlay[key]) ?? given.values.get(name)?.value ?? "").trim();
  };
  if (!text("write-back-method").startsWith("git")) return undefined;
  const repoURL = text("git-repository");
  const { branch, template } = splitBranch(text("git-branch"));
  const proposal = template === undefined ? undefined : parseBranchTemplate(template);
  return {
    target: parseTarget(text("write-back-target")) ?? { kind: "source" },
    ...(branch === "" ? {} : { branch }),
    ...(typeof proposal === "object" ? { proposal } : {}),
    ...(repoURL === "" ? {} : { repoURL }),
    origins: originsOf(given, overlay, keys),
  };
}

function originsOf({ values, list }: Given, overlay: ImageOverlay, keys: ImageKeys): WriteBack["origins"] {
  const find = (name: ApplicationSetting): Origin | undefined => {
    const key = OVERLAY_KEYS.find(([one]) => one === name)?.[1];
    const isOfStack = key !== undefined && overlay[key] !== undefined;
    return isOfStack ? { property: keyIn(keys, key) } : values.get(name)?.origin;
  };
  const asked = find("write-back-method") ?? list;
  const origins = APPLICATION_SETTINGS.map((name) => [name, find(name) ?? asked] as const);
  return Object.fromEntries(origins) as Record<ApplicationSetting, Origin>;
}

function parseTarget(text: string): WriteBackTarget | undefined {
  const [, kind, path = ""] = /^(kustomization|helmvalues)(?::(.*))?$/.exec(text) ?? [];
  if (kind === "kustomization") return { kind, folder: path };
  return kind === "helmvalues" ? { kind, file: path === "" ? "values.yaml" : path } : undefined;
}

function checkMethod(value: string): string | undefined {
  if (["argocd", "git", "git:repocreds"].includes(value)) return undefined;
  if (value.startsWith("git:"))
    return "only git is: Git's own credentials are used, the cluster is never asked for a Secret";
  return `expected argocd or git, found ${JSON.stringify(value)}`;
}

function checkTarget(value: string): string | undefined {
  const target = parseTarget(value);
  const path = target?.kind === "kustomization" ? target.folder : target?.kind === "helmvalues" ? target.file : "";
  if (target !== undefined && !/[\p{Cc}\\]/u.test(path)) return undefined;
  return `expected kustomization[:folder] or helmvalues[:file], found ${JSON.stringify(value)}`;
}

/** `base:template` asks for proposals; a branch has no colon in its name. */
function splitBranch(text: string): { readonly branch: string; readonly template?: string } {
  const colon = text.indexOf(":");
  return colon < 0 ? { branch: text } : { branch: text.slice(0, colon), template: text.slice(colon + 1) };
}

function checkBranch(value: string): string | undefined {
  const { branch, template } = splitBranch(value);
  const isBase = isBranchName(branch) || (branch === "" && template !== undefined);
  if (!isBase) return `expected the name of a branch, found ${JSON.stringify(branch)}`;
  return template === undefined ? undefined : checkTemplate(template, branch);
}

const EXAMPLE = [{ image: "docker.io/a/b", alias: "a", from: "v1.0.0", to: "v1.1.0" }];

function checkTemplate(text: string, base: string): string | undefined {
  const template = parseBranchTemplate(text);
  if (typeof template === "string") return template;
  const example = formatBranch(template, EXAMPLE);
  if (example === base) return `expected another branch than ${base}, from which it is made`;
  if (isBranchName(example)) return undefined;
  return `expected the name of a branch, which may hold ${TEMPLATE_GRAMMAR}, found ${JSON.stringify(text)}`;
}
