import { describe, expect, it } from "@jest/globals";

import { expandVariables } from "./variables.ts";

const VARIABLES = { ARGOCD_APP_NAME: "api", A1: "x" };

// Answers of Go's os.Expand with the mapping of Argo CD.
describe("the build environment", () => {
  it.each([
    ["$ARGOCD_APP_NAME", "api"],
    ["${ARGOCD_APP_NAME}-x", "api-x"],
    ["$ARGOCD_APP_NAME_X", ""],
    ["$A1$A1", "xx"],
    ["a$$b", "a$b"],
    ["a$ b", "a$ b"],
    ["a$", "a$"],
    ["${", ""],
    ["${}", ""],
    ["${no}", ""],
    ["$1a", "a"],
    ["$-", ""],
    ["$.x", "$.x"],
    ["$toString", ""],
    ["plain", "plain"],
  ])("makes of %j %j", (text, expected) => expect(expandVariables(text, VARIABLES)).toBe(expected));
});
