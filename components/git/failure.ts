import { escapeUnprintable } from "../application/quote.ts";
import type { ErrorCode } from "../error.ts";
import { GitOpsError } from "../error.ts";
import type { ChildResult } from "./child.ts";

interface Cause {
  readonly pattern: RegExp;
  readonly code: ErrorCode;
  readonly sentence: string;
  readonly retryable?: boolean;
}

/** Git's words (LC_ALL=C) and what they mean, the most telling first. */
const CAUSES: readonly Cause[] = [
  {
    pattern:
      /could not read (?:Username|Password)|Authentication failed|returned error: 401|Permission denied \(|Too many authentication failures/,
    code: "Unauthorized",
    sentence: "no valid credentials: set up Git's credential helper or SSH agent for this host",
  },
  {
    pattern: /marked as read only|does not have write access/,
    code: "Forbidden",
    sentence: "this key may read, but not write",
  },
  { pattern: /returned error: 403/, code: "Forbidden", sentence: "these credentials may not read it (403)" },
  {
    pattern: /REMOTE HOST IDENTIFICATION HAS CHANGED/,
    code: "Refused",
    sentence: "the host's key is another than in known_hosts: either it was changed, or somebody stands in between",
  },
  {
    pattern: /Host key verification failed/,
    code: "Unauthorized",
    sentence: "the host's key is not known: add it to known_hosts",
  },
  {
    pattern:
      /[Rr]epository not found|repository '.*' not found|not appear to be a git repository|project you were looking for could not be found|returned error: 404/,
    code: "NotFound",
    sentence: "there is no such repository, or these credentials may not see it",
  },
  {
    pattern: /returned error: 30[12378]|unable to update url base from redirection/,
    code: "Refused",
    sentence:
      "the server redirects elsewhere, which is not followed: write the final URL (some servers want it to end in .git)",
  },
  {
    pattern: /certificate|SSL peer|SSL_ERROR|gnutls_handshake/i,
    code: "Failed",
    sentence: "the server's TLS certificate is not trusted",
  },
  {
    pattern: /Unable to negotiate with/,
    code: "Failed",
    sentence: "ssh and the server have no algorithm in common: `ssh -v` to this host says which it offers",
  },
  { pattern: /transport '.*' not allowed/, code: "Refused", sentence: "this transport is refused" },
  {
    pattern: /Could not resolve host|resolve hostname/i,
    code: "Unavailable",
    sentence: "the host name cannot be resolved",
    retryable: true,
  },
  {
    pattern: /returned error: 429/,
    code: "Throttled",
    sentence: "the server asks to come back later (429)",
    retryable: true,
  },
  {
    pattern:
      /returned error: 5\d\d|failed to connect|connection (?:refused|reset|closed|timed out)|couldn't connect|operation (?:timed out|too slow)|no route to host|unexpected disconnect|early EOF|hung up|empty reply|transfer closed/i,
    code: "Unavailable",
    sentence: "the server cannot be reached or broke off",
    retryable: true,
  },
  // What is above this line is ssh's or the server's, and that may be anything.
  {
    pattern: /Could not read from remote repository/,
    code: "Failed",
    sentence: "the server ended the connection without an answer: `git ls-remote` with this URL says why",
  },
  {
    pattern: /protocol error: /,
    code: "Failed",
    sentence: "the server's answer is not Git's: does its shell print something when it starts?",
  },
];

/** Whether the server does not hand out an object that is not the tip of a branch or tag. */
export function refusesObjects(stderr: string): boolean {
  return /unadvertised object|not valid|does not support (?:shallow|--depth)|shallow capabilities/i.test(stderr);
}

/** Whether the server says that it has no such object. */
export function lacksObject(stderr: string): boolean {
  return /not our ref|couldn't find remote ref|bad object|did not send all necessary objects/.test(stderr);
}

/** One sentence about a Git call that failed. What the server itself said is left out, for it could say a secret back. */
export function gitFailure(doing: string, { stderr, killed, code, signal }: ChildResult): GitOpsError {
  // Not again in this run: a server that lets everybody wait would hold it up several times as long.
  if (killed === "timeout") return new GitOpsError(`${doing}: no answer in time`, { code: "Timeout" });
  if (killed === "output") return new GitOpsError(`${doing}: the answer is too large`, { code: "Refused" });
  const cause = CAUSES.find(({ pattern }) => pattern.test(stderr));
  if (cause !== undefined) {
    return new GitOpsError(`${doing}: ${cause.sentence}`, { code: cause.code, retryable: cause.retryable ?? false });
  }
  const ending = signal === null ? `git ended with ${code}` : `git was ended by ${signal}`;
  return new GitOpsError(`${doing}: ${lastWords(stderr) ?? ending}`, { code: "Failed" });
}

function lastWords(stderr: string): string | undefined {
  if (stderr.includes("remote error")) return "the server answered with an error of its own";
  const line = stderr.split("\n").findLast((text) => /^(fatal|error): /.test(text));
  return line === undefined ? undefined : escapeUnprintable(line.slice(0, 200).replace(/\/\/[^/@\s]*@/g, "//"));
}
