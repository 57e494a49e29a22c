import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";

import { resolvePlain } from "./kubernetes-scalar.ts";

describe("resolvePlain", () => {
  // What sigs.k8s.io/yaml v1.6.0 makes of each, run once.
  it.each([
    ["yes", true],
    ["Yes", true],
    ["YES", true],
    ["y", true],
    ["Y", true],
    ["n", false],
    ["N", false],
    ["no", false],
    ["No", false],
    ["NO", false],
    ["on", true],
    ["On", true],
    ["ON", true],
    ["off", false],
    ["Off", false],
    ["OFF", false],
    ["true", true],
    ["True", true],
    ["TRUE", true],
    ["tRue", "tRue"],
    ["false", false],
    ["FALSE", false],
    ["null", null],
    ["Null", null],
    ["NULL", null],
    ["~", null],
    ["nUll", "nUll"],
    ["0644", 420],
    ["0o644", 420],
    ["0O644", 420],
    ["08", 8],
    ["09", 9],
    ["0x1F", 31],
    ["0X1f", 31],
    ["-0x1F", -31],
    ["+0x1F", 31],
    ["0b11", 3],
    ["0B11", 3],
    ["-0b11", -3],
    ["+0b11", 3],
    ["1_000", 1000],
    ["1__0", 10],
    ["_1", "_1"],
    ["1_", 1],
    ["0x_1F", 31],
    ["0_7", 7],
    ["0_8", 8],
    ["00", 0],
    ["000", 0],
    ["-0", 0],
    ["+0", 0],
    ["+1", 1],
    ["-1", -1],
    ["+", "+"],
    ["1.0", 1],
    ["1.", 1],
    [".5", 0.5],
    ["-.5", -0.5],
    ["+.5", 0.5],
    [".5e3", 500],
    ["1e3", 1000],
    ["1E3", 1000],
    ["1e+3", 1000],
    ["1e-3", 0.001],
    ["1.5e3", 1500],
    ["1_0.5", 10.5],
    ["1e400", "1e400"],
    ["-1e400", "-1e400"],
    [".iNf", ".iNf"],
    ["12:30", "12:30"],
    ["12:30:45", "12:30:45"],
    ["190:20:30", "190:20:30"],
    ["2024-01-01", "2024-01-01"],
    ["2024-1-1", "2024-1-1"],
    ["2024-13-01", "2024-13-01"],
    ["2024-01-01T10:00:00Z", "2024-01-01T10:00:00Z"],
    ["9007199254740991", 9007199254740991],
    ["100000000000000000000000", 1e23],
    ["1e21", 1e21],
    ["1e20", 100000000000000000000],
    ["0.1", 0.1],
    ["1.10", 1.1],
    ["3.14159265358979323846", 3.141592653589793],
    ["0x", "0x"],
    ["0b", "0b"],
    ["0o", "0o"],
    ["0xg", "0xg"],
    ["1a", "1a"],
    ["1.2.3", "1.2.3"],
    ["1..2", "1..2"],
    [".", "."],
    ["..", ".."],
    ["._5", "._5"],
    ["._", "._"],
    [".1_0", 0.1],
    ["1e", "1e"],
    ["1e+", "1e+"],
    ["e3", "e3"],
    ["0777_7", 4095],
    ["0b1_1", 3],
    ["-0b1_1", -3],
    ["0o7_7", 63],
    ["-0o7", -7],
    ["+0o7", 7],
    ["-0644", -420],
    ["+0644", 420],
    ["-0x_f", -15],
    ["0.0", 0],
    ["-0.0", -0],
    ["1e0", 1],
    [".5.", ".5."],
    ["+.5e1", 5],
    ["-12e03", -12000],
    ["1e05", 100000],
    ["0e0", 0],
    ["00.5", 0.5],
    ["007.5", 7.5],
    ["0x1p4", "0x1p4"],
    ["0x1.8p1", "0x1.8p1"],
    ["Infinity", "Infinity"],
    ["inf", "inf"],
    ["NaN", "NaN"],
    ["nan", "nan"],
    ["infinity", "infinity"],
    ["-Inf", "-Inf"],
    ["1e1000000000", "1e1000000000"],
    ["=", "="],
  ])("reads %s as Kubernetes does", (text, value) => {
    const scalar = resolvePlain(text);
    expect("value" in scalar ? JSON.parse(JSON.stringify(scalar.value)) : scalar).toStrictEqual(
      JSON.parse(JSON.stringify(value)),
    );
  });

  it.each([".inf", "-.Inf", "+.INF", ".nan", ".NaN"])("does not read %s, which JSON cannot hold", (text) => {
    expect(resolvePlain(text)).toHaveProperty("problem");
  });

  it.each([
    ["9007199254740993", 9007199254740993n],
    ["-9_007_199_254_740_993", -9007199254740993n],
    ["0x7fffffffffffffff", 9223372036854775807n],
    ["01777777777777777777777", 18446744073709551615n],
    ["-9223372036854775808", -9223372036854775808n],
    ["18446744073709551616", 18446744073709551616],
    ["9007199254740991", 9007199254740991],
  ])("reads %s to the last digit as far as Kubernetes does", (text, value) => {
    expect(resolvePlain(text)).toHaveProperty("value", value);
  });

  it("reads back every number that JSON can hold exactly", () => {
    fc.assert(
      fc.property(fc.oneof(fc.maxSafeInteger(), fc.double({ noNaN: true, noDefaultInfinity: true })), (number) => {
        const scalar = resolvePlain(JSON.stringify(number));
        // A float that is an integer beyond what is exact is printed as an integer.
        if (Number.isSafeInteger(number) || !Number.isInteger(number))
          expect(scalar).toHaveProperty("value", number === 0 ? 0 : number);
      }),
    );
  });

  it("reads any text as something, a long one too", () => {
    fc.assert(fc.property(fc.string(), (text) => expect(resolvePlain(text).type).toBeDefined()));
    const long = [
      "1".repeat(1_000_000) + "x",
      "1_".repeat(500_000) + "x",
      "." + "1_".repeat(500_000),
      "1".repeat(1_000_000),
    ];
    expect(long.map((text) => resolvePlain(text).type)).toStrictEqual(["str", "str", "str", "int"]);
  });
});
