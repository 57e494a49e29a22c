import { describe, expect, it } from "@jest/globals";

import type { ChildResult } from "./child.ts";
import { gitFailure, lacksObject, refusesObjects } from "./failure.ts";

function result(stderr: string, more: Partial<ChildResult> = {}): ChildResult {
  return { code: 128, signal: null, stdout: Buffer.alloc(0), stderr, killed: undefined, ...more };
}

describe("gitFailure", () => {
  it.each([
    ["fatal: could not read Username for 'https://github.com': terminal prompts disabled", "Unauthorized", false],
    ["fatal: Authentication failed for 'https://host/x/'", "Unauthorized", false],
    [
      "git@github.com: Permission denied (publickey).\nfatal: Could not read from remote repository.",
      "Unauthorized",
      false,
    ],
    [
      "@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @\nHost key verification failed.\nfatal: Could not read",
      "Refused",
      false,
    ],
    ["Host key verification failed.\nfatal: Could not read from remote repository.", "Unauthorized", false],
    [
      "Received disconnect from ::1 port 22:2: Too many authentication failures\nfatal: Could not read from remote repository.",
      "Unauthorized",
      false,
    ],
    [
      "Unable to negotiate with ::1 port 22: no matching host key type found. Their offer: ssh-dss\nfatal: Could not read from remote repository.",
      "Failed",
      false,
    ],
    ["fatal: Could not read from remote repository.", "Failed", false],
    ["fatal: unable to access 'https://h/x/': The requested URL returned error: 403", "Forbidden", false],
    ["remote: Repository not found.\nfatal: repository 'https://h/x/' not found", "NotFound", false],
    ["ERROR: Repository not found.\nfatal: Could not read from remote repository.", "NotFound", false],
    [
      "remote: ERROR: The project you were looking for could not be found or you don't have permission to view it.\nfatal: Could not read from remote repository.",
      "NotFound",
      false,
    ],
    [
      "ERROR: The key you are authenticating with has been marked as read only.\nfatal: Could not read from remote repository.",
      "Forbidden",
      false,
    ],
    [
      "remote: This deploy key does not have write access to this project.\nfatal: Could not read from remote repository.",
      "Forbidden",
      false,
    ],
    ["fatal: unable to access 'https://h/x/': The requested URL returned error: 301", "Refused", false],
    ["fatal: unable to access 'https://h/x/': server certificate verification failed.", "Failed", false],
    ["fatal: transport 'file' not allowed", "Refused", false],
    ["fatal: unable to access 'https://h/': Could not resolve host: h", "Unavailable", true],
    [
      "fatal: unable to access 'http://127.0.0.1:1/x/': Failed to connect to 127.0.0.1 port 1 after 0 ms: Couldn't connect to server",
      "Unavailable",
      true,
    ],
    ["error: RPC failed; HTTP 502 curl 22 The requested URL returned error: 502", "Unavailable", true],
    ["fatal: the remote end hung up unexpectedly", "Unavailable", true],
    ["fatal: unable to access 'https://h/x/': The requested URL returned error: 429", "Throttled", true],
    ["fatal: something new", "Failed", false],
    ["", "Failed", false],
  ] as const)("reads %j as %s", (stderr, code, retryable) => {
    const failure = gitFailure("fetching", result(stderr));
    expect(failure).toMatchObject({ code, retryable });
    expect(failure.message).toMatch(/^fetching: [^\n]+$/);
  });

  it("tells a child that was stopped from one that failed", () => {
    expect(gitFailure("fetching", result("", { code: null, signal: "SIGKILL", killed: "timeout" }))).toMatchObject({
      code: "Timeout",
      retryable: false,
    });
    expect(gitFailure("fetching", result("", { code: null, signal: "SIGKILL", killed: "output" }))).toMatchObject({
      code: "Refused",
    });
    expect(gitFailure("fetching", result("", { code: null, signal: "SIGXFSZ" })).message).toContain("SIGXFSZ");
  });

  it.each([
    "remote: your password is hunter2\nfatal: protocol error",
    "fatal: remote error: your password is hunter2",
    "fatal: remote error: x\nfatal: hunter2",
    "fatal: unable to read 'https://user:hunter2@host/x'",
    // ssh passes on what the server says as if it said it itself.
    "error: hunter2\nfatal: Could not read from remote repository.\n",
    "fatal: hunter2fatal: Could not read from remote repository.\nerror: hunter2",
    "fatal: protocol error: bad line length character: hunter2",
    "fatal: protocol error: expected sha/ref, got 'hunter2'",
    "fatal: \u001b[31m::set-output name=x::hunter2\u001b[0m remote error",
  ])("repeats neither what the server says nor a password: %j", (stderr) => {
    const { message } = gitFailure("fetching", result(stderr));
    expect(message).not.toContain("hunter2");
    expect(message).not.toMatch(/\p{Cc}/u);
  });
});

describe("a refused object", () => {
  it.each([
    ["error: Server does not allow request for unadvertised object aaa", true, false],
    ["fatal: remote error: want aaa not valid", true, false],
    ["fatal: dumb http transport does not support shallow capabilities", true, false],
    ["fatal: remote error: upload-pack: not our ref aaa", false, true],
    ["fatal: early EOF", false, false],
  ])("is told from one that is not there: %s", (stderr, refused, lacking) => {
    expect([refusesObjects(stderr), lacksObject(stderr)]).toStrictEqual([refused, lacking]);
  });
});
