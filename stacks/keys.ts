import { isDnsLabel, isDnsSubdomain } from "../components/application/names.ts";
import type { ApplicationOverlay } from "../components/application/overlay.ts";
import { isRevision } from "../components/application/source.ts";
import type { Failure } from "../components/error.ts";
import type { ClusterArgs, EnvironmentArgs, PlatformArgs } from "../components/index.ts";
import { DEFAULT_PROJECT } from "../components/projects.ts";
import { decodeAccess } from "./access-keys.ts";
import { decodeCluster, decodeClusters } from "./cluster-keys.ts";
import { flag, list, mapOf, oneOf, record, text } from "./decode.ts";
import type { Place } from "./decode.ts";
import { decodeGate } from "./gate-keys.ts";
import { decodeImages, decodePeriod } from "./image-keys.ts";
import { decodeNamespaces } from "./namespace-keys.ts";
import { decodeShard } from "./shard-keys.ts";
import { decodeSignature } from "./signature-keys.ts";

/** What a stack says in its configuration file; Pulumi.yaml describes every key. */
export interface Settings extends Omit<EnvironmentArgs, "cluster">, PlatformArgs {
  readonly environment: string;
  readonly cluster: ClusterArgs;
}

/** The same names as in the configuration file, where a duration is text. */
type OverlayKeys = Omit<ApplicationOverlay, "timeoutMs"> & { readonly timeout?: number };
type SettingKeys = Omit<Settings, "overlay"> &
  Pick<OverlayKeys, "namespace" | "targetRevision" | "images" | "timeout" | "wait" | "rewrites">;

const ENVIRONMENT = text("a name of at most 63 letters, digits, -, _ and .", (value) =>
  /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/.test(value),
);
const APPLICATION_NAME = text("the name of an Application", isDnsSubdomain);
const CLUSTER_UID = text("the uid of a cluster's namespace kube-system", (value) =>
  /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(value),
);
const REMOVABLE = text(
  `the name of an Application, or ${DEFAULT_PROJECT}`,
  (value) => isDnsSubdomain(value) || value === DEFAULT_PROJECT,
);
const REVISION = text("a branch, a tag, a commit, HEAD or a range of versions", isRevision);
/** OCI distribution specification: the grammar of a tag and of a digest. */
const TAG = text("an image tag or digest", (value) =>
  /^(?:\w[\w.-]{0,127}(?:@sha256:[0-9a-f]{64})?|sha256:[0-9a-f]{64})$/.test(value),
);

const ENVIRONMENT_KEYS = {
  namespace: text("the name of a namespace", isDnsLabel),
  targetRevision: REVISION,
  images: decodeImages,
  timeout: decodePeriod,
  wait: oneOf("healthy", "applied"),
  rewrites: oneOf("hold", "follow"),
};

const OVERRIDE = record<OverlayKeys>({
  ...ENVIRONMENT_KEYS,
  revision: REVISION,
  pins: mapOf(text("an image name or alias"), TAG),
  adopt: flag,
});

/** Looked up by names of users' choice, so it must not inherit any. */
const NO_OVERRIDES = Object.freeze(Object.create(null) as Record<string, ApplicationOverlay>);

const SETTINGS = record<SettingKeys>({
  ...ENVIRONMENT_KEYS,
  environment: ENVIRONMENT,
  applications: text("a folder"),
  projects: text("a folder"),
  cluster: decodeCluster,
  clusters: decodeClusters,
  replacedClusters: mapOf(CLUSTER_UID, CLUSTER_UID),
  overrides: mapOf(APPLICATION_NAME, decodeOverride),
  allowRemoval: list(REMOVABLE),
  people: list(text("a pattern like argo-*")),
  registries: text("a file"),
  pullSecrets: text("a folder"),
  imageUpdaters: text("a folder"),
  signatures: list(decodeSignature),
  gate: decodeGate,
  namespaces: decodeNamespaces,
  access: decodeAccess,
  protect: flag,
  shard: decodeShard,
});

