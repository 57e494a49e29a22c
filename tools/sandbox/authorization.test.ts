import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { basicCredentials, equals } from "./authorization.mjs";

const header = (text: string) => `Basic ${Buffer.from(text).toString("base64")}`;

describe("basicCredentials", () => {
  it("splits at the first colon, because a password may hold some", () =>
    expect(basicCredentials(header("user:a:b"))).toEqual({ username: "user", password: "a:b" }));
  it.each([undefined, "", "Bearer abc", "Basic"])("finds none in %p", (text) =>
    expect(basicCredentials(text)).toBeUndefined(),
  );
});

describe("equals", () => {
  it("holds for the same text only", () =>
    fc.assert(fc.property(fc.string(), fc.string(), (one, other) => equals(one, other) === (one === other))));
});
