import { refuseRepoURL } from "../application/repo-url.ts";
import { GitOpsError } from "../error.ts";
import { applyInsteadOf } from "./instead-of.ts";
import type { InsteadOf } from "./instead-of.ts";

export type Protocol = "https" | "http" | "ssh";

/** A repository that may be asked. Nothing in it is secret but `authorization`. */
export interface Remote {
  /** As the Application names it; for messages. */
  readonly repoURL: string;
  /** What Git is given: the mirror, if the user has set one. */
  readonly url: string;
  readonly protocol: Protocol;
  /** `Basic ...`, from a mirror that the user has written with user and password. */
  readonly authorization?: string;
}

/** One commit of one repository. */
export interface Snapshot {
  readonly remote: Remote;
  readonly commit: string;
}

/**
 * Checks the Application's URL, applies the user's mirrors and checks what comes out by the same grammar: https, ssh, and http to loopback hosts.
 * @throws GitOpsError Refused; the message never holds the URL, which may hold a password
 */
export function remoteOf(repoURL: string, mirrors: readonly InsteadOf[]): Remote {
  const refusal = refuseRepoURL(repoURL);
  if (refusal !== undefined) throw new GitOpsError(`repoURL: ${refusal}`, { code: "Refused" });
  const mirrored = withoutUser(applyInsteadOf(repoURL, mirrors));
  const mirrorRefusal = refuseRepoURL(mirrored.url);
  if (mirrorRefusal !== undefined) {
    throw new GitOpsError(`${repoURL}: Git's insteadOf setting leads to a URL that is refused: ${mirrorRefusal}`, {
      code: "Refused",
    });
  }
  return { repoURL, protocol: protocolOf(mirrored.url), ...mirrored, url: normalize(mirrored.url) };
}

/** CI systems often set a token this way: `url.https://user:token@host/.insteadOf`. It must not reach a command line. */
function withoutUser(url: string): Pick<Remote, "url" | "authorization"> {
  const parsed = /^https?:/i.test(url) ? URL.parse(url) : null;
  if (parsed === null || (parsed.username === "" && parsed.password === "")) return { url };
  const credentials = `${decode(parsed.username)}:${decode(parsed.password)}`;
  parsed.username = "";
  parsed.password = "";
  return { url: parsed.href, authorization: `Basic ${Buffer.from(credentials).toString("base64")}` };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function protocolOf(url: string): Protocol {
  if (/^https:/i.test(url)) return "https";
  return /^http:/i.test(url) ? "http" : "ssh";
}

/** Git then reads the same host and path that were checked, not its own reading of the text. */
function normalize(url: string): string {
  return /^https?:/i.test(url) ? new URL(url).href : url;
}