/** Undefined settings when there is a mistake. @param values texts by key, without `gitops:`; maps and lists are JSON */
export function decodeSettings(
  values: Readonly<Record<string, string>>,
  stack: string,
): { readonly settings: Settings | undefined; readonly failures: readonly Failure[] } {
  const place: Place = { property: "gitops", failures: [] };
  const {
    environment,
    applications,
    cluster,
    clusters,
    replacedClusters,
    overrides,
    allowRemoval,
    people,
    registries,
    pullSecrets,
    imageUpdaters,
    signatures,
    gate,
    projects,
    namespaces,
    access,
    protect,
    shard,
    ...overlay
  } = SETTINGS(values, place) ?? {};
  refuseMisplaced({ cluster, clusters, namespaces, access }, shard?.index ?? 1, place);
  const name = environment ?? ENVIRONMENT(stack, { ...place, property: "gitops:environment" });
  const pullSecretsPath = fromEnvironment("PULUMI_GITOPS_PULL_SECRETS") ?? pullSecrets;
  const registriesPath = fromEnvironment("PULUMI_GITOPS_REGISTRIES") ?? registries;
  if (place.failures.length > 0 || name === undefined) return { settings: undefined, failures: place.failures };
  const settings: Settings = {
    environment: name,
    applications: applications ?? "infra/applications",
    cluster: cluster ?? { kind: "kubeconfig" },
    ...present({ projects, clusters, replacedClusters, gate, shard }),
    overlay: withMilliseconds(overlay),
    overrides: overrides ?? NO_OVERRIDES,
    allowRemoval: allowRemoval ?? [],
    people: people ?? [],
    ...(registriesPath === undefined ? {} : { registries: registriesPath }),
    ...(pullSecretsPath === undefined ? {} : { pullSecrets: pullSecretsPath }),
    imageUpdaters: imageUpdaters ?? "infra/image-updaters",
    signatures: signatures ?? [],
    namespaces: namespaces ?? {},
    access: access ?? {},
    protect: protect ?? false,
  };
  return { settings, failures: [] };
}

type Given = { readonly [K in "cluster" | "clusters" | "namespaces" | "access"]: Settings[K] | undefined };

function refuseMisplaced(given: Given, shard: number, place: Place): void {
  refuseUnreachable(given, place);
  if (shard > 1) refuseTwice(given, place);
}

/** Pulumi's Kubernetes provider has to be told where a cluster is; only what we do ourselves can look it up. */
function refuseUnreachable({ cluster, clusters = {}, namespaces = {}, access }: Given, { failures }: Place): void {
  const createsAccess = access?.create === true;
  const refuseAt = (key: string, reference: ClusterArgs | undefined, because: string) => {
    if (reference?.kind !== "gke" || "create" in reference || reference.endpoint !== undefined) return;
    const reason = `expected the endpoint, because of ${because}, found nothing`;
    failures.push({ property: `gitops:${key}.endpoint`, reason });
  };
  if (createsAccess || Object.keys(namespaces).length > 0)
    refuseAt("cluster", cluster, "gitops:namespaces or gitops:access.create");
  if (!createsAccess) return;
  for (const [name, { reference }] of Object.entries(clusters))
    refuseAt(`clusters.${name}`, reference, "gitops:access.create");
}

/** What two stacks made they would take away from each other. */
function refuseTwice({ cluster, namespaces = {}, access }: Given, { failures }: Place): void {
  const reason = "expected nothing, because the first shard makes it (gitops:shard)";
  if (Object.keys(namespaces).length > 0) failures.push({ property: "gitops:namespaces", reason });
  if (access?.create === true) failures.push({ property: "gitops:access.create", reason });
  if (cluster !== undefined && "create" in cluster) failures.push({ property: "gitops:cluster.create", reason });
}

/** Without what is undefined. */
function present<T extends object>(values: T): { readonly [K in keyof T]?: NonNullable<T[K]> } {
  const entries = Object.entries(values).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [K in keyof T]?: NonNullable<T[K]> };
}

function fromEnvironment(name: string): string | undefined {
  const value = process.env[name];
  return value === "" ? undefined : value;
}

function decodeOverride(value: unknown, place: Place): ApplicationOverlay | undefined {
  const keys = OVERRIDE(value, place);
  return keys === undefined ? undefined : withMilliseconds(keys);
}

function withMilliseconds({ timeout, ...overlay }: OverlayKeys): ApplicationOverlay {
  return timeout === undefined ? overlay : { ...overlay, timeoutMs: timeout };
}
