import { describe, expect, it } from "@jest/globals";

import { outputsWith } from "./sync/sync.fixture.ts";
import type { OlderOutputs } from "./sync.state.ts";
import { foldOutputs, unfoldOutputs } from "./sync.state.ts";

const drift = ["Service qa/web: is missing"];
const outputs = { ...outputsWith({ drift, builtAt: { api: "2024-01-31T10:00:00Z" } }), packed: "packed" };

/** With `observed` as an object, and the rest beside it. */
function nested(): OlderOutputs {
  const { observed, details, ...apart } = foldOutputs(outputs);
  const [told, rest] = [observed, details].map((text) => JSON.parse(text) as Record<string, unknown>);
  return { ...rest, ...apart, protocol: 3, observed: told } as unknown as OlderOutputs;
}

describe("outputs in the state", () => {
  it("have what the program asks for in one text, the rest in another, and what may be secret by itself", () => {
    const { observed, details, ...apart } = foldOutputs(outputs);
    const [told, rest] = [observed, details].map((text) => JSON.parse(text) as Record<string, unknown>);
    expect(told).toMatchObject({ drift: outputs.drift, builtAt: outputs.builtAt, inventory: outputs.inventory });
    expect(rest).toMatchObject({ claim: outputs.claim, policy: outputs.policy });
    expect(Object.keys(apart).toSorted()).toEqual(["cluster", "packed", "protocol", "secrets"]);
    expect({ ...rest, ...told, ...apart }).toEqual(outputs);
  });

  it("are the same text whatever the order in which they became known", () => {
    const reversed = Object.fromEntries(Object.entries(outputs).toReversed()) as unknown as typeof outputs;
    expect(foldOutputs(reversed)).toEqual(foldOutputs(outputs));
  });

  it("come back as they were", () => {
    expect(unfoldOutputs(foldOutputs(outputs))).toEqual(outputs);
  });

  it.each([
    [1, { ...outputs, protocol: 1 }],
    [3, nested()],
  ])("of protocol %i are read as they stand, and become the present form", (protocol, older) => {
    expect(unfoldOutputs(older)).toEqual({ ...outputs, protocol });
    expect(foldOutputs(unfoldOutputs(older))).toEqual(foldOutputs(outputs));
  });
});
