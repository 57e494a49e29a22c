import type { ObjectRef } from "../manifest/object.ts";
import { isMatch, parseGlob } from "./glob.ts";
import type { KindPattern, ProjectDestination, ProjectRules } from "./project.ts";
import { comparableRepository, hasDotSegment } from "./repository.ts";

/** Why a project does not permit a repository; undefined when it does. */
export function refuseRepository(
  { name, sourceRepos }: { readonly name: string; readonly sourceRepos: readonly string[] },
  url: string,
): string | undefined {
  const refusal = `project ${name} does not permit the repository ${url} (spec.sourceRepos)`;
  if (hasDotSegment(url)) return refusal;
  const text = comparableRepository(url);
  const verdicts = sourceRepos.map((pattern) => {
    const plain = isDenial(pattern) ? `!${comparableRepository(pattern.slice(1))}` : comparableRepository(pattern);
    return { fits: plain === "*" || fits(plain, text, "/"), denies: isDenial(pattern) };
  });
  if (verdicts.some(({ fits, denies }) => denies && !fits)) return refusal;
  return verdicts.some(({ fits, denies }) => fits && !denies) ? undefined : refusal;
}

/** Why a project does not permit a namespace of the Application's cluster; undefined when it does. */
export function refuseNamespace(rules: ProjectRules, namespace: string): string | undefined {
  const verdicts = rules.destinations.map((destination) => judge(rules, destination, namespace));
  if (verdicts.includes("allowed") && !verdicts.includes("denied")) return undefined;
  const { server, name = server } = rules.cluster;
  return `project ${rules.project} does not permit the namespace ${namespace} of ${name ?? "this cluster"} (spec.destinations)`;
}

/**
 * Why a project does not permit an object; undefined when it does. A cluster-scoped kind must be named by the project, a namespaced
 * one must not be excluded by it and its namespace be a destination.
 */
export function refuseObject(rules: ProjectRules, ref: ObjectRef, namespaced: boolean): string | undefined {
  const what = ref.group === "" ? ref.kind : `${ref.group}/${ref.kind}`;
  if (!namespaced) {
    if (isListed(rules.clusterAllow, ref, true) && !isListed(rules.clusterDeny, ref, true)) return undefined;
    return `project ${rules.project} does not permit ${what}, which is cluster-scoped (${lists("cluster")})`;
  }
  const allowed = rules.namespaceAllow === undefined || isListed(rules.namespaceAllow, ref, false);
  if (!allowed || isListed(rules.namespaceDeny, ref, false))
    return `project ${rules.project} does not permit ${what} (${lists("namespace")})`;
  return refuseNamespace(rules, ref.namespace);
}

function lists(scope: "cluster" | "namespace"): string {
  return `spec.${scope}ResourceWhitelist, spec.${scope}ResourceBlacklist`;
}

/**
 * One that denies refuses whatever it names, also when another one allows it. It allows nothing itself: that is Argo CD's documented
 * rule, while its code takes `!kube-system` for "everything else".
 */
function judge(
  { cluster }: ProjectRules,
  { server = "", name = "", namespace }: ProjectDestination,
  wanted: string,
): "allowed" | "denied" | "silent" {
  const byServer = cluster.server !== undefined && fits(server, cluster.server);
  const byName = cluster.name !== undefined && fits(name, cluster.name);
  const inNamespace = fits(namespace, wanted);
  const parts = [[server, byServer] as const, [name, byName] as const, [namespace, inNamespace] as const];
  if (parts.some(([pattern, isFit]) => isDenial(pattern) && !isFit)) return "denied";
  return (byServer || byName) && inNamespace && !parts.some(([pattern]) => isDenial(pattern)) ? "allowed" : "silent";
}

function isListed(patterns: readonly KindPattern[], { group, kind, name }: ObjectRef, byName: boolean): boolean {
  return patterns.some(
    (pattern) =>
      isMatch(pattern.group, group) &&
      isMatch(pattern.kind, kind) &&
      (!byName || pattern.name === undefined || pattern.name === "" || isMatch(pattern.name, name)),
  );
}

function isDenial(pattern: string): boolean {
  return pattern.startsWith("!");
}

/** A denial fits what it does not name. A malformed pattern fits nothing, and as a denial denies everything. */
function fits(pattern: string, text: string, separator?: string): boolean {
  const glob = parseGlob(isDenial(pattern) ? pattern.slice(1) : pattern, separator);
  return glob !== undefined && glob(text) !== isDenial(pattern);
}
