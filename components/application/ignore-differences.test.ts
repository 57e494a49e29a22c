import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";

import { formatFailure } from "../error.ts";
import { changed } from "./application.fixture.ts";
import { parsePointer } from "./json-pointer.ts";
import { parseApplications } from "./parse.ts";

/** Parses the valid Application with these lines as its `ignoreDifferences`; line 1 of them is line 19 of the file. */
function parse(lines: readonly string[]) {
  const block = ["  ignoreDifferences:", ...lines.map((line) => `    ${line}`)].join("\n");
  const text = changed(["  syncPolicy:", `${block}\n  syncPolicy:`]);
  const [parsed] = parseApplications([{ file: "app.yaml", text }]);
  const first = text.split("\n").findIndex((line) => line === "  ignoreDifferences:") + 1;
  const failures = parsed!.broken.flatMap((broken) => broken.failures).map(formatFailure);
  return { application: parsed!.applications[0], failures, first };
}

describe("ignoreDifferences", () => {
  it("is read in full, with the place of each jq expression", () => {
    const { application, failures, first } = parse([
      "- group: apps",
      "  kind: Deployment",
      "  name: web",
      "  namespace: qa",
      "  jsonPointers: [/spec/replicas, /metadata/annotations/a.b~1c]",
      "  jqPathExpressions:",
      "  - .spec.template.spec.containers[].image",
      "  managedFieldsManagers: [kube-controller-manager]",
      '- {group: "*", kind: "*", jsonPointers: [/spec/x]}',
      "- {kind: Service, managedFieldsManagers: [m]}",
    ]);
    expect(failures).toEqual([]);
    const any = {
      group: "",
      name: "",
      namespace: "",
      jsonPointers: [],
      jqPathExpressions: [],
      managedFieldsManagers: [],
    };
    expect(application?.ignoreDifferences).toEqual([
      {
        ...{ group: "apps", kind: "Deployment", name: "web", namespace: "qa" },
        jsonPointers: ["/spec/replicas", "/metadata/annotations/a.b~1c"],
        jqPathExpressions: [".spec.template.spec.containers[].image"],
        managedFieldsManagers: ["kube-controller-manager"],
      },
      { ...any, group: "*", kind: "*", jsonPointers: ["/spec/x"] },
      { ...any, kind: "Service", managedFieldsManagers: ["m"] },
    ]);
    expect(application?.jqExpressions).toEqual([
      {
        text: ".spec.template.spec.containers[].image",
        line: first + 7,
        property: "spec.ignoreDifferences[0].jqPathExpressions[0]",
      },
    ]);
  });

  it.each([
    ["[]", []],
    ["null", []],
  ])("may be %s", (text, expected) => {
    const file = { file: "app.yaml", text: changed(["  syncPolicy:", `  ignoreDifferences: ${text}\n  syncPolicy:`]) };
    expect(parseApplications([file])[0]!.applications[0]!.ignoreDifferences).toEqual(expected);
  });

  it.each([
    ["- jsonPointers: [/spec/x]", "[0].kind: required, but not there"],
    ["- kind: Deployment", "[0]: expected at least one of jsonPointers, jqPathExpressions, managedFieldsManagers"],
    [
      "- {kind: A, jsonPointers: [/x], jsonPointer: [/y]}",
      '[0].jsonPointer: unknown field, did you mean "jsonPointers"?',
    ],
    ["- {kind: Deployment, jsonPointers: /spec/x}", '[0].jsonPointers: expected a list, found "/spec/x"'],
    [
      "- {kind: Deployment, jsonPointers: [spec/x]}",
      "[0].jsonPointers[0]: expected a JSON pointer like /spec/replicas",
    ],
    [
      '- {kind: Deployment, jsonPointers: [""]}',
      '[0].jsonPointers[0]: expected a JSON pointer like /spec/replicas, found ""',
    ],
    ["- {kind: Deployment, jsonPointers: [/spec/a~b]}", "[0].jsonPointers[0]: expected ~0 for ~ and ~1 for /"],
    ["- {kind: Deployment, jsonPointers: [/spec/a/-]}", '[0].jsonPointers[0]: expected a position instead of "-"'],
    ["- {kind: Deployment, jsonPointers: [1]}", "[0].jsonPointers[0]: expected a text, found the number 1"],
    ["- {kind: Deployment, jqPathExpressions: ['']}", "[0].jqPathExpressions[0]: expected a jq expression"],
    [
      "- {kind: Deployment, managedFieldsManagers: ['']}",
      "[0].managedFieldsManagers[0]: expected the name of a field manager",
    ],
    ["- {kind: 'Deploy[ment]', jsonPointers: [/spec/x]}", "[0].kind: expected a name in which * stands for any text"],
    ["- {kind: Deployment, name: 'web*', jsonPointers: [/spec/x]}", '[0].name: expected the whole name, found "web*"'],
    ["- Deployment", '[0]: expected a map, found "Deployment"'],
  ])("refuses %s", (line, reason) => {
    const { failures, first } = parse([line]);
    expect(failures).toHaveLength(1);
    expect(failures[0]).toMatch(new RegExp(`^app\\.yaml:${first + 1}: `));
    expect(failures[0]).toContain(`spec.ignoreDifferences${reason}`);
  });

  it("has all its mistakes told at once", () => {
    const { failures } = parse(["- {kind: 'a b', jsonPointers: [x, /y/-]}", "- {name: 'z*'}"]);
    expect(failures).toHaveLength(6);
  });
});

describe("parsePointer", () => {
  it("gives back the names a pointer was made of", () => {
    const name = fc.string({ minLength: 1 }).filter((text) => text !== "-");
    fc.assert(
      fc.property(fc.array(name, { minLength: 1 }), (names) => {
        const pointer = names.map((text) => `/${text.replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
        expect(parsePointer(pointer)).toEqual(names);
      }),
    );
  });

  it.each(["", "/", "spec", "/spec/", "//spec", "/a~", "/a~2", "/spec/-/x"])("refuses %j", (text) => {
    expect(typeof parsePointer(text)).toBe("string");
  });
});
