import type { Application } from "./application.ts";
import { readDestination } from "./destination.ts";
import { FIELDS } from "./fields.ts";
import { readIgnoreDifferences } from "./ignore-differences.ts";
import { readMetadata } from "./metadata.ts";
import { optional, readFields, readText, required } from "./reader.ts";
import type { Place, Reader } from "./reader.ts";
import type { ParsedResources, ResourceKind, SourceFile } from "./resources.ts";
import { parseResources } from "./resources.ts";
import { readSources } from "./source.ts";
import { readSyncPolicy } from "./sync-policy.ts";

/** What one file holds. */
export interface ParsedFile extends Pick<ParsedResources<Application>, "file" | "broken"> {
  readonly applications: readonly Application[];
}

const APPLICATION: ResourceKind<Application> = {
  kind: "Application",
  noun: "an Argo CD Application",
  read: readApplication,
  describeKind,
};

/**
 * Reads Argo CD Applications. Unknown fields and fields that are not supported yet are mistakes, so nothing a person wrote is
 * silently without effect.
 */
export function parseApplications(files: readonly SourceFile[]): readonly ParsedFile[] {
  return parseResources(files, APPLICATION).map(({ file, resources, broken }) => ({
    ...{ file, broken },
    applications: resources,
  }));
}

function describeKind(kind: string): string {
  if (kind === "AppProject") return "projects stand in a folder of their own (gitops:projects)";
  if (kind === "ApplicationSet") return "not supported yet";
  if (kind.endsWith("List")) return "lists are not read, separate the Applications by --- lines";
  return "only Applications belong into this folder";
}

function readApplication(reader: Reader, root: Place): Application | undefined {
  const fields = readFields(reader, root, FIELDS.document) ?? new Map<string, Place>();
  const metadata = required(reader, root, fields, "metadata", readMetadata);
  const spec = required(reader, root, fields, "spec", readSpec);
  if (metadata?.name === undefined || spec === undefined) return undefined;
  return { file: reader.file, ...metadata, name: metadata.name, ...spec };
}

type Spec = Omit<
  Application,
  "file" | "name" | "labels" | "annotations" | "annotationLines" | "finalizers" | "dependencies"
>;

function readSpec(reader: Reader, place: Place): Spec | undefined {
  const fields = readFields(reader, place, FIELDS.spec);
  if (fields === undefined) return undefined;
  const sources = readSources(reader, place, fields);
  const destination = required(reader, place, fields, "destination", readDestination);
  const policy = readSyncPolicy(reader, fields.get("syncPolicy"));
  const ignore = optional(reader, fields, "ignoreDifferences", readIgnoreDifferences) ?? [];
  const project = optional(reader, fields, "project", readText);
  if (sources === undefined || destination === undefined) return undefined;
  // Argo CD: the empty project is the default one.
  return {
    ...{
      project: project === undefined || project === "" ? "default" : project,
      sources,
      destination,
      ...policy,
    },
    ignoreDifferences: ignore.map(({ difference }) => difference),
    jqExpressions: ignore.flatMap(({ expressions }) => expressions),
  };
}
