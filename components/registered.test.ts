import { describe, expect, it } from "@jest/globals";
import type { Output } from "@pulumi/pulumi";
import { CustomResource, runtime } from "@pulumi/pulumi";

import { outcomeOf, outputOf, whenRegistered } from "./registered.ts";
import { valueOf } from "./registered.fixture.ts";

class Thing extends CustomResource {
  declare readonly colour: Output<string>;
  constructor() {
    super("test:index:Thing", "thing", { colour: undefined });
  }
}

/** @param answer the engine's, about the thing */
async function registered(answer: () => Readonly<Record<string, unknown>>, preview = false): Promise<Thing> {
  const newResource = ({ name }: { readonly name: string }) => ({ id: name, state: answer() });
  await runtime.setMocks({ newResource, call: () => ({}) }, "gitops", "production", preview);
  return new Thing();
}

describe("the outcome of an Output", () => {
  it("is its value", async () => {
    const thing = await registered(() => ({ colour: "red" }));
    expect(await outcomeOf(thing.colour)).toEqual({ state: "known", value: "red" });
    expect(await whenRegistered(thing)).toBe(true);
  });

  it("is unknown in a preview of what the engine does not say", async () => {
    const thing = await registered(() => ({}), true);
    expect(await outcomeOf(thing.colour)).toEqual({ state: "unknown" });
    expect(await whenRegistered(thing)).toBe(true);
  });

  it("is unknown while a part of it is", async () => {
    await registered(() => ({}), true);
    expect(await outcomeOf(outputOf(Promise.resolve(undefined)))).toEqual({ state: "unknown" });
    expect(await valueOf(outputOf(Promise.resolve({ colour: "red" })))).toEqual({ colour: "red" });
  });
});
