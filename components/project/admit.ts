import type { Application } from "../application/application.ts";
import { closest } from "../application/suggest.ts";
import { parseJson } from "../exact-json.ts";
import type { Manifest } from "../manifest/object.ts";
import { parseRef } from "../manifest/object.ts";
import { clusterScopedAmong } from "../manifest/scope.ts";
import type { ClusterNames, Project, ProjectRules, Window } from "./project.ts";
import { refuseNamespace, refuseObject, refuseRepository } from "./rules.ts";
import { windowsFor } from "./windows.ts";

/** The projects of an infra repository. */
export interface Projects {
  readonly declared: readonly Project[];
  /** Projects whose file is broken but says who they are, and why. */
  readonly broken: readonly { readonly name: string; readonly reason: string }[];
  /** Whether a file is so broken that it may be any project. */
  readonly unreadable: boolean;
}

export const DEFAULT = "default";

/**
 * The project an Application is in; undefined when that is `default` and nobody declared it: then everything is permitted.
 * @returns a sentence when there is no such project, or none that can be read
 */
function findProject(projects: Projects, name: string): Project | undefined | string {
  const found = projects.declared.find((project) => project.name === name);
  if (found !== undefined) return found;
  const broken = projects.broken.find((project) => project.name === name);
  if (broken !== undefined) return broken.reason;
  if (projects.unreadable) return `project ${name} may stand in a file that cannot be read`;
  if (name === DEFAULT) return undefined;
  const names = [DEFAULT, ...projects.declared.map((project) => project.name)];
  const meant = closest(name, names);
  return `spec.project: there is no project ${name}${meant === undefined ? ` (there is ${names.join(", ")})` : `, did you mean ${meant}?`}`;
}

/**
 * Why an Application of `default` that nobody declares may not be deployed: once declared, a lost file or folder must not permit more.
 * @param before projects that were in force when the stack was last deployed
 */
export function refuseLost(before: readonly string[]): readonly string[] {
  if (!before.includes(DEFAULT)) return [];
  return [
    `project ${DEFAULT} was declared when this stack was last deployed, and no file declares it any more, so that it would permit everything; put its file back or, to permit everything, add to gitops:allowRemoval: project/${DEFAULT}`,
  ];
}

/** By which keys the commits of an Application have to be signed. */
export interface RequiredSigners {
  readonly project: string;
  readonly keys: readonly string[];
}

/** What a project makes of one Application. */
export interface Admission {
  /** Why it may not be deployed at all, as far as its own file tells. */
  readonly refusals: readonly string[];
  /** Absent: everything is permitted. */
  readonly rules?: ProjectRules;
  /** Absent: no signature is asked for. */
  readonly signers?: RequiredSigners;
  readonly windows: readonly Window[];
}

type Applicant = Pick<Application, "name" | "project" | "sources" | "destination">;

/** Looks an Application's project up and asks it. @param cluster where the Application goes */
export function admit(projects: Projects, application: Applicant, cluster: ClusterNames): Admission {
  const { name, sources, destination } = application;
  const project = findProject(projects, application.project);
  if (project === undefined) return { refusals: [], windows: [] };
  if (typeof project === "string") return { refusals: [project], windows: [] };
  const rules = rulesOf(project, cluster);
  const refusals = [
    ...sources.map(({ repoURL }) => refuseRepository(project, repoURL)),
    refuseNamespace(rules, destination.namespace),
  ].filter((reason) => reason !== undefined);
  const subject = { application: name, namespace: destination.namespace, cluster };
  const signed = project.signatureKeys.length === 0 ? {} : { signers: signersOf(project) };
  return { refusals, rules, ...signed, windows: windowsFor(project.syncWindows, subject) };
}

function signersOf({ name, signatureKeys }: Project): RequiredSigners {
  return { project: name, keys: signatureKeys };
}

function rulesOf(project: Project, cluster: ClusterNames): ProjectRules {
  const { name, destinations, clusterAllow, clusterDeny, namespaceAllow, namespaceDeny } = project;
  const rules = { project: name, cluster, destinations, clusterAllow, clusterDeny, namespaceDeny };
  return namespaceAllow === undefined ? rules : { ...rules, namespaceAllow };
}

/**
 * Why the objects of an Application may not be deployed: one sentence each. A custom resource whose definition is elsewhere counts as
 * namespaced here; the provider knows better.
 * @param manifests object -> JSON
 */
export function refuseObjects(rules: ProjectRules, manifests: Readonly<Record<string, string>>): readonly string[] {
  const refs = Object.keys(manifests).map((text) => [text, parseRef(text)] as const);
  const definitions = refs.filter(([, { kind }]) => kind === "CustomResourceDefinition");
  const isClusterScoped = clusterScopedAmong(
    definitions.map(([text]) => parseJson(manifests[text] ?? "{}") as Manifest),
  );
  return refs.flatMap(([text, ref]) => {
    const refusal = refuseObject(rules, ref, !isClusterScoped(ref));
    return refusal === undefined ? [] : [`${text}: ${refusal}`];
  });
}
