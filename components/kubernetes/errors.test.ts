import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { inspect } from "node:util";

import { answerFailure, failure } from "./errors.ts";
import { status } from "./server.fixture.ts";

const DEPLOYMENT = { verb: "apply", group: "apps", kind: "Deployment", namespace: "qa", name: "api" };
const SECRET = { verb: "apply", group: "", kind: "Secret", namespace: "qa", name: "db" };

function errorOf(code: number, reason: string, message: string, details: object = {}, subject = DEPLOYMENT) {
  return answerFailure(subject, {
    kind: "answered",
    status: code,
    headers: {},
    body: JSON.stringify(status(code, reason, message, details)),
  });
}

const CHARACTERS = fc.constantFrom(
  "a",
  " ",
  "\n",
  "\r",
  "\t",
  "\u0000",
  "\u001b",
  "\u0085",
  "\u009b",
  "\u2028",
  "\u2029",
  "é",
  "😀",
);
const TYPED = "failed to create typed patch object (qa/api; apps/v1, Kind=Deployment): ";

describe("what the API server refuses", () => {
  it.each([
    [400, "BadRequest", "Invalid", false],
    [401, "Unauthorized", "Unauthorized", false],
    [403, "Forbidden", "Forbidden", false],
    [404, "NotFound", "NotFound", false],
    [405, "MethodNotAllowed", "Unsupported", false],
    [409, "Conflict", "Conflict", true],
    [415, "UnsupportedMediaType", "Unsupported", false],
    [418, "", "Failed", false],
    [422, "Invalid", "Invalid", false],
    [429, "TooManyRequests", "Throttled", true],
    [500, "InternalError", "Unavailable", true],
    [503, "ServiceUnavailable", "Unavailable", true],
    [504, "Timeout", "Timeout", true],
  ])("with %d %s has the code %s", (code, reason, expected, retryable) => {
    expect(errorOf(code, reason, "why")).toMatchObject({ code: expected, retryable, ref: "apps/Deployment qa/api" });
  });

  it.each([
    [
      "the fields",
      422,
      "Invalid",
      "Deployment.apps is invalid: ...",
      [
        { field: "spec.replicas", message: "Invalid value: -1: must be greater than or equal to 0" },
        { field: "spec.template", message: "Required value" },
      ],
      "spec.replicas: Invalid value: -1: must be greater than or equal to 0; spec.template: Required value",
    ],
    [
      "fields out of the schema, though the code is 500",
      500,
      "",
      `${TYPED}errors:\n  .spec.replicas: expected numeric (int or float), got string\n  .spec.selctor: field not declared in schema`,
      [],
      ".spec.replicas: expected numeric (int or float), got string .spec.selctor: field not declared in schema",
    ],
    [
      "a value of the wrong type",
      500,
      "",
      `${TYPED}.data.x: expected string, got &value.valueUnstructured{Value:1}`,
      [],
      ".data.x: expected string, got 1",
    ],
    [
      "the other managers",
      409,
      "Conflict",
      'Apply failed with 2 conflicts: conflicts with "kubectl-edit" using apps/v1:\n- .spec.replicas\n- .spec.paused',
      [{ reason: "FieldManagerConflict" }],
      'Apply failed with 2 conflicts: conflicts with "kubectl-edit" using apps/v1: - .spec.replicas - .spec.paused',
    ],
    ["a reason without a message", 403, "Forbidden", "", [], "Forbidden"],
    ["a code without a reason", 403, "", "", [], "the server answers 403 without saying why"],
  ])("names %s", (_, code, reason, message, causes, expected) => {
    expect(errorOf(code, reason, message, { causes }).message).toBe(`apply Deployment qa/api: ${expected}`);
  });

  it("is no matter of rights while a server that has just started does not know its own roles", () => {
    const starting =
      'services is forbidden: RBAC: [clusterrole.rbac.authorization.k8s.io "system:discovery" not found]';
    expect(errorOf(403, "Forbidden", starting)).toMatchObject({ code: "Unavailable", retryable: true });
    const missing = 'services is forbidden: RBAC: clusterrole.rbac.authorization.k8s.io "deployer" not found';
    expect(errorOf(403, "Forbidden", missing)).toMatchObject({ code: "Forbidden", retryable: false });
  });

  it("is the manifest's fault when it does not fit the schema, not the server's", () => {
    expect(errorOf(500, "", `${TYPED}.spec.x: field not declared in schema`)).toMatchObject({
      code: "Invalid",
      retryable: false,
    });
  });

  it("is one line of a bearable length without control characters, whatever the server says", () => {
    fc.assert(
      fc.property(fc.string({ unit: CHARACTERS, maxLength: 600 }), (text) => {
        const { message } = failure(DEPLOYMENT, "Failed", text);
        expect(message).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/);
        expect(message.length).toBeLessThanOrEqual("apply Deployment qa/api: ".length + 300);
      }),
    );
  });

  it("is cut, and says so", () => {
    const { message } = failure(DEPLOYMENT, "Failed", "x".repeat(1000));
    expect(message).toBe(`apply Deployment qa/api: ${"x".repeat(299)}…`);
  });

  it("leaves out the bytes of a request that a decoder quotes", () => {
    const message =
      'cannot decode: json: bad, error found in #10 byte of ...|{"password":"hunter2"}|..., bigger context ...';
    expect(errorOf(400, "BadRequest", message).message).toBe("apply Deployment qa/api: cannot decode: json: bad");
  });
});

