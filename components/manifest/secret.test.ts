import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import type { Manifest } from "./object.ts";
import { findSecretProblems, foldSecret, isSecret, maskSecret } from "./secret.ts";

const metadata = { name: "db", namespace: "qa" };
const KEY = "0123456789abcdef";

function secret(fields: Readonly<Record<string, unknown>>): Manifest {
  return { apiVersion: "v1", kind: "Secret", metadata, ...fields };
}

function base64(text: string): string {
  return Buffer.from(text).toString("base64");
}

function maskOf(fields: Readonly<Record<string, unknown>>, key = KEY): unknown {
  return maskSecret(secret({ data: fields }), key)["data"];
}

describe("isSecret", () => {
  it.each([
    ["v1", "Secret", true],
    ["v1", "ConfigMap", false],
    ["example.com/v1", "Secret", false],
  ])("says of %s %s: %j", (apiVersion, kind, expected) => {
    expect(isSecret({ apiVersion, kind, metadata })).toBe(expected);
  });
});

describe("foldSecret", () => {
  it.each([
    [
      "lets stringData win",
      { data: { a: base64("old"), b: base64("b") }, stringData: { a: "new" } },
      { data: { a: base64("new"), b: base64("b") } },
    ],
    ["makes data where there is none", { stringData: { a: "ü" } }, { data: { a: "w7w=" } }],
    ["takes null for the empty value", { stringData: { a: null } }, { data: { a: "" } }],
    [
      "leaves what is no text to be refused",
      { stringData: { a: "x", pin: 1234 } },
      { data: { a: "eA==" }, stringData: { pin: 1234 } },
    ],
    ["leaves data alone", { data: { a: "eA==" } }, { data: { a: "eA==" } }],
  ])("%s", (_, given, expected) => {
    expect(foldSecret(secret(given))).toEqual(secret(expected));
  });

  it("leaves other kinds alone", () => {
    const other: Manifest = { apiVersion: "example.com/v1", kind: "Secret", metadata, stringData: { a: "x" } };
    expect(foldSecret(other)).toBe(other);
  });
});

describe("findSecretProblems", () => {
  it.each([
    ["a number for a text", { stringData: { pin: 1234 } }, 'stringData["pin"]: expected a text: put it in quotes'],
    ["a list for a text", { data: { pin: ["eA=="] } }, 'data["pin"]: expected a text: put it in quotes'],
    [
      "text for base64",
      { data: { pin: "hunter2" } },
      'data["pin"]: expected base64; text as it is goes into stringData',
    ],
    ["base64 for URLs", { data: { pin: "_-8=" } }, 'data["pin"]: expected base64; text as it is goes into stringData'],
    ["a list for a map", { data: ["hunter2"] }, "data: expected a map of texts"],
    ["a text for a map", { stringData: "hunter2" }, "stringData: expected a map of texts"],
  ])("finds %s, and quotes no value", (_, fields, expected) => {
    expect(findSecretProblems(secret(fields)).map((problem) => problem.join(": "))).toEqual([expected]);
  });

  it.each([
    ["no values", {}],
    ["null, which is the empty text", { data: { a: null }, stringData: null }],
    ["base64 in lines", { data: { a: "aHVu\ndGVy\r\nMg==" } }],
    ["any text", { stringData: { a: "hunter2" } }],
  ])("accepts %s", (_, fields) => {
    expect(findSecretProblems(secret(fields))).toEqual([]);
  });

  it("leaves other kinds alone", () => {
    expect(findSecretProblems({ apiVersion: "v1", kind: "ConfigMap", data: { a: 1 } })).toEqual([]);
  });

  it("accepts whatever Node and the API server write as base64", () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        const data = { a: Buffer.from(bytes).toString("base64") };
        expect(findSecretProblems(secret({ data }))).toEqual([]);
      }),
    );
  });
});

describe("maskSecret", () => {
  it("masks what a Secret does not have as well: it may be a misspelled field of values", () => {
    const masked = maskSecret(
      secret({ stringdata: { a: "hunter2" }, Data: "hunter2", type: "Opaque", immutable: true }),
      KEY,
    );
    expect(JSON.stringify(masked)).not.toContain("hunter2");
    expect(masked).toMatchObject({
      stringdata: { a: expect.stringMatching(/^hmac:/) },
      type: "Opaque",
      immutable: true,
    });
  });

  it("replaces each value by 16 digits of a keyed hash", () => {
    expect(maskOf({ password: base64("hunter2") })).toEqual({ password: expect.stringMatching(/^hmac:[0-9a-f]{16}$/) });
  });

  it.each([
    ["equal values of a field alike", { a: base64("x") }, { a: base64("x") }, true],
    ["base64 in another spelling alike", { a: "aGVsbG8gd29ybGQh" }, { a: "aGVsbG8g\nd29ybGQh\n" }, true],
    ["different values differently", { a: base64("x") }, { a: base64("y") }, false],
    ["different broken base64 differently", { a: "%%%1" }, { a: "%%%2" }, false],
    ["values that differ in a null byte differently", { a: base64("x") }, { a: base64("x\0") }, false],
  ])("masks %s", (_, a, b, same) => {
    if (same) expect(maskOf(a)).toEqual(maskOf(b));
    else expect(maskOf(a)).not.toEqual(maskOf(b));
  });

  it("depends on the key and on the field's name", () => {
    expect(maskOf({ a: "eA==" }, "k1")).not.toEqual(maskOf({ a: "eA==" }, "k2"));
    const { a, b } = maskOf({ a: "eA==", b: "eA==" }) as { a: string; b: string };
    expect(a).not.toBe(b);
  });

  it("masks stringData as the data it becomes", () => {
    expect(maskSecret(secret({ stringData: { a: "x" } }), KEY)).toEqual(
      maskSecret(secret({ data: { a: base64("x") } }), KEY),
    );
  });

  it("removes kubectl's copy of the whole object and keeps other annotations", () => {
    const annotations = { "kubectl.kubernetes.io/last-applied-configuration": '{"data":{"a":"eA=="}}', note: "x" };
    const masked = maskSecret({ ...secret({}), metadata: { ...metadata, annotations } }, KEY);
    expect(masked.metadata.annotations).toEqual({ note: "x" });
  });

  it("leaves other kinds alone", () => {
    const other: Manifest = { apiVersion: "v1", kind: "ConfigMap", metadata, data: { a: "x" } };
    expect(maskSecret(other, KEY)).toBe(other);
  });

  it("shows nothing of a value, whatever its shape and place", () => {
    const canary = fc.stringMatching(/^[A-Za-z0-9]{12,24}$/);
    const odd = fc.constantFrom<(value: string) => Readonly<Record<string, unknown>>>(
      (value) => ({ data: { a: base64(value) } }),
      (value) => ({ data: { a: value } }),
      (value) => ({ data: value }),
      (value) => ({ data: [value] }),
      (value) => ({ data: { a: { b: value } } }),
      (value) => ({ stringData: { a: value } }),
      (value) => ({ stringData: { a: [value] } }),
      (value) => ({ stringData: value }),
    );
    fc.assert(
      fc.property(canary, odd, (value, shape) => {
        const text = JSON.stringify(maskSecret(secret(shape(value)), KEY));
        expect(text).not.toContain(value);
        expect(text).not.toContain(base64(value));
      }),
    );
  });
});
