import { describe, expect, it } from "@jest/globals";

import { announceReplaced, isReplacement, refuseMoved } from "./replaced.ts";
import { inputsWith } from "./sync.fixture.ts";

const [OLD, NEW, OTHER] = ["old-uid", "new-uid", "other-uid"] as const;

describe("a cluster that takes the place of another one", () => {
  it.each([
    ["the declared one", { [OLD]: NEW }, true],
    ["one that takes the place of another cluster", { [OTHER]: NEW }, false],
    ["the old one of a declaration that is left on", { [NEW]: OLD }, false],
    ["any, where nothing is declared", {}, false],
  ])("is %s: %j", (_, declared, isAccepted) => {
    announceReplaced("qa", declared);
    expect(isReplacement("qa", OLD, NEW)).toBe(isAccepted);
    const refusal = refuseMoved({ ...inputsWith({}), moved: { from: OLD, to: NEW } });
    if (isAccepted) expect(refusal).toBeUndefined();
    else expect(refusal).toContain(`gitops:replacedClusters: {"${OLD}": "${NEW}"}`);
  });

  it("is one of its own environment", () => {
    announceReplaced("production", { [OLD]: NEW });
    expect(isReplacement("staging", OLD, NEW)).toBe(false);
  });

  it("is nothing an Application that stayed has to know of", () => {
    expect(refuseMoved(inputsWith({}))).toBeUndefined();
    expect(refuseMoved({})).toBeUndefined();
  });
});