describe("what is said about a Secret", () => {
  const canary = fc.stringMatching(/^[A-Za-z0-9+/=_-]{6,40}$/).map((text) => `s3cret${text}`);
  const shapes: readonly ((value: string) => {
    code: number;
    reason: string;
    message: string;
    causes?: readonly object[];
  })[] = [
    (value) => ({
      code: 403,
      reason: "Forbidden",
      message: `admission webhook "policy" denied the request: weak password ${value}`,
    }),
    (value) => ({
      code: 400,
      reason: "BadRequest",
      message: `Secret in version "v1" cannot be handled as a Secret: found in #10 byte of ...|"${value}"|...`,
    }),
    (value) => ({
      code: 500,
      reason: "",
      message: `failed to create typed patch object (qa/db; /v1, Kind=Secret): .data: expected map, got &{${value}}`,
    }),
    (value) => ({
      code: 500,
      reason: "",
      message: `failed to create typed patch object (qa/db; /v1, Kind=Secret): .stringData.x: expected string, got &value.valueUnstructured{Value:map[string]interface {}{"a":"${value}"}}`,
    }),
    (value) => ({
      code: 422,
      reason: "Invalid",
      message: `Secret "db" is invalid: data[x]: Invalid value: "${value}": no`,
      causes: [{ field: "data[x]", reason: "FieldValueInvalid", message: `Invalid value: "${value}": no` }],
    }),
    (value) => ({
      code: 422,
      reason: "Invalid",
      message: "x",
      causes: [{ field: "data", reason: "FieldValueDuplicate", message: `Duplicate value: "${value}"` }],
    }),
    (value) => ({
      code: 500,
      reason: "InternalError",
      message: `Internal error occurred: failed calling webhook: ${value}`,
    }),
  ];

  it("never holds a value, in the message or anywhere else in the error", () => {
    fc.assert(
      fc.property(canary, fc.constantFrom(...shapes), (value, shape) => {
        const { code, reason, message, causes = [] } = shape(value);
        const error = errorOf(code, reason, message, { causes }, SECRET);
        expect(inspect(error, { depth: 10, showHidden: true })).not.toContain(value);
        expect(error.message).toMatch(/^apply Secret qa\/db: ./);
      }),
    );
  });

  it.each([
    [
      403,
      "Forbidden",
      'secrets "db" is forbidden: User "viewer" cannot patch resource "secrets" in API group "" in the namespace "qa"',
      "same",
    ],
    [409, "Conflict", 'Apply failed with 1 conflict: conflict with "kubectl-edit" using v1: .data.password', "same"],
    [
      409,
      "Conflict",
      'Operation cannot be fulfilled on secrets "db": the object has been modified; please apply your changes to the latest version and try again',
      "same",
    ],
    [
      409,
      "Conflict",
      'Operation cannot be fulfilled on Secret "db": the UID in the precondition (a) does not match the UID in record (b). The object might have been deleted and then recreated',
      "same",
    ],
    [404, "NotFound", 'namespaces "qa" not found', "same"],
    [
      400,
      "BadRequest",
      'Secret in version "v1" cannot be handled as a Secret: strict decoding error: unknown field "foo"',
      'unknown field "foo"',
    ],
    [
      500,
      "",
      "failed to create typed patch object (qa/db; /v1, Kind=Secret): .daata: field not declared in schema",
      ".daata: field not declared in schema",
    ],
    [
      500,
      "",
      "failed to convert new object (qa/db; /v1, Kind=Secret) to proper version: unable to convert unstructured object to /v1, Kind=Secret: error decoding from json: illegal base64 data at input byte 9",
      "illegal base64 data at input byte 9",
    ],
  ])("still tells what is wrong: %d %s %s", (code, reason, message, expected) => {
    expect(errorOf(code, reason, message, {}, SECRET).message).toBe(
      `apply Secret qa/db: ${expected === "same" ? message : expected}`,
    );
  });
});
