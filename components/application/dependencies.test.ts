import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";

import { formatFailure } from "../error.ts";
import { changed } from "./application.fixture.ts";
import type { Dependent } from "./dependencies.ts";
import { DEPENDS_ON, findDependencyMistakes, orderByDependencies } from "./dependencies.ts";
import { parseApplications } from "./parse.ts";

/** `{ a: "b c" }`: a depends on b and on c. */
function applications(graph: Readonly<Record<string, string>>): readonly Dependent[] {
  return Object.entries(graph).map(([name, names]) => {
    const dependencies = { names: names.split(" ").filter((one) => one !== ""), line: 7, property: "depends-on" };
    return { name, file: `${name}.yaml`, ...(names === "" ? {} : { dependencies }) };
  });
}

function mistakesIn(all: readonly Dependent[]): Readonly<Record<string, readonly string[]>> {
  const found = findDependencyMistakes(
    all,
    all.map(({ name }) => name),
  );
  return Object.fromEntries([...found].map(([name, failures]) => [name, failures.map(formatFailure)]));
}

describe("findDependencyMistakes", () => {
  it.each<[title: string, graph: Record<string, string>]>([
    ["no dependencies", { a: "", b: "" }],
    ["a chain", { a: "b", b: "c", c: "" }],
    ["a diamond", { a: "b c", b: "d", c: "d", d: "" }],
    ["an Application called constructor", { constructor: "", a: "constructor" }],
  ])("finds nothing in %s", (_title, graph) => expect(mistakesIn(applications(graph))).toEqual({}));

  const circle = "Applications cannot depend on each other in a circle:";
  it.each<[title: string, graph: Record<string, string>, mistakes: Record<string, string[]>]>([
    [
      "a name that nobody has",
      { api: "databas", database: "" },
      { api: ['api.yaml:7: depends-on: there is no Application "databas", did you mean "database"?'] },
    ],
    [
      "a name that nobody has anything like",
      { api: "toString" },
      { api: ['api.yaml:7: depends-on: there is no Application "toString"'] },
    ],
    ["itself", { a: "a" }, { a: ["a.yaml:7: depends-on: an Application cannot depend on itself"] }],
    [
      "two that depend on each other, but not who depends on them",
      { a: "b", b: "a", c: "a" },
      { a: [`a.yaml:7: depends-on: ${circle} a -> b -> a`], b: [`b.yaml:7: depends-on: ${circle} b -> a -> b`] },
    ],
    [
      "the whole of a longer circle, and what else is wrong",
      { a: "b x-ray", b: "c", c: "a" },
      {
        a: [
          'a.yaml:7: depends-on: there is no Application "x-ray"',
          `a.yaml:7: depends-on: ${circle} a -> b -> c -> a`,
        ],
        b: [`b.yaml:7: depends-on: ${circle} b -> c -> a -> b`],
        c: [`c.yaml:7: depends-on: ${circle} c -> a -> b -> c`],
      },
    ],
  ])("reports %s", (_title, graph, mistakes) => expect(mistakesIn(applications(graph))).toEqual(mistakes));
});

describe("orderByDependencies", () => {
  it("changes nothing where nothing depends on anything", () => {
    expect(namesOf(orderByDependencies(applications({ b: "", a: "", c: "" })))).toEqual(["b", "a", "c"]);
  });

  it("puts each behind what it depends on, also through others", () => {
    const graph = { web: "api", api: "database queue", other: "", queue: "", database: "" };
    expect(namesOf(orderByDependencies(applications(graph)))).toEqual(["database", "queue", "api", "web", "other"]);
  });

  it("is no deeper than a very long chain", () => {
    const chain = Array.from({ length: 20_000 }, (_, index) => [`a${index}`, `a${index + 1}`] as const);
    expect(namesOf(orderByDependencies(applications(Object.fromEntries(chain))))[0]).toBe("a19999");
  });
});

const NAMES = ["a", "b", "c", "d", "e", "f"];
const GRAPH = fc.dictionary(
  fc.constantFrom(...NAMES),
  fc.subarray(NAMES).map((names) => names.join(" ")),
);

describe("any dependencies", () => {
  it("are in order once the mistaken ones are left out, and none is lost", () => {
    fc.assert(
      fc.property(GRAPH, (graph) => {
        const all = applications(graph);
        const sound = all.filter(({ name }) => !Object.hasOwn(mistakesIn(all), name));
        const ordered = namesOf(orderByDependencies(sound));
        expect(ordered.toSorted()).toEqual(namesOf(sound).toSorted());
        for (const { name, dependencies } of sound)
          for (const before of (dependencies?.names ?? []).filter((one) => ordered.includes(one)))
            expect(ordered.indexOf(before)).toBeLessThan(ordered.indexOf(name));
      }),
    );
  });

  it("have a mistake exactly where an Application reaches itself or names nobody", () => {
    fc.assert(
      fc.property(GRAPH, (graph) => {
        const all = applications(graph);
        const wrong = all.filter(({ name }) => reaches(graph, name).has(name) || namesNobody(graph, name));
        expect(Object.keys(mistakesIn(all)).toSorted()).toEqual(namesOf(wrong).toSorted());
      }),
    );
  });
});

describe("the annotation", () => {
  const parse = (value: string) =>
    parseApplications([{ file: "app.yaml", text: changed(["  annotations:", `  annotations:\n    ${value}`]) }])[0];

  it("is read with its line, without empty and repeated names", () => {
    const read = parse(`${DEPENDS_ON}: database, queue,, database`)?.applications[0]?.dependencies;
    const property = `metadata.annotations["${DEPENDS_ON}"]`;
    expect(read).toEqual({ names: ["database", "queue"], line: 9, property });
  });

  it.each([
    [`${DEPENDS_ON}: ", "`, `"]: expected names of Applications, separated by commas, found ", "`],
    [`${DEPENDS_ON}: 5`, `"]: expected a text, found the number 5: put it in quotes`],
    [
      `pulumi-gitops.dev/depend-on: a`,
      `no annotation of this name is known for an Application, did you mean "${DEPENDS_ON}"?`,
    ],
  ])("is refused: %s", (value, reason) => {
    const failures = parse(value)?.broken[0]?.failures.map(formatFailure);
    expect(failures).toEqual([expect.stringMatching(/^app.yaml:9: metadata.annotations/)]);
    expect(failures?.[0]).toContain(reason);
  });
});

function namesOf(all: readonly Dependent[]): readonly string[] {
  return all.map(({ name }) => name);
}

function namesNobody(graph: Readonly<Record<string, string>>, name: string): boolean {
  return (graph[name] ?? "").split(" ").some((one) => one !== "" && !Object.hasOwn(graph, one));
}

function reaches(graph: Readonly<Record<string, string>>, start: string): ReadonlySet<string> {
  const found = new Set<string>();
  const look = (name: string): void => {
    for (const next of (graph[name] ?? "").split(" ").filter((one) => one !== "" && !found.has(one))) {
      found.add(next);
      look(next);
    }
  };
  look(start);
  return found;
}
