import { describe, expect, it } from "@jest/globals";
import { atLeast } from "./requirements.mjs";

describe("atLeast", () => {
  it.each(["go1.26", "go1.26.8", "git version 1.27.0 (vendor 9)", "2.0", "10.1"])("is content with %s", (found) =>
    expect(atLeast("Go", [1, 26], found, "to build")).toBeUndefined(),
  );

  it.each(["go1.25.9", "1.9", "0.99"])("says what it expected and that it found %s", (found) =>
    expect(atLeast("Go", [1, 26], found, "to build")).toBe(`Go 1.26 or newer to build: found ${found}`),
  );

  it.each([undefined, "", "no version"])("takes %p for no program", (found) =>
    expect(atLeast("Go", [1, 26], found, "to build")).toBe("Go 1.26 or newer to build: found none"),
  );
});
