import type { NewGkeCluster } from "../components/index.ts";
import type { Place } from "./decode.ts";
import { flag, integer, mapOf, oneOf, record, refuse, text } from "./decode.ts";

type GkeCreation = NewGkeCluster["create"];
type NetworkRanges = NonNullable<GkeCreation["network"]>;
type NodePool = NonNullable<GkeCreation["nodePools"]>[string];

const CIDR = text("an IPv4 range such as 10.0.0.0/20", isRange);
const POOL_NAME = text("the name of a node pool", (value) => /^[a-z](?:[a-z0-9-]{0,38}[a-z0-9])?$/.test(value));
/** Source: Resource Manager, requirements for labels; Kubernetes' own are wider. */
const LABELS = mapOf(text("the key of a label"), text("the value of a label"));

const NETWORK = record<NetworkRanges>({ nodes: CIDR, pods: CIDR, services: CIDR, nat: flag, flowLogs: flag });

const NODE_POOL = record<NodePool>({
  machineType: text("a machine type such as e2-standard-4"),
  minNodes: integer(0, 1000),
  maxNodes: integer(1, 1000),
  spot: flag,
  diskSizeGb: integer(10, 65_536),
  diskType: text("a disk type such as pd-balanced"),
  labels: LABELS,
});

const CREATION = record<GkeCreation>({
  mode: oneOf("autopilot", "standard"),
  releaseChannel: oneOf("RAPID", "REGULAR", "STABLE", "EXTENDED"),
  endpoint: oneOf("dns", "ip"),
  authorizedNetworks: mapOf(text("a name"), CIDR),
  network: NETWORK,
  nodePools: mapOf(POOL_NAME, decodePool),
  binaryAuthorization: flag,
  registry: text("the id of a repository", (value) => /^[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?$/.test(value)),
  secretsKey: text("projects/P/locations/L/keyRings/R/cryptoKeys/K", (value) =>
    /^projects\/[^/]+\/locations\/[^/]+\/keyRings\/[^/]+\/cryptoKeys\/[^/]+$/.test(value),
  ),
  maintenanceStart: text('a time like "03:00", UTC', (value) => /^(?:[01]\d|2[0-3]):[0-5]\d$/.test(value)),
  deletionProtection: flag,
  labels: LABELS,
});

/** How to make a cluster, with what contradicts itself among the mistakes. */
export function decodeCreation(value: unknown, place: Place): GkeCreation | undefined {
  const creation = CREATION(value, place);
  if (creation === undefined) return undefined;
  const { mode, nodePools, endpoint, authorizedNetworks } = creation;
  if (nodePools !== undefined && mode !== "standard")
    refuse({ ...place, property: `${place.property}.nodePools` }, "mode: standard beside it", mode ?? "autopilot");
  if (authorizedNetworks !== undefined && endpoint !== "ip")
    refuse({ ...place, property: `${place.property}.authorizedNetworks` }, "endpoint: ip beside it", endpoint ?? "dns");
  return creation;
}

function decodePool(value: unknown, place: Place): NodePool | undefined {
  const pool = NODE_POOL(value, place);
  const { minNodes = 1, maxNodes = 3 } = pool ?? {};
  if (minNodes > maxNodes)
    refuse({ ...place, property: `${place.property}.minNodes` }, `at most ${maxNodes}`, minNodes);
  return pool;
}

function isRange(value: string): boolean {
  const [, ...parts] = /^(\d+)\.(\d+)\.(\d+)\.(\d+)\/(\d+)$/.exec(value) ?? [];
  const [a = 256, b = 256, c = 256, d = 256, bits = 33] = parts.map(Number);
  if ([a, b, c, d].some((byte) => byte > 255) || bits > 32) return false;
  const address = ((a * 256 + b) * 256 + c) * 256 + d;
  // A range begins at a multiple of its size.
  return address % 2 ** (32 - bits) === 0;
}
