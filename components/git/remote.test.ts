import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";

import { isGitOpsError } from "../error.ts";
import { applyInsteadOf } from "./instead-of.ts";
import type { InsteadOf } from "./instead-of.ts";
import { remoteOf } from "./remote.ts";

function refusalOf(repoURL: string, mirrors: readonly InsteadOf[] = []): string | undefined {
  try {
    remoteOf(repoURL, mirrors);
    return undefined;
  } catch (error) {
    if (!isGitOpsError(error) || error.code !== "Refused") throw error;
    return error.message;
  }
}

describe("remoteOf", () => {
  it.each([
    ["https://github.com/org/repo.git", "https", "https://github.com/org/repo.git"],
    ["HTTPS://GitHub.com/org/../org/repo", "https", "https://github.com/org/repo"],
    ["http://127.0.0.1:8080/repo", "http", "http://127.0.0.1:8080/repo"],
    ["http://localhost/repo", "http", "http://localhost/repo"],
    ["git@github.com:org/repo.git", "ssh", "git@github.com:org/repo.git"],
    ["ssh://git@github.com:22/org/repo", "ssh", "ssh://git@github.com:22/org/repo"],
  ])("takes %s", (repoURL, protocol, url) => {
    expect(remoteOf(repoURL, [])).toStrictEqual({ repoURL, url, protocol });
  });

  it.each([
    "ext::sh -c touch% /tmp/x",
    "EXT::sh",
    "file:///etc",
    "/etc",
    "./repo",
    "--upload-pack=touch x",
    "-oProxyCommand=x",
    "git://host/repo",
    "http://example.com/repo",
    "http://127.0.0.1.example.com/repo",
    "http://127.0.0.1@example.com/repo",
    "https://user:secret@host/repo",
    "https://token@host/repo",
    "ssh://-oProxyCommand=x/repo",
    "ssh://git@-host/repo",
    "ssh://%2doProxyCommand@host/repo",
    "git@host:-x",
    "git@-oProxyCommand=x:repo",
    "https://host/repo\n--upload-pack=x",
    "https://host\\@evil/repo",
    "https://host/repo?x#y",
    "transport::https://host/repo",
    "fd::17",
    "",
  ])("refuses %j", (repoURL) => {
    expect(refusalOf(repoURL)).toMatch(/^repoURL: /);
  });

  it("never repeats a password", () => {
    expect(refusalOf("https://user:hunter2@host/repo")).not.toContain("hunter2");
    expect(
      refusalOf("https://host/repo", [{ base: "ftp://user:hunter2@mirror/", insteadOf: "https://host/" }]),
    ).not.toContain("hunter2");
  });

  it("gives Git nothing that it could take for an option or another transport", () => {
    const schemes = fc.constantFrom("https://", "http://", "ssh://", "ext::", "file://", "git@", "-", "");
    fc.assert(
      fc.property(schemes, fc.string(), (scheme, rest) => {
        let url;
        try {
          ({ url } = remoteOf(scheme + rest, []));
        } catch {
          return;
        }
        expect(url).toMatch(
          /^(https:\/\/[^@]+$|http:\/\/(localhost|127\.[\d.]+|\[::1\])[:/]|ssh:\/\/[A-Za-z0-9_[]|[A-Za-z0-9_][A-Za-z0-9._-]*@[A-Za-z0-9])/,
        );
      }),
    );
  });
});

describe("mirrors", () => {
  const mirrors = [
    { base: "http://127.0.0.1:9000/", insteadOf: "https://github.com/" },
    { base: "http://127.0.0.1:9001/", insteadOf: "https://github.com/org/" },
    { base: "git@github.com:", insteadOf: "https://ssh.example.com/" },
    { base: "http://127.0.0.1:9002/", insteadOf: "http://127.0.0.1:9000/" },
    { base: "file:///srv/", insteadOf: "https://file.example.com/" },
    { base: "https://-evil/", insteadOf: "" },
  ];

  it.each([
    ["https://github.com/other/x", "http://127.0.0.1:9000/other/x"],
    ["https://github.com/org/x", "http://127.0.0.1:9001/x"],
    ["https://ssh.example.com/org/x", "git@github.com:org/x"],
    ["https://elsewhere.example.com/x", "https://elsewhere.example.com/x"],
  ])("fetch %s from %s", (repoURL, url) => {
    expect(remoteOf(repoURL, mirrors)).toMatchObject({ repoURL, url });
  });

  it("are held to the same grammar", () => {
    expect(refusalOf("https://file.example.com/x", mirrors)).toMatch(
      /insteadOf setting leads to a URL that is refused/,
    );
  });

  it("may carry a token, which leaves the URL", () => {
    const token = [{ base: "https://x-access-token:p%40ss@github.com/", insteadOf: "https://github.com/" }];
    expect(remoteOf("https://github.com/org/x", token)).toStrictEqual({
      repoURL: "https://github.com/org/x",
      url: "https://github.com/org/x",
      protocol: "https",
      authorization: `Basic ${Buffer.from("x-access-token:p@ss").toString("base64")}`,
    });
  });

  it("apply once, the longest prefix of all", () => {
    fc.assert(
      fc.property(fc.array(fc.record({ base: fc.string(), insteadOf: fc.string() })), fc.string(), (rules, url) => {
        const lengths = rules
          .filter(({ insteadOf }) => insteadOf !== "" && url.startsWith(insteadOf))
          .map(({ insteadOf }) => insteadOf.length);
        const rest = url.slice(Math.max(0, ...lengths));
        expect(applyInsteadOf(url, rules).endsWith(rest)).toBe(true);
      }),
    );
  });
});
