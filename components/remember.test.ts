import { expect, test } from "@jest/globals";

import { remember } from "./remember.ts";

test("the same arguments are asked for once, whatever the answer is", () => {
  const asked: string[] = [];
  const isLong = remember((text: string, limit: number) => {
    asked.push(`${text} ${limit}`);
    return text.length > limit ? true : undefined;
  });
  expect([isLong("abc", 2), isLong("abc", 2), isLong("abc", 3), isLong("abc", 3)]).toEqual([
    ...[true, true, undefined, undefined],
  ]);
  expect(asked).toEqual(["abc 2", "abc 3"]);
});

test("after an error it is asked again", () => {
  let calls = 0;
  const first = remember((text: string) => {
    calls++;
    if (calls === 1) throw new Error("not yet");
    return text;
  });
  expect(() => first("a")).toThrow("not yet");
  expect(first("a")).toBe("a");
});
