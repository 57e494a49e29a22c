import { expect, it } from "@jest/globals";

import { formatFailure } from "../error.ts";
import { findMistakes } from "./mistakes.ts";

it("names the file, the line and the expression of every mistake", async () => {
  const expressions = [".spec.[", ".spec.replicas", ".a | length"].map((text, index) => ({
    ...{ text, line: 30 + index },
    property: `spec.ignoreDifferences[0].jqPathExpressions[${index}]`,
  }));
  expect((await findMistakes("api.yaml", expressions)).map(formatFailure)).toEqual([
    expect.stringMatching(
      /^api\.yaml:30: spec\.ignoreDifferences\[0\]\.jqPathExpressions\[0\]: "\.spec\.\[": syntax error/,
    ),
    'api.yaml:32: spec.ignoreDifferences[0].jqPathExpressions[2]: ".a | length": gives values, not paths like .spec.replicas',
  ]);
});
