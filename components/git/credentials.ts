import type { ConfigEntry } from "./user-config.ts";
import { readUserConfig } from "./user-config.ts";

/** The user's own settings that let Git sign in; values may be secrets. */
export type Credentials = readonly ConfigEntry[];

/**
 * What is taken over from the user's Git settings. An extra header (GitHub's checkout action signs in this way) only where it is bound to a URL:
 * an unbound one would be sent to every host that an Application names. Not taken over: whatever weakens TLS or follows redirects.
 */
const TAKEN = [
  "^credential\\.(.*\\.)?(helper|username|usehttppath)$",
  "^http\\..+\\.extraheader$",
  "^http\\.(.*\\.)?(proxy|proxyauthmethod|sslcainfo|sslcapath|sslcert|sslkey)$",
  "^core\\.(askpass|sshcommand)$",
].join("|");

/** @throws GitOpsError when Git is missing or the settings cannot be read */
export function readCredentials(env: NodeJS.ProcessEnv): Promise<Credentials> {
  return readUserConfig(env, TAKEN);
}

/** Whether a credential helper of the user's may be asked for this URL. */
export function hasHelper(credentials: Credentials, url: string): boolean {
  const host = hostOf(url);
  return credentials.some(({ key, value }) => {
    const scope = /^credential\.(?:(.*)\.)?helper$/.exec(key);
    if (scope === null || value === "") return false;
    const wanted = hostOf(scope[1] ?? "*");
    return wanted.includes("*") || wanted === host;
  });
}

/** Of a URL, of `user@host:path`, and of the parts of a URL that a setting may name. */
function hostOf(text: string): string {
  return /^(?:[a-z+]+:\/\/)?(?:[^/@]*@)?([^/:]*)/i.exec(text)?.[1]?.toLowerCase() ?? "";
}
