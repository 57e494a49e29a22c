import pMap from "p-map";

import type { Access, AccessSettings } from "./access/manifests.ts";
import { accessManifests, accountNamespace } from "./access/manifests.ts";
import type { Need } from "./access/rules.ts";
import type { ApplicationOverlay, EnvironmentOverlay } from "./application/overlay.ts";
import { overlay } from "./application/overlay.ts";
import type { OverlaidApplication } from "./application/overlay.ts";
import type { Shard } from "./application/shard.ts";
import type { DeclaredCluster } from "./destination.ts";
import { findCluster, OWN_CLUSTER } from "./destination.ts";
import { causeOf, GitOpsError } from "./error.ts";
import { readInfra } from "./infra.ts";
import { refOf } from "./manifest/object.ts";
import { admit } from "./project/admit.ts";
import type { Projects } from "./project/admit.ts";
import { readProjects } from "./projects.ts";
import { renderSources } from "./rendered.ts";
import { demandSigners } from "./signers.ts";
import type { OpenSources, SourcesArgs } from "./sources.ts";
import { openSources } from "./sources.ts";

export type { Access, AccessSettings } from "./access/manifests.ts";

/** What the configuration of a stack says about its environment. */
export interface AccessArgs extends SourcesArgs {
  readonly environment: string;
  /** Folder of Argo CD Application files. */
  readonly applications: string;
  /** Folder of Argo CD AppProject files. @default infra/projects, if it is there */
  readonly projects?: string;
  readonly overlay: EnvironmentOverlay;
  readonly overrides: Readonly<Record<string, ApplicationOverlay>>;
  readonly access: AccessSettings;
  /** Further clusters that Applications may go to, by name. */
  readonly clusters?: Readonly<Record<string, DeclaredCluster>>;
  readonly shard?: Shard;
}

/** What one cluster has to have. */
export interface ClusterAccess {
  /** As destinations have it; the environment's own is `in-cluster`. */
  readonly cluster: string;
  readonly access: Access;
  /** Namespaces of the accounts, and those that Applications want to be made. */
  readonly namespaces: readonly string[];
}

export interface AccessReport {
  /** The environment's own, then each that an Application goes to, in the order in which they are declared. */
  readonly clusters: readonly ClusterAccess[];
  /** Why the rights are not known: rights of which some are missing would take away what is needed. */
  readonly problems: readonly string[];
}

const AT_ONCE = 8;

/** An Application, the cluster it goes to, and what it renders to. */
interface Tenant {
  readonly cluster: string;
  readonly spec: OverlaidApplication;
  readonly needs: readonly Need[];
}

/** Renders all Applications of an environment, as `pulumi preview` does, and computes who needs which rights in which cluster. */
export async function reportAccess(args: AccessArgs): Promise<AccessReport> {
  const infra = readInfra(args.applications);
  const sources = openSources(args);
  const { clusters = {} } = args;
  const projects = readProjects(args.projects);
  const specs = infra.applications.map((spec) => overlay(spec, args.overlay, args.overrides[spec.name]));
  const problems = [
    ...infra.problems,
    ...projects.problems,
    ...infra.broken.map(({ name, reason }) => `${name}: ${reason}`),
  ];
  const visit = async (spec: OverlaidApplication): Promise<readonly Tenant[]> => {
    try {
      return [await openTenant(spec, sources, clusters, projects)];
    } catch (error) {
      problems.push(`${spec.name}: ${causeOf(error)}`);
      return [];
    }
  };
  const tenants = (await pMap(specs, visit, { concurrency: AT_ONCE })).flat();
  const names = [OWN_CLUSTER.name, ...Object.keys(clusters)];
  const inhabited = names.filter(
    (name) => name === OWN_CLUSTER.name || tenants.some(({ cluster }) => cluster === name),
  );
  return { clusters: inhabited.map((cluster) => accessOf(cluster, tenants, args)), problems };
}

async function openTenant(
  spec: OverlaidApplication,
  sources: OpenSources,
  declared: Readonly<Record<string, DeclaredCluster>>,
  projects: Projects,
): Promise<Tenant> {
  const place = findCluster(spec.destination, declared);
  if (typeof place === "string") throw new GitOpsError(place, { code: "Invalid" });
  // What will not be deployed must not get rights beforehand.
  const { refusals, signers } = admit(projects, spec, place);
  if (refusals.length > 0) throw new GitOpsError(refusals.join("; "), { code: "Invalid" });
  const git = demandSigners(sources.git, signers);
  const { objects } = await renderSources(spec, { ...sources, git }, () => undefined);
  const needs = objects.map(refOf).map(({ group, kind, namespace }) => ({ group, kind, namespace }));
  return { cluster: place.name, spec, needs };
}

/** What a cluster has to have for those that go there, and for nobody else. */
function accessOf(cluster: string, all: readonly Tenant[], { environment, access, shard }: AccessArgs): ClusterAccess {
  const tenants = all.filter((tenant) => tenant.cluster === cluster);
  const specs = tenants.map(({ spec }) => spec);
  const namespaces = [...new Set(specs.map(({ destination }) => destination.namespace))];
  const wanted = specs.filter(({ createNamespace }) => createNamespace).map(({ destination }) => destination.namespace);
  const needs = tenants.flatMap((tenant) => tenant.needs);
  const shards = shard === undefined ? {} : { shards: Math.max(shard.count, shard.before ?? 1) };
  return {
    cluster,
    access: accessManifests({ environment, ...shards, needs, namespaces }, access),
    namespaces: [...new Set([accountNamespace(access), ...wanted])].toSorted(),
  };
}
