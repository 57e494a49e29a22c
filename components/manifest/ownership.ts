import { createHash } from "node:crypto";
import { isMembers } from "./json.ts";
import { refOf } from "./object.ts";
import type { Manifest, ObjectRef } from "./object.ts";

export const ENVIRONMENT_LABEL = "pulumi-gitops.dev/environment";
export const TRACKING_ANNOTATION = "pulumi-gitops.dev/tracking-id";
export const CLAIM_ANNOTATION = "pulumi-gitops.dev/claim";

export interface Owner {
  readonly environment: string;
  readonly application: string;
  /** Drawn when the application's resource is created: a later owner of the same name has another one. */
  readonly claim: string;
}

/** `foreign.by` names who has the object, in words for a refusal. */
export type Ownership =
  | { readonly state: "own"; readonly claim: string }
  | { readonly state: "unowned" }
  | { readonly state: "foreign"; readonly by: string };

/** A valid label value for any environment name: what can be read of it, and 8 hexadecimal digits that tell it from others. */
export function environmentLabel(environment: string): string {
  const hash = createHash("sha256").update(environment).digest("hex").slice(0, 8);
  const readable = environment.replace(/[^A-Za-z0-9_.-]+/g, "-").slice(0, 54);
  return `${readable.replace(/^[^A-Za-z0-9]+|[^A-Za-z0-9]+$/g, "")}-${hash}`.replace(/^-/, "");
}

/** `<environment>/<application>:<group>/<kind>:<namespace>/<name>`: it names the object too, so that a copy of it proves nothing. */
export function trackingId({ environment, application }: Omit<Owner, "claim">, ref: ObjectRef): string {
  return `${environment}/${application}${objectPart(ref)}`;
}

function objectPart({ group, kind, namespace, name }: ObjectRef): string {
  return `:${group}/${kind}:${namespace}/${name}`;
}

/** The manifest with the label that finds it, the annotation that proves whose it is, and the claim. */
export function stamp(manifest: Manifest, owner: Owner): Manifest {
  const { labels, annotations } = manifest.metadata;
  return {
    ...manifest,
    metadata: {
      ...manifest.metadata,
      labels: { ...labels, [ENVIRONMENT_LABEL]: environmentLabel(owner.environment) },
      annotations: {
        ...annotations,
        [TRACKING_ANNOTATION]: trackingId(owner, refOf(manifest)),
        [CLAIM_ANNOTATION]: owner.claim,
      },
    },
  };
}

/**
 * Whose a live object is. Own is only what carries our tracking id made for this very object: a controller that copies annotations
 * to its own objects copies the id too. Everything else that exists is somebody's, except what the control plane makes in every
 * namespace (the ServiceAccount "default", the ConfigMap "kube-root-ca.crt").
 */
export function ownershipOf(live: Manifest, owner: Omit<Owner, "claim">): Ownership {
  const annotations = live.metadata.annotations ?? {};
  const id = annotations[TRACKING_ANNOTATION];
  if (id === trackingId(owner, refOf(live))) return { state: "own", claim: annotations[CLAIM_ANNOTATION] ?? "" };
  const by =
    otherApplication(live) ?? argoApplication(live) ?? fluxObject(live) ?? helmRelease(live) ?? controller(live);
  if (by !== undefined) return { state: "foreign", by };
  const managers = managersOf(live);
  if (managers.length === 1 && managers[0] === "kube-controller-manager") return { state: "unowned" };
  return { state: "foreign", by: managers.length > 0 ? managers.join(", ") : "unknown (it has no field managers)" };
}

/** The Application of this environment that an object carries the genuine tracking id of. */
export function applicationIn(live: Manifest, environment: string): string | undefined {
  const owner = prefixBefore(live.metadata.annotations?.[TRACKING_ANNOTATION], objectPart(refOf(live)));
  return owner?.startsWith(`${environment}/`) === true ? owner.slice(environment.length + 1) : undefined;
}

/** Whether another Application of the same environment has an object. */
export function isTaken(live: Manifest, { environment, application }: Omit<Owner, "claim">): boolean {
  const holder = applicationIn(live, environment);
  return holder !== undefined && holder !== application;
}

function otherApplication(live: Manifest): string | undefined {
  const name = prefixBefore(live.metadata.annotations?.[TRACKING_ANNOTATION], objectPart(refOf(live)));
  return name === undefined ? undefined : `application ${name}`;
}

// Argo CD tracks by an annotation of the same form, or in older set-ups by the label alone (argo-cd resource_tracking.go).
function argoApplication(live: Manifest): string | undefined {
  const { annotations, labels } = live.metadata;
  const tracked = prefixBefore(annotations?.["argocd.argoproj.io/tracking-id"], objectPart(refOf(live)));
  const instance = managersOf(live).some((manager) => manager.startsWith("argocd"))
    ? labels?.["app.kubernetes.io/instance"]
    : undefined;
  const name = tracked ?? instance;
  return name === undefined ? undefined : `Argo CD application ${name}`;
}

function fluxObject({ metadata: { labels = {} } }: Manifest): string | undefined {
  for (const [group, kind] of [
    ["kustomize.toolkit.fluxcd.io", "Kustomization"],
    ["helm.toolkit.fluxcd.io", "HelmRelease"],
  ] as const) {
    const name = labels[`${group}/name`];
    if (name !== undefined) return `Flux ${kind} ${labels[`${group}/namespace`] ?? ""}/${name}`;
  }
  return undefined;
}

function helmRelease({ metadata: { labels = {}, annotations = {} } }: Manifest): string | undefined {
  const release = annotations["meta.helm.sh/release-name"];
  if (labels["app.kubernetes.io/managed-by"] !== "Helm" || release === undefined) return undefined;
  return `Helm release ${annotations["meta.helm.sh/release-namespace"] ?? ""}/${release}`;
}

function controller({ metadata: { ownerReferences = [] } }: Manifest): string | undefined {
  const references: readonly unknown[] = ownerReferences;
  const owner = references.filter(isMembers).find(({ controller }) => controller === true);
  return owner === undefined ? undefined : `${String(owner["kind"])} ${String(owner["name"])}`;
}

function managersOf({ metadata: { managedFields = [] } }: Manifest): readonly string[] {
  const entries = managedFields.filter(({ subresource }) => (subresource ?? "") === "");
  return [...new Set(entries.map(({ manager }) => manager))];
}

function prefixBefore(text: string | undefined, suffix: string): string | undefined {
  return text?.endsWith(suffix) === true ? text.slice(0, -suffix.length) : undefined;
}
