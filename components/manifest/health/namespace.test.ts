import { describe, expect, it } from "@jest/globals";
import { live } from "./live.fixture.ts";
import { assessNamespace } from "./namespace.ts";

describe("a Namespace", () => {
  it.each([
    ["Healthy when active", { phase: "Active" }, "Healthy", ""],
    ["Healthy without a phase", {}, "Healthy", ""],
    ["Progressing while it goes", { phase: "Terminating" }, "Progressing", "the namespace is being emptied"],
  ])("is %s", (_, status, health, message) => {
    expect(assessNamespace(live("v1", "Namespace", {}, { ...status }))).toEqual({ status: health, message });
  });
});
