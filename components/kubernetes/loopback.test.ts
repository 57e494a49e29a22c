import { describe, expect, it } from "@jest/globals";

import { isLoopback } from "./loopback.ts";

describe("this very machine", () => {
  it.each([
    ["http://127.0.0.1:8001", true],
    ["http://127.9.8.7", true],
    ["http://localhost", true],
    ["http://LOCALHOST:80", true],
    ["http://[::1]:8001", true],
    ["http://[0:0:0:0:0:0:0:1]", true],
    // The same address in another notation: URL reads it.
    ["http://2130706433", true],
    ["http://10.0.0.1", false],
    ["http://0.0.0.0", false],
    ["http://127.0.0.1.evil.test", false],
    ["http://localhost.evil.test", false],
    ["http://notlocalhost", false],
    ["http://localhost@evil.test", false],
    ["http://[::ffff:10.0.0.1]", false],
  ])("is where %s leads: %s", (url, expected) => {
    expect(isLoopback(new URL(url))).toBe(expected);
  });
});
