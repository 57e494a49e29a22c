import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";

import { parseJson } from "./exact-json.ts";
import { canonicalJson, sameJson } from "./manifest/json.ts";

describe("parseJson", () => {
  it.each([
    "9007199254740993",
    "-9007199254740993",
    "9223372036854775807",
    "-9223372036854775808",
    "18446744073709551615",
  ])("keeps %s to the last digit, wherever it stands", (digits) => {
    for (const text of [digits, `[${digits}]`, `{"a":${digits}}`, `[1,${digits}]`, `{"a":[{"b":${digits}}]}`]) {
      expect(JSON.stringify(parseJson(text))).toBe(text);
      expect(canonicalJson(parseJson(text))).toBe(text);
    }
    expect(parseJson(`[ ${digits} ]`)).toEqual([BigInt(digits)]);
  });

  it.each(["1", "-0", "9007199254740991", "1.5", "1e300", "123456789012345678901234567890", "1e16", "-1.5e-7"])(
    "leaves %s to JSON.parse",
    (text) => {
      expect(parseJson(text)).toBe(JSON.parse(text));
    },
  );

  it("leaves texts alone, however many digits they have", () => {
    const text = '{"a":"x:9007199254740993","9007199254740993":"9007199254740993"}';
    expect(parseJson(text)).toStrictEqual(JSON.parse(text));
  });

  it("tells integers apart that a number takes for one", () => {
    const [one, other] = ["9007199254740992", "9007199254740993"].map(parseJson);
    expect(sameJson(one, other)).toBe(false);
    expect(sameJson({ a: [one] }, parseJson('{"a":[9007199254740992]}'))).toBe(true);
  });

  it("throws what JSON.parse throws", () => {
    expect(() => parseJson("9007199254740993,")).toThrow(SyntaxError);
  });

  it("reads back every JSON value, integers of 64 bits among them", () => {
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof(tie("leaf"), fc.array(tie("value")), fc.dictionary(fc.string(), tie("value"))),
      leaf: fc.oneof(fc.bigInt(-(2n ** 63n), 2n ** 64n - 1n), fc.string(), fc.boolean(), fc.constant(null)),
    }));
    fc.assert(
      fc.property(value, (one) => {
        const text = JSON.stringify(one);
        expect(JSON.stringify(parseJson(text))).toBe(text);
      }),
    );
  });
});
