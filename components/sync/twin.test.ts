import { describe, expect, it } from "@jest/globals";

import { refuseTwin } from "./twin.ts";

const CORE = "Event qa/one";
const GROUPED = "events.k8s.io/Event qa/one";

function judge(text: string, others: Readonly<Record<string, string>>): void {
  const applied = Object.fromEntries(
    Object.entries(others).map(([other, uid]) => [other, { uid, fieldsHash: "", fields: {}, values: {} }]),
  );
  const manifests = Object.fromEntries([text, ...Object.keys(others)].map((each) => [each, "{}"]));
  refuseTwin(text, "u1", manifests, () => ({ manifests, applied }));
}

describe("refuseTwin", () => {
  it("names both when one object is stated under two groups", () => {
    expect(() => judge(GROUPED, { [CORE]: "u1" })).toThrow(
      "events.k8s.io/Event qa/one: is the same object as Event qa/one, which the manifests have as well; keep one of them",
    );
  });

  it.each([
    ["another object of the same kind and name in another group", GROUPED, { [CORE]: "u2" }],
    ["another name", "Event qa/two", { [GROUPED]: "u1" }],
    ["nothing else", CORE, {}],
    ["a name with a slash in its group only", "serving.knative.dev/Service qa/api", { "Service qa/api": "u2" }],
  ])("has nothing against %s", (_, text, others) => expect(() => judge(text, others)).not.toThrow());
});
