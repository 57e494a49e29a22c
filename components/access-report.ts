import pMap from "p-map";

import type { Access, AccessSettings } from "./access/manifests.ts";
import { accessManifests, accountNamespace } from "./access/manifests.ts";
import type { Need } from "./access/rules.ts";
import type { ApplicationOverlay, EnvironmentOverlay } from "./application/overlay.ts";
import { overlay } from "./application/overlay.ts";
import type { OverlaidApplication } from "./application/overlay.ts";
import { causeOf } from "./error.ts";
import { readInfra } from "./infra.ts";
import { refOf } from "./manifest/object.ts";
import { renderSources } from "./rendered.ts";
import type { SourcesArgs } from "./sources.ts";
import { openSources } from "./sources.ts";

export type { Access, AccessSettings } from "./access/manifests.ts";

/** What the configuration of a stack says about its environment. */
export interface AccessArgs extends SourcesArgs {
  readonly environment: string;
  /** Folder of Argo CD Application files. */
  readonly applications: string;
  readonly overlay: EnvironmentOverlay;
  readonly overrides: Readonly<Record<string, ApplicationOverlay>>;
  readonly access: AccessSettings;
}

export interface AccessReport {
  readonly access: Access;
  /** Namespaces of the accounts, and those that Applications want to be made. */
  readonly namespaces: readonly string[];
  /** Why the rights are not known: rights of which some are missing would take away what is needed. */
  readonly problems: readonly string[];
}

const AT_ONCE = 8;

/** Renders all Applications of an environment, as `pulumi preview` does, and computes who needs which rights. */
export async function reportAccess(args: AccessArgs): Promise<AccessReport> {
  const infra = readInfra(args.applications);
  const sources = openSources(args);
  const specs = infra.applications.map((spec) => overlay(spec, args.overlay, args.overrides[spec.name]));
  const problems = [...infra.problems, ...infra.broken.map(({ name, reason }) => `${name}: ${reason}`)];
  const render = async (spec: OverlaidApplication): Promise<readonly Need[]> => {
    try {
      const { objects } = await renderSources(spec, sources, () => undefined);
      return objects.map(refOf).map(({ group, kind, namespace }) => ({ group, kind, namespace }));
    } catch (error) {
      problems.push(`${spec.name}: ${causeOf(error)}`);
      return [];
    }
  };
  const needs = (await pMap(specs, render, { concurrency: AT_ONCE })).flat();
  const namespaces = [...new Set(specs.map(({ destination }) => destination.namespace))];
  const wanted = specs.filter(({ createNamespace }) => createNamespace).map(({ destination }) => destination.namespace);
  return {
    access: accessManifests({ environment: args.environment, needs, namespaces }, args.access),
    namespaces: [...new Set([accountNamespace(args.access), ...wanted])].toSorted(),
    problems,
  };
}
