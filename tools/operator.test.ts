import { readFileSync } from "node:fs";
import { join } from "node:path";

import { describe, expect, it } from "@jest/globals";
import { parseAllDocuments } from "yaml";

// The fields and their types are checked by an API server: test/integration/operator.test.ts.

/** The shortest that the operator honours. */
const SHORTEST_SECONDS = 60;

interface Stack {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly spec: Readonly<Record<string, unknown>>;
}

function read(stack: string): readonly Stack[] {
  const text = readFileSync(join(import.meta.dirname, "..", "examples", "operator", `${stack}.yaml`), "utf8");
  return parseAllDocuments(text, { strict: true }).map((document) => document.toJS() as Stack);
}

describe.each(["qa", "production"])("the Stack %s for the operator", (name) => {
  const documents = read(name);
  const stack = documents.find(({ kind }) => kind === "Stack")!;
  const { spec } = stack;

  it("deploys the stack of its name", () => {
    expect(stack).toMatchObject({ apiVersion: "pulumi.com/v1", metadata: { name, namespace: "gitops" } });
    expect(spec["stack"]).toBe(name);
  });

  it("is run again and again, and deletes nothing when it goes", () => {
    expect(spec).toMatchObject({ continueResyncOnCommitMatch: true, refresh: true, destroyOnFinalize: false });
    expect(spec["resyncFrequencySeconds"]).toBeGreaterThanOrEqual(SHORTEST_SECONDS);
    expect(spec["envRefs"]).toEqual({
      PULUMI_CONTINUE_ON_ERROR: { type: "Literal", literal: { value: "true" } },
      PULUMI_PARALLEL: { type: "Literal", literal: { value: "1000" } },
    });
  });

  it("runs as an account that is there", () => {
    const accounts = documents.filter(({ kind }) => kind === "ServiceAccount").map(({ metadata }) => metadata.name);
    expect(accounts).toEqual([spec["serviceAccountName"]]);
  });
});

describe("the Stacks of a sharded production for the operator", () => {
  const documents = read("production-shards");
  const stacks = documents.filter(({ kind }) => kind === "Stack");

  it("are as the Stack of one that is not, but for their names", () => {
    const [, , whole] = read("production");
    expect(stacks.map(({ metadata }) => metadata.name)).toEqual(["production-1", "production-2"]);
    for (const { metadata, spec } of stacks) expect(spec).toEqual({ ...whole?.spec, stack: metadata.name });
  });

  it("run as an account that is there", () => {
    const accounts = documents.filter(({ kind }) => kind === "ServiceAccount").map(({ metadata }) => metadata.name);
    expect(accounts).toEqual(["gitops-production"]);
  });
});

it("production waits for QA", () => {
  const stack = read("production").find(({ kind }) => kind === "Stack")!;
  expect(stack.spec["prerequisites"]).toEqual([{ name: "qa", requirement: { succeededWithinDuration: "30m" } }]);
});
