import type { Stack, World } from "./world.ts";

/** An object as `kubectl get -o json` prints it. */
export interface LiveObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly uid: string;
    readonly resourceVersion: string;
    readonly generation?: number;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly [field: string]: unknown;
  };
  readonly spec?: object;
  readonly data?: Readonly<Record<string, string>>;
  readonly status?: object;
  readonly [field: string]: unknown;
}

export interface LiveDeployment extends LiveObject {
  readonly metadata: LiveObject["metadata"] & { readonly generation: number };
  readonly spec: { readonly replicas: number; readonly template: PodTemplate };
  readonly status: {
    readonly observedGeneration?: number;
    readonly updatedReplicas?: number;
    readonly availableReplicas?: number;
  };
}

interface PodTemplate {
  readonly spec: {
    readonly containers: readonly { readonly image: string; readonly env?: readonly EnvironmentVariable[] }[];
  };
}

interface EnvironmentVariable {
  readonly name: string;
  readonly value?: string;
}

const KINDS = "deployments,services,configmaps,secrets,horizontalpodautoscalers";
const MADE_BY_THE_CLUSTER = new Set(["kube-root-ca.crt"]);

/** Everything of the kinds that services are made of, in a stack's namespace: `Deployment api-service` -> object. */
export async function objectsIn(world: World, stack: Stack): Promise<Readonly<Record<string, LiveObject>>> {
  const { items } = JSON.parse(await world.kubectl(stack, ["get", KINDS, "--output=json"])) as { items: LiveObject[] };
  const own = items.filter(({ metadata }) => !MADE_BY_THE_CLUSTER.has(metadata.name));
  return Object.fromEntries(own.map((object) => [`${object.kind} ${object.metadata.name}`, object]));
}

/** @throws when there is none */
export async function objectIn(world: World, stack: Stack, kind: string, name: string): Promise<LiveObject> {
  return JSON.parse(await world.kubectl(stack, ["get", kind, name, "--output=json"])) as LiveObject;
}

/** What stays the same when an object is deleted and made again, or changed and changed back. */
export function essence(object: LiveObject): unknown {
  const { name, namespace, labels, annotations = {} } = object.metadata;
  const kept = Object.entries(annotations).filter(([key]) => !BOOKKEEPING.has(key));
  const fields = Object.entries(object).filter(
    ([field]) => field !== "metadata" && field !== "status" && field !== "spec",
  );
  const spec = Object.entries(object.spec ?? {}).filter(([field]) => field !== "clusterIP" && field !== "clusterIPs");
  return {
    ...Object.fromEntries(fields),
    metadata: { name, namespace, labels, annotations: Object.fromEntries(kept) },
    spec: Object.fromEntries(spec),
  };
}

const BOOKKEEPING = new Set(["kubectl.kubernetes.io/last-applied-configuration", "deployment.kubernetes.io/revision"]);

export function essences(objects: Readonly<Record<string, LiveObject>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(objects).map(([name, object]) => [name, essence(object)]));
}

/**
 * `Deployment api-service` -> a text that is the same as long as nobody writes the object, not even without effect on
 * its content. Controllers write the status of some kinds all the time: there, content and generation count.
 */
export function versions(objects: Readonly<Record<string, LiveObject>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(objects).map(([name, object]) => [name, versionOf(object)]));
}

function versionOf(object: LiveObject): string {
  const { uid, resourceVersion, generation } = object.metadata;
  if (!CONTROLLED.has(object.kind)) return `${uid} ${resourceVersion}`;
  return `${uid} ${String(generation)} ${JSON.stringify(essence(object))}`;
}

const CONTROLLED = new Set(["Deployment", "HorizontalPodAutoscaler"]);

export async function deploymentsIn(world: World, stack: Stack): Promise<readonly LiveDeployment[]> {
  const { items } = JSON.parse(await world.kubectl(stack, ["get", "deployments", "--output=json"])) as {
    items: LiveDeployment[];
  };
  return items;
}

export async function deploymentIn(world: World, stack: Stack, name: string): Promise<LiveDeployment> {
  return (await objectIn(world, stack, "deployment", name)) as LiveDeployment;
}

/** Image of the first container of a Deployment. */
export async function imageIn(world: World, stack: Stack, deployment: string): Promise<string | undefined> {
  return (await deploymentIn(world, stack, deployment)).spec.template.spec.containers[0]?.image;
}
