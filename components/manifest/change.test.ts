import { describe, expect, it } from "@jest/globals";
import { formatChange } from "./change.ts";
import type { FieldChange } from "./change.ts";

const api = { group: "apps", kind: "Deployment", namespace: "qa", name: "api" };

function format(change: Partial<FieldChange>): string {
  return formatChange(api, { path: "x", live: undefined, desired: undefined, ...change }).replace(
    "Deployment qa/api: ",
    "",
  );
}

describe("formatChange", () => {
  it("says object, field, what is and what shall be, and who", () => {
    const change = { path: "spec.replicas", live: 5, desired: 3 };
    expect(formatChange(api, change)).toBe("Deployment qa/api: spec.replicas: 5 => 3");
    expect(formatChange(api, { ...change, by: "kubectl-edit" })).toBe(
      "Deployment qa/api: spec.replicas: 5 => 3 (set by kubectl-edit)",
    );
    expect(formatChange({ ...api, namespace: "", kind: "Namespace" }, change)).toBe(
      "Namespace api: spec.replicas: 5 => 3",
    );
  });

  it.each<readonly [string, Partial<FieldChange>, string]>([
    ["a value that is not in the cluster", { desired: "a" }, 'x: (none) => "a"'],
    ["a value that is not in Git", { live: { b: 1, a: null } }, 'x: {"a":null,"b":1} => (none)'],
    ["a long value", { live: "a".repeat(100) }, `x: "${"a".repeat(78)}… => (none)`],
    [
      "an emoji at the cut, whole or replaced",
      { live: `${"a".repeat(77)}😀😀` },
      `x: "${"a".repeat(77)}\ufffd… => (none)`,
    ],
    ["control characters", { live: "a\n\u001b[2J" }, 'x: "a\\n\\u001b[2J" => (none)'],
    [
      "characters that turn the text around",
      { live: "\u202eabc\u2028\u200b" },
      'x: "\\u{202e}abc\\u{2028}\\u{200b}" => (none)',
    ],
    [
      "control characters in names",
      { path: 'a["\u009b"]', by: "kub\u0007ectl\n" },
      'a["\\u{9b}"]: (none) => (none) (set by kub\\u{7}ectl\\u{a})',
    ],
  ])("writes %s", (_, change, expected) => {
    expect(format(change)).toBe(expected);
  });
});
