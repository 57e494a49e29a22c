import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";

import { explainMissing } from "./missing.ts";
import type { Ref } from "./refs.ts";

const A: Ref = { commit: "a".repeat(40) };
const NONE = new Map<string, Ref>();
const REFS = new Map(["heads/main", "heads/release-1", "tags/v1", "tags/v2"].map((name) => [`refs/${name}`, A]));

describe("explainMissing", () => {
  it.each([
    ["develop", REFS, /^branch or tag develop does not exist in https:\/\/host\/x; there are: main, release-1, v1, /],
    ["abcdef1", REFS, /a commit is named by all of its 40 digits\)$/],
    ["AAAAAAA", REFS, /a commit is named by all of its 40 digits: a{40}\)$/],
    [
      "1.2.*",
      REFS,
      /^no tag is a version that "1.2.\*" allows in https:\/\/host\/x; there are: main, release-1, v1, v2$/,
    ],
    ["1.2", REFS, /^branch or tag 1.2 does not exist/],
    ["main", NONE, /has no branches and tags: it is empty/],
    ["HEAD", new Map([["refs/heads/x", A]]), /no default branch \(HEAD\); there are: x$/],
  ])("says what there is instead of %s", (revision, refs, text) => {
    expect(explainMissing(refs, { revision }, "https://host/x")).toMatch(text);
  });

  it.each([
    ["~1.2", /^no tag that begins with api\/ is a version that "~1.2" allows .*; there are: other\/1.2.0, api\/1.1.0$/],
    ["1.2.0", /^tag api\/1.2.0 does not exist .*; there are: other\/1.2.0, api\/1.1.0$/],
    ["develop", /^branch or tag develop does not exist/],
  ])("says of %s that the tag's prefix counts", (revision, text) => {
    const refs = new Map([
      ["refs/tags/api/1.1.0", A],
      ["refs/tags/other/1.2.0", A],
    ]);
    expect(explainMissing(refs, { revision, tagPrefix: "api/" }, "https://host/x")).toMatch(text);
  });

  it("names few of many refs and counts the rest", () => {
    const refs = new Map(Array.from({ length: 500 }, (_, index) => [`refs/tags/v${index}`, A]));
    const text = explainMissing(refs, { revision: "x" }, "https://host/x");
    expect(text).toMatch(/and 490 more/);
    expect(text.length).toBeLessThan(300);
  });

  it("lets no control character of a server's ref name through", () => {
    fc.assert(
      fc.property(
        fc.string({
          unit: fc.constantFrom("a", "\0", "\u001b", "\u202e", "\u0085", "é", "\n", "\ufeff"),
          minLength: 1,
        }),
        (name) => {
          const text = explainMissing(new Map([[`refs/heads/${name}`, A]]), { revision: "x" }, "https://host/x");
          expect(text).not.toMatch(/[\p{Cc}\p{Cf}]/u);
        },
      ),
    );
  });
});
