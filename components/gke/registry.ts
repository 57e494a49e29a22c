import type { Output, Resource } from "@pulumi/pulumi";
import { Repository } from "@pulumi/gcp/artifactregistry/repository.js";
import { RepositoryIamMember } from "@pulumi/gcp/artifactregistry/repositoryIamMember.js";

import type { GkePlace } from "./creation.ts";

/** A Docker repository beside the cluster, which the nodes may read and nothing more (CIS GKE 5.1.3). */
export function createRegistry(
  parent: Resource,
  { project, location, name, protect }: GkePlace,
  repositoryId: string,
  { nodes, dependsOn }: { readonly nodes: Output<string>; readonly dependsOn: readonly Resource[] },
): Repository {
  const repository = new Repository(
    name,
    { project, location, repositoryId, format: "DOCKER", description: `Images of the GKE cluster ${name}` },
    { parent, protect, dependsOn: [...dependsOn] },
  );
  new RepositoryIamMember(
    `${name}-nodes`,
    { project, location, repository: repository.name, role: "roles/artifactregistry.reader", member: nodes },
    { parent },
  );
  return repository;
}
