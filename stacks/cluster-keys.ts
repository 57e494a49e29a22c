import type { ClusterArgs, ClusterReference, DeclaredCluster, NewGkeCluster } from "../components/index.ts";
import type { Place } from "./decode.ts";
import { decodeCreation } from "./gke-keys.ts";
import { base64, mapOf, memberOf, oneOf, record, refuse, structureOf, text } from "./decode.ts";

type Kind = ClusterReference["kind"];
type Of<K extends Kind> = Extract<ClusterReference, { readonly kind: K }>;

const KINDS = ["kubeconfig", "inCluster", "gke"] as const satisfies readonly Kind[];
/** Source: Resource Manager API, project ids; the old ones of an organisation carry it in front. */
const PROJECT = text("the id of a Google Cloud project", (value) =>
  /^(?:[a-z0-9.-]+:)?[a-z][a-z0-9-]{4,28}[a-z0-9]$/.test(value),
);
const LOCATION = text("a region or zone such as europe-west1", (value) =>
  /^[a-z]+-[a-z]+[0-9]+(?:-[a-z])?$/.test(value),
);
/** Source: GKE API, projects.locations.clusters, name. */
const NAME = text("the name of a GKE cluster", (value) => /^[a-z](?:[a-z0-9-]{0,38}[a-z0-9])?$/.test(value));

const KUBECONFIG = record<Of<"kubeconfig">>({
  kind: oneOf("kubeconfig"),
  path: text("a file"),
  context: text("a context"),
});
const IN_CLUSTER = record<Of<"inCluster">>({ kind: oneOf("inCluster") });
const GKE = record<Of<"gke"> & Pick<NewGkeCluster, "create">>({
  kind: oneOf("gke"),
  project: PROJECT,
  location: LOCATION,
  name: NAME,
  endpoint: text("a host or an https URL", isEndpoint),
  ca: base64("certificates in base64, as clusterCaCertificate in the description of the cluster"),
  create: decodeCreation,
});

const REQUIRED = { project: PROJECT, location: LOCATION, name: NAME };

/** `{kind, ...}`, where the kind says which keys there are; without a kind it is a kubeconfig's. */
export function decodeCluster(value: unknown, place: Place): ClusterArgs | undefined {
  const given = structureOf(value) ?? {};
  const kind = given["kind"] ?? "kubeconfig";
  switch (kind) {
    case "inCluster":
      return IN_CLUSTER(value, place) && { kind: "inCluster" };
    case "gke":
      return decodeGke(value, place);
    case "kubeconfig": {
      const cluster = KUBECONFIG(value, place);
      return cluster && { ...cluster, kind: "kubeconfig" };
    }
    default:
      oneOf(...KINDS)(kind, memberOf(place, "kind"));
      return undefined;
  }
}

const NAMED = text("a name other than in-cluster, which is the environment's own", (value) => value !== "in-cluster");
const SERVER = text(
  "the https URL that destinations name the cluster by",
  (value) => value.includes("://") && isEndpoint(value),
);
const declarations = mapOf(NAMED, decodeDeclared);

/** `gitops:clusters`: a name -> a cluster that exists, and perhaps the address by which destinations know it. */
export function decodeClusters(value: unknown, place: Place): Readonly<Record<string, DeclaredCluster>> | undefined {
  return declarations(value, place);
}

function decodeDeclared(value: unknown, place: Place): DeclaredCluster | undefined {
  const { server, ...cluster } = structureOf(value) ?? {};
  const reference = decodeCluster(structureOf(value) === undefined ? value : cluster, place);
  const address = server === undefined ? undefined : SERVER(server, memberOf(place, "server"));
  if (reference === undefined) return undefined;
  if ("create" in reference) {
    refuse(memberOf(place, "create"), "a cluster that exists", reference.create);
    return undefined;
  }
  return address === undefined ? { reference } : { reference, server: address };
}

function decodeGke(value: unknown, place: Place): ClusterArgs | undefined {
  const cluster = GKE(value, place);
  if (cluster === undefined) return undefined;
  const { create, ...reference } = cluster;
  for (const [key, decode] of Object.entries(REQUIRED))
    if (structureOf(value)?.[key] === undefined) decode(undefined, memberOf(place, key));
  if (create !== undefined) refuseForNew(cluster, place);
  const { project, location, name, endpoint, ca } = reference;
  if (project === undefined || location === undefined || name === undefined) return undefined;
  const where = { kind: "gke", project, location, name } as const;
  if (create !== undefined) return { ...where, create };
  return { ...where, ...(endpoint !== undefined && { endpoint }), ...(ca !== undefined && { ca }) };
}

/** What is known of a cluster only when it is there, and what its resources are named after. */
function refuseForNew({ endpoint, ca, location, name }: Partial<Of<"gke">>, place: Place): void {
  const nothing = "nothing, because the cluster is to be created";
  if (endpoint !== undefined) refuse(memberOf(place, "endpoint"), nothing, endpoint);
  if (ca !== undefined) refuse(memberOf(place, "ca"), nothing, ca);
  if (location !== undefined && /-[a-z]$/.test(location))
    refuse(memberOf(place, "location"), "a region, because the cluster is to be created", location);
  // The account of its nodes is `<name>-nodes`, which may have 30 characters.
  if (name !== undefined && name.length > 24)
    refuse(memberOf(place, "name"), "at most 24 characters, because the cluster is to be created", name);
}

function isEndpoint(value: string): boolean {
  const url = URL.parse(value.includes("://") ? value : `https://${value}`);
  return url?.protocol === "https:" && url.username === "" && url.password === "";
}
