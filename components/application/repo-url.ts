export const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;
export const HOST = /^([A-Za-z0-9][A-Za-z0-9.-]*|\[[0-9a-fA-F:.]+\])$/;
const USER = /^[A-Za-z0-9_][A-Za-z0-9._-]*$/;
const SCP_FORM = /^[A-Za-z0-9_][A-Za-z0-9._-]*@[A-Za-z0-9][A-Za-z0-9.-]*:(?![-/]*$)[^-\s\\][^\s\\]*$/;
const EXPECTED = "expected https://host/path, ssh://user@host/path or git@host:path";

/**
 * Why a text is no repository this project fetches from, or undefined. The text is never repeated: it may hold a password.
 * Other transports (file, git, ext) run commands or read local files, a leading dash is an option to ssh.
 */
export function refuseRepoURL(text: string): string | undefined {
  if (text.length > 2048 || /[\s\p{Cc}\p{Cf}\p{Cs}\p{Co}\\]/u.test(text))
    return `${EXPECTED} without spaces, backslashes, control and invisible characters`;
  const scheme = /^([a-z][a-z0-9+.-]*):(?=\/\/|:)/i.exec(text)?.[1]?.toLowerCase();
  if (scheme === undefined) return SCP_FORM.test(text) ? undefined : EXPECTED;
  if (scheme === "oci") return "expected a Git repository: from OCI registries only charts are read";
  if (scheme !== "https" && scheme !== "ssh" && scheme !== "http") return `${EXPECTED}, found the scheme ${scheme}`;
  const url = URL.parse(text);
  if (url === null || !HOST.test(url.hostname)) return EXPECTED;
  return refuseParts(url);
}

function refuseParts(url: URL): string | undefined {
  const secret = url.password !== "" || (url.protocol !== "ssh:" && url.username !== "");
  if (secret) return "expected a URL without user and password: Git's credential helper or SSH agent supplies them";
  // Git decodes %xx in the user of an ssh URL before it builds the command line.
  if (url.username !== "" && !USER.test(url.username)) return EXPECTED;
  if (url.search !== "" || url.hash !== "") return `${EXPECTED} without ? and #`;
  if (url.pathname === "" || url.pathname === "/") return `${EXPECTED}, found no path`;
  if (url.protocol === "http:" && !LOOPBACK.test(url.hostname))
    return "expected https://: plain http can be changed on its way";
  return undefined;
}
