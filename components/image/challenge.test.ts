import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";

import { parseChallenges } from "./challenge.ts";

function read(field: string): unknown {
  return parseChallenges(field).map(({ scheme, parameters }) => [scheme, Object.fromEntries(parameters)]);
}

describe("parseChallenges", () => {
  it.each([
    [
      'Bearer realm="https://auth.docker.io/token",service="registry.docker.io",scope="repository:library/nginx:pull"',
      [
        [
          "bearer",
          {
            realm: "https://auth.docker.io/token",
            service: "registry.docker.io",
            scope: "repository:library/nginx:pull",
          },
        ],
      ],
    ],
    [
      'BEARER  Realm = "https://a/t" , SCOPE="repository:a:pull,push"',
      [["bearer", { realm: "https://a/t", scope: "repository:a:pull,push" }]],
    ],
    ['Basic realm="https://a.example/"', [["basic", { realm: "https://a.example/" }]]],
    ["Basic realm=registry", [["basic", { realm: "registry" }]]],
    ["Basic", [["basic", {}]]],
    [
      'Negotiate, Basic realm="a, b", Bearer realm="https://t/x",service="s"',
      [
        ["negotiate", {}],
        ["basic", { realm: "a, b" }],
        ["bearer", { realm: "https://t/x", service: "s" }],
      ],
    ],
    [
      'Negotiate YIIabc+/==, Basic realm="x"',
      [
        ["negotiate", {}],
        ["basic", { realm: "x" }],
      ],
    ],
    ['Bearer realm="a \\"quoted\\" \\\\ name"', [["bearer", { realm: 'a "quoted" \\ name' }]]],
    [', ,Bearer realm="x",,service="y",', [["bearer", { realm: "x", service: "y" }]]],
    ['realm="x"', []],
    ["", []],
    ['Bearer realm="x', [["bearer", {}]]],
    ['Bearer realm="x", \u0001, scope="y"', [["bearer", { realm: "x" }]]],
  ])("reads %s", (field, expected) => {
    expect(read(field)).toEqual(expected);
  });

  it("reads what it is given in every order", () => {
    const token = fc.stringMatching(/^[a-z]{1,8}$/);
    const value = fc.string({ maxLength: 12 });
    const challenge = fc.tuple(
      token,
      fc.uniqueArray(fc.tuple(token, value), { minLength: 1, maxLength: 3, selector: ([name]) => name }),
    );
    fc.assert(
      fc.property(fc.array(challenge, { minLength: 1, maxLength: 3 }), (challenges) => {
        const quoted = (text: string): string => `"${text.replace(/[\\"]/g, "\\$&")}"`;
        const field = challenges
          .map(([scheme, pairs]) => `${scheme} ${pairs.map(([name, text]) => `${name}=${quoted(text)}`).join(", ")}`)
          .join(", ");
        expect(read(field)).toEqual(challenges.map(([scheme, pairs]) => [scheme, Object.fromEntries(pairs)]));
      }),
    );
  });

  it("ends for any text", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 200 }), (field) => {
        expect(parseChallenges(field).length).toBeLessThanOrEqual(field.length);
      }),
    );
  });
});
