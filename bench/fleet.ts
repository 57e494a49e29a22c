import { stringify } from "yaml";

import type { ApiObject } from "../components/kubernetes/client.ts";
import type { Options } from "./options.ts";
import type { Generated, GitObject, Meddling } from "./objects.ts";
import { KINDS } from "./objects.ts";
import { randomFrom } from "./random.ts";

/** One application: what lies in Git, and what the cluster has to hold for it. */
export interface FleetApplication {
  readonly name: string;
  readonly namespace: string;
  readonly repository: string;
  /** Its Argo CD Application. */
  readonly yaml: string;
  /** Path in its repository -> text. */
  readonly files: Readonly<Record<string, string>>;
  readonly objects: readonly FleetObject[];
}

export interface FleetObject {
  /** As the cluster has to hold it: with its namespace and the promoted image. */
  readonly expected: ApiObject;
  readonly meddling: Meddling;
}

export interface Fleet {
  readonly repositories: readonly string[];
  readonly applications: readonly FleetApplication[];
  /** `my-org/app-0000:v1.0.0` */
  readonly images: readonly string[];
}

const APPS_PER_NAMESPACE = 100;
const COMMITTED = "v1.0.0";
/** What the overlay makes of the base. */
const TIER = "bench";
const REGION = { name: "REGION", value: "overlay" };
/** Of every image. The release filter lets only versions like v1.2.0 through. */
const TAGS = [COMMITTED, "v1.1.0", "v1.2.0", "qa-v1.0.9", "latest"];
const PROMOTED = "v1.2.0";

/** Makes all of it from the seed: the same options give the same bytes. */
export function generateFleet(options: Pick<Options, "apps" | "objects" | "repositories" | "seed">): Fleet {
  const { apps, objects, repositories, seed } = options;
  const names = Array.from({ length: repositories }, (_, index) => `bench-${index}`);
  const applications = Array.from({ length: apps }, (_, index) => {
    const count = Math.floor(objects / apps) + (index < objects % apps ? 1 : 0);
    return application(index, count, names[index % repositories] ?? "", seed);
  });
  const images = applications.flatMap(({ name }) => TAGS.map((tag) => `my-org/${name}:${tag}`));
  return { repositories: names, applications, images };
}

function application(index: number, count: number, repository: string, seed: number): FleetApplication {
  const name = `app-${String(index).padStart(4, "0")}`;
  const namespace = `bench-${Math.floor(index / APPS_PER_NAMESPACE)}`;
  const random = randomFrom(seed * 1_000_003 + index);
  const generated = Array.from({ length: count }, (_, position) => {
    const round = Math.floor(position / KINDS.length);
    const make = KINDS[position % KINDS.length];
    const own = round === 0 ? name : `${name}-${round}`;
    return make?.({ application: name, name: own, image: imageAt(name, COMMITTED), random });
  }).filter((one) => one !== undefined);
  return {
    ...{ name, namespace, repository },
    yaml: toYaml(applicationFile(name, namespace, repository)),
    files: filesOf(name, generated),
    objects: generated.map(({ object, meddling }) => ({ expected: inCluster(object, name, namespace), meddling })),
  };
}

/** A base with all objects, and an overlay that labels them and patches the Deployment. */
function filesOf(name: string, generated: readonly Generated[]): Readonly<Record<string, string>> {
  const files = generated.map(({ object }) => [fileOf(object), toYaml(object)] as const);
  const kustomization = { apiVersion: "kustomize.config.k8s.io/v1beta1", kind: "Kustomization" };
  const base = { ...kustomization, resources: files.map(([file]) => file) };
  const labels = [{ pairs: { tier: TIER } }];
  const overlay = { ...kustomization, resources: ["../base"], labels, patches: [{ path: "patch.yaml" }] };
  const template = { spec: { containers: [{ name: "app", env: [REGION] }] } };
  const patch = { apiVersion: "apps/v1", kind: "Deployment", metadata: { name }, spec: { template } };
  return {
    ...Object.fromEntries(files.map(([file, text]) => [`apps/${name}/base/${file}`, text])),
    [`apps/${name}/base/kustomization.yaml`]: toYaml(base),
    [overlayFile(name)]: toYaml(overlay),
    [`${pathOf(name)}/patch.yaml`]: toYaml(patch),
  };
}

/** The file that makes or breaks the render of an application. */
export function overlayFile(name: string): string {
  return `${pathOf(name)}/kustomization.yaml`;
}

/** Without folding: the library folds lines that begin with spaces into other ones. */
function toYaml(value: unknown): string {
  return stringify(value, { lineWidth: 0 });
}

function fileOf({ kind, metadata }: GitObject): string {
  return `${kind.toLowerCase()}-${metadata.name}.yaml`;
}

/** Of the kustomization that an application names. */
export function pathOf(name: string): string {
  return `apps/${name}/overlay`;
}

/** As applications write it; Git's settings lead it to the sandbox. */
export function urlOf(repository: string): string {
  return `https://github.com/my-org/${repository}.git`;
}

function imageAt(name: string, tag: string): string {
  return `registry.example.com/my-org/${name}:${tag}`;
}

function inCluster(object: GitObject, name: string, namespace: string): ApiObject {
  const promoted = promote(object, name, PROMOTED);
  const labels = { ...promoted.metadata.labels, tier: TIER };
  const patched = object.kind === "Deployment" && object.metadata.name === name ? withRegion(promoted) : promoted;
  return { ...patched, metadata: { ...promoted.metadata, labels, namespace } };
}

function promote<T>(object: T, name: string, tag: string): T {
  const image = new RegExp(`${imageAt(name, "").replaceAll(".", String.raw`\.`)}v[0-9.]+`, "g");
  return JSON.parse(JSON.stringify(object).replace(image, imageAt(name, tag))) as T;
}

function withRegion(object: GitObject): GitObject {
  const text = JSON.stringify(object).replace(/("name":"REGION","value":)"[^"]*"/, `$1${JSON.stringify(REGION.value)}`);
  return JSON.parse(text) as GitObject;
}

/** The application as it has to be once a newer image is there. */
export function withImage(application: FleetApplication, tag: string): FleetApplication {
  const { name, objects } = application;
  return { ...application, objects: objects.map((one) => promote(one, name, tag)) };
}

export function groupOf({ apiVersion }: Pick<ApiObject, "apiVersion">): string {
  return apiVersion.includes("/") ? apiVersion.slice(0, apiVersion.indexOf("/")) : "";
}

function applicationFile(name: string, namespace: string, repository: string): unknown {
  const updater = "argocd-image-updater.argoproj.io";
  const annotations = {
    [`${updater}/image-list`]: `app=registry.example.com/my-org/${name}`,
    [`${updater}/app.update-strategy`]: "semver",
    [`${updater}/app.allow-tags`]: String.raw`regexp:^v[0-9]+\.[0-9]+\.[0-9]+$`,
  };
  const finalizers = ["resources-finalizer.argocd.argoproj.io"];
  return {
    ...{ apiVersion: "argoproj.io/v1alpha1", kind: "Application" },
    metadata: { name, namespace: "argocd", annotations, finalizers },
    spec: {
      project: "default",
      source: {
        repoURL: urlOf(repository),
        targetRevision: "main",
        path: pathOf(name),
      },
      destination: { server: "https://kubernetes.default.svc", namespace },
      syncPolicy: { automated: { prune: true, selfHeal: true }, syncOptions: ["CreateNamespace=true"] },
    },
  };
}
