import { expect, it } from "@jest/globals";

import { reserve } from "./reservation.ts";

it("gives an object to the first who asks for it, in each environment", () => {
  expect(reserve("qa", "ConfigMap qa/x", "a")).toBeUndefined();
  expect(reserve("qa", "ConfigMap qa/x", "a")).toBeUndefined();
  expect(reserve("qa", "ConfigMap qa/x", "b")).toBe("a");
  expect(reserve("qa", "ConfigMap qa/y", "b")).toBeUndefined();
  expect(reserve("production", "ConfigMap qa/x", "b")).toBeUndefined();
});
