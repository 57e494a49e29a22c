import type { Resource } from "@pulumi/pulumi";
import { Service } from "@pulumi/gcp/projects/service.js";

import type { GkeCreation, GkePlace } from "./creation.ts";

/** Asked by the provider itself before it can look at the others. */
const FIRST = "cloudresourcemanager";
const ALWAYS = ["artifactregistry", "compute", "container", "iam", "logging", "monitoring"];

/**
 * Enables the APIs of the project that the cluster stands on. They stay enabled when the stack goes: somebody else may use them too.
 * @returns what everything else has to wait for
 */
export function enableServices(parent: Resource, { project }: GkePlace, creation: GkeCreation): readonly Service[] {
  const enable = (api: string, after: readonly Service[]) =>
    new Service(
      api,
      { project, service: `${api}.googleapis.com`, disableOnDestroy: false },
      { parent, dependsOn: [...after] },
    );
  const wanted = creation.binaryAuthorization === true ? [...ALWAYS, "binaryauthorization"] : ALWAYS;
  const first = enable(FIRST, []);
  return [first, ...wanted.map((api) => enable(api, [first]))];
}
