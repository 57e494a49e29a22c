import type { FieldPath } from "./fields.ts";
import type { Ignored } from "./ignored.ts";
import type { ObjectRef } from "./object.ts";

/** Who is who among field managers. */
export interface Managers {
  /** Our field manager. */
  readonly manager: string;
  /** Whether a field manager is a person's tool. */
  readonly isPerson: (manager: string) => boolean;
}

export interface DriftRules extends Managers {
  /** Fields that are never drift, whether we own them or a person put them there. */
  readonly exempt: (path: FieldPath, ref: ObjectRef) => boolean;
  /** Of the one object that is compared: where neither its live value nor Git's counts, also within what is owned as a whole. */
  readonly ignored?: Ignored;
}

/**
 * Field managers of tools by which people change clusters by hand, as globs. A manager is the name a tool gives, or the first word of its
 * user agent: "node-fetch" is Lens, "Mozilla" a console behind a browser, "dashboard" the Kubernetes dashboard.
 */
export const DEFAULT_PEOPLE: readonly string[] = [
  "kubectl*",
  "oc",
  "k9s*",
  "Lens*",
  "OpenLens*",
  "Freelens*",
  "node-fetch*",
  "headlamp*",
  "dashboard*",
  "octant*",
  "GoogleCloudConsole*",
  "Mozilla*",
  "curl*",
];

/** What the tools of people and the cluster itself write beside the change a person means: status, kubectl's and the rollout's bookkeeping. */
export function defaultExempt(path: FieldPath, ref: ObjectRef): boolean {
  if (fieldAt(path, 0) === "status") return true;
  const annotation = annotationOf(path);
  if (annotation === undefined) return false;
  if (annotation === "kubectl.kubernetes.io/restartedAt") return path.length > 3;
  if (annotation === "kubectl.kubernetes.io/last-applied-configuration") return path.length === 3;
  return ref.group === "apps" && path.length === 3 && annotation.startsWith("deployment.kubernetes.io/");
}

/** Of `...metadata.annotations["x"]`: x. */
function annotationOf(path: FieldPath): string | undefined {
  const isAnnotation = fieldAt(path, -3) === "metadata" && fieldAt(path, -2) === "annotations";
  return isAnnotation ? fieldAt(path, -1) : undefined;
}

function fieldAt(path: FieldPath, position: number): string | undefined {
  const element = path.at(position);
  return element !== undefined && "field" in element ? element.field : undefined;
}
