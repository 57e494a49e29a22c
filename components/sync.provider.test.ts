import { describe, expect, test } from "@jest/globals";

import { PROVIDERS } from "./sync.provider.ts";

describe.each(Object.entries(PROVIDERS))("the provider text of %s", (kind, text) => {
  test("is a CommonJS module whose handler makes the six methods", () => {
    const handler = load(text);
    expect(Object.keys(handler())).toEqual(["check", "diff", "create", "read", "update", "delete"]);
  });

  test("says which resource it serves and nothing of where it was made", () => {
    expect(text).toContain(`delegate("${kind}")`);
    expect(text).not.toContain(process.cwd());
  });

  // Every byte is in the state twice, and goes to the provider several times in a preview.
  test("is short", () => {
    expect(text.length).toBeLessThan(1000);
  });
});

type Handler = () => Readonly<Record<string, unknown>>;

/** As Pulumi's provider process does, without types being stripped. */
function load(text: string): Handler {
  const exports: { handler?: Handler } = {};
  // eslint-disable-next-line @typescript-eslint/no-implied-eval
  (new Function("exports", text) as (given: typeof exports) => void)(exports);
  return exports.handler!;
}
