import { readMetadata } from "../application/metadata.ts";
import { optional, readFields, required } from "../application/reader.ts";
import type { Fields, Place, Reader } from "../application/reader.ts";
import type { ParsedResources, ResourceKind, SourceFile } from "../application/resources.ts";
import { parseResources } from "../application/resources.ts";
import { PROJECT_FIELDS, UNENFORCED } from "./fields.ts";
import type { Project } from "./project.ts";
import { readDestinations, readKeys, readKinds, readRepositories } from "./read.ts";
import { readWindows } from "./read-windows.ts";

const PROJECT: ResourceKind<Project> = {
  kind: "AppProject",
  noun: "an Argo CD AppProject",
  read: readProject,
  describeKind: (kind) =>
    kind.endsWith("List")
      ? "lists are not read, separate the projects by --- lines"
      : "only projects belong into this folder",
};

/** Reads Argo CD AppProjects. What no program of this kind can enforce is named in `unenforced`, every other unknown field is a mistake. */
export function parseProjects(files: readonly SourceFile[]): readonly ParsedResources<Project>[] {
  return parseResources(files, PROJECT);
}

function readProject(reader: Reader, root: Place): Project | undefined {
  const fields = readFields(reader, root, PROJECT_FIELDS.document) ?? new Map<string, Place>();
  const metadata = required(reader, root, fields, "metadata", readMetadata);
  const spec = optional(reader, fields, "spec", readSpec) ?? NOTHING;
  return metadata?.name === undefined ? undefined : { file: reader.file, name: metadata.name, ...spec };
}

type Spec = Omit<Project, "file" | "name">;

/** A project that says nothing permits nothing. */
const NOTHING: Spec = {
  ...{ sourceRepos: [], destinations: [], clusterAllow: [], clusterDeny: [], namespaceDeny: [] },
  ...{ signatureKeys: [], syncWindows: [], unenforced: [] },
};

function readSpec(reader: Reader, place: Place): Spec | undefined {
  const fields = readFields(reader, place, PROJECT_FIELDS.spec);
  if (fields === undefined) return undefined;
  const kinds = (name: string, table: "spec.resources" | "spec.clusterResources") =>
    optional(reader, fields, name, (_, list) => readKinds(reader, list, PROJECT_FIELDS[table]));
  const namespaceAllow = kinds("namespaceResourceWhitelist", "spec.resources");
  return {
    sourceRepos: optional(reader, fields, "sourceRepos", readRepositories) ?? [],
    destinations: optional(reader, fields, "destinations", readDestinations) ?? [],
    clusterAllow: kinds("clusterResourceWhitelist", "spec.clusterResources") ?? [],
    clusterDeny: kinds("clusterResourceBlacklist", "spec.clusterResources") ?? [],
    ...(namespaceAllow === undefined ? {} : { namespaceAllow }),
    namespaceDeny: kinds("namespaceResourceBlacklist", "spec.resources") ?? [],
    signatureKeys: optional(reader, fields, "signatureKeys", readKeys) ?? [],
    syncWindows: optional(reader, fields, "syncWindows", readWindows) ?? [],
    unenforced: unenforcedIn(fields),
  };
}

function unenforcedIn(fields: Fields): readonly string[] {
  return Object.entries(UNENFORCED)
    .filter(([name]) => fields.has(name))
    .map(([name, reason]) => `spec.${name} is not enforced here: ${reason}`);
}
