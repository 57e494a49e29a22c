import { describe, expect, it } from "@jest/globals";

import { readOptions, SCENARIOS } from "./options.ts";

describe("readOptions", () => {
  it("names everything that is wrong", () => {
    const wrong = ["--apps=0", "--scenario=no-op,x", "--drift=-1,1", "--wait=long", "--checkpoints=x", "--foreign=-1"];
    const usage = readOptions(wrong);
    expect(usage.kind === "wrong" ? usage.problems.map((problem) => problem.split(":")[0]) : []).toEqual([
      ...["--apps", "--foreign", "--scenario", "--drift", "--wait", "--checkpoints"],
    ]);
  });

  it("has ten objects an application and all scenarios unless told otherwise", () => {
    expect(readOptions(["--apps=3"])).toMatchObject({
      kind: "run",
      options: { objects: 30, drift: [1, 3], scenarios: SCENARIOS, floor: true, checkpoints: "end" },
    });
  });

  it("takes several scenarios in the order in which they run", () => {
    expect(readOptions(["--scenario=prune,first-up"])).toMatchObject({ options: { scenarios: ["first-up", "prune"] } });
  });

  it.each([
    ["1,1%,10%", "1000", [1, 10, 100]],
    ["1,1%,10%", "50", [1, 5]],
    ["500", "100", [100]],
  ])("reads --drift %s of %s objects", (text, objects, drift) => {
    expect(readOptions([`--drift=${text}`, `--objects=${objects}`])).toMatchObject({ options: { drift } });
  });
});
