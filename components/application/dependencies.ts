import type { Failure } from "../error.ts";
import { splitList } from "./argo-annotations.ts";
import { quote } from "./quote.ts";
import type { Place, Reader } from "./reader.ts";
import { fail, readMembers, readText } from "./reader.ts";
import { closest } from "./suggest.ts";

export const DEPENDS_ON = "pulumi-gitops.dev/depends-on";

/** The Applications that have to be synced before one, and where it says so. */
export interface Dependencies {
  readonly names: readonly string[];
  readonly line: number;
  readonly property: string;
}

/** An Application as far as its place among the others goes. */
export interface Dependent {
  readonly name: string;
  readonly file: string;
  readonly dependencies?: Dependencies;
}

/** @param place the annotations, of which everything else is read elsewhere */
export function readDependencies(reader: Reader, place: Place): Dependencies | undefined {
  const silent: Reader = { ...reader, failures: [] };
  const member = readMembers(silent, place)?.get(DEPENDS_ON);
  const text = member === undefined ? undefined : readText(silent, member);
  if (member === undefined || text === undefined) return undefined;
  const names = [...new Set(splitList(text))];
  if (names.length === 0)
    fail(reader, member, `expected names of Applications, separated by commas, found ${quote(text)}`);
  return { names, line: reader.document.lineOf(member.at), property: member.path };
}

/**
 * What is wrong with dependencies, by Application: names that nobody has, and circles, told to each Application in them.
 * @param known names of all Applications, also of those that cannot be read
 */
export function findDependencyMistakes(
  applications: readonly Dependent[],
  known: readonly string[],
): ReadonlyMap<string, readonly Failure[]> {
  const names = new Set(known);
  const graph = new Map(applications.map((application) => [application.name, namesOf(application)]));
  const mistakes = applications.map((application) => {
    const unknown = namesOf(application).filter((name) => !names.has(name));
    const circle = findCircle(graph, application.name);
    const reasons = [
      ...unknown.map((name) => describeUnknown(name, known)),
      ...(circle === undefined ? [] : [describeCircle(circle)]),
    ];
    return [application.name, reasons.map((reason) => failureOf(application, reason))] as const;
  });
  return new Map(mistakes.filter(([, failures]) => failures.length > 0));
}

/** The same Applications, each after those it depends on, otherwise in the same order. Names of others do not count; no circles. */
export function orderByDependencies<T extends Dependent>(applications: readonly T[]): readonly T[] {
  const byName = new Map(applications.map((application) => [application.name, application]));
  const ordered = new Set<T>();
  const begun = new Set<T>();
  // With a stack of its own: a chain may be longer than the engine's.
  const stack = applications.toReversed();
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    if (begun.has(next)) {
      ordered.add(next);
      continue;
    }
    begun.add(next);
    const before = namesOf(next).flatMap((name) => byName.get(name) ?? []);
    stack.push(next, ...before.filter((one) => !begun.has(one)).toReversed());
  }
  return [...ordered];
}

/** The shortest way along dependencies from an Application back to itself: `[a, b, a]`. */
function findCircle(graph: ReadonlyMap<string, readonly string[]>, start: string): readonly string[] | undefined {
  const cameFrom = new Map<string, string>();
  const queue = [start];
  for (const name of queue) {
    for (const next of graph.get(name) ?? []) {
      if (next === start) return [...wayTo(cameFrom, start, name), start];
      if (cameFrom.has(next)) continue;
      cameFrom.set(next, name);
      queue.push(next);
    }
  }
  return undefined;
}

function wayTo(cameFrom: ReadonlyMap<string, string>, start: string, end: string): readonly string[] {
  const way = [end];
  for (let name = end; name !== start; way.unshift(name)) name = cameFrom.get(name) ?? start;
  return way;
}

function namesOf({ dependencies }: Dependent): readonly string[] {
  return dependencies?.names ?? [];
}

function failureOf({ file, dependencies }: Dependent, reason: string): Failure {
  const { line = 1, property = "" } = dependencies ?? {};
  return { file, line, property, reason };
}

function describeUnknown(name: string, known: readonly string[]): string {
  const meant = closest(name, known);
  return `there is no Application ${quote(name)}${meant === undefined ? "" : `, did you mean ${quote(meant)}?`}`;
}

function describeCircle(circle: readonly string[]): string {
  if (circle.length === 2) return "an Application cannot depend on itself";
  return `Applications cannot depend on each other in a circle: ${circle.join(" -> ")}`;
}
