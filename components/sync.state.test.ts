import { describe, expect, it } from "@jest/globals";

import { outputsWith } from "./sync/sync.fixture.ts";
import { foldOutputs, PROTOCOL, unfoldOutputs } from "./sync.protocol.ts";

const drift = ["Service qa/web: is missing"];
const outputs = { ...outputsWith({ drift, builtAt: { api: "2024-01-31T10:00:00Z" } }), packed: "packed" };

describe("outputs in the state", () => {
  it("have what the program asks for in one property, and everything once", () => {
    const { observed, ...rest } = foldOutputs(outputs);
    expect(observed).toMatchObject({ drift: outputs.drift, builtAt: outputs.builtAt, inventory: outputs.inventory });
    expect(Object.keys(rest).filter((name) => Object.hasOwn(observed, name))).toEqual([]);
    expect({ ...rest, ...observed }).toEqual(outputs);
  });

  it("come back as they were", () => {
    expect(unfoldOutputs(foldOutputs(outputs))).toEqual(outputs);
  });

  it("of an older form are read as they stand, and become the present form", () => {
    const older = { ...outputs, protocol: 1 };
    expect(unfoldOutputs(older)).toEqual(older);
    expect(foldOutputs(unfoldOutputs(older)).protocol).toBe(PROTOCOL);
  });
});
