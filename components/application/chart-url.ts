import { HOST, LOOPBACK } from "./repo-url.ts";

const EXPECTED = "expected https://host/path of a chart repository, or host/path of an OCI registry";
const OCI_PATH = /^(?:\/[A-Za-z0-9][A-Za-z0-9._-]*)*\/?$/;

/** An OCI registry is named with `oci://` or, as in Argo CD, without a scheme. */
export function isOciURL(repoURL: string): boolean {
  return /^oci:\/\//i.test(repoURL) || !repoURL.includes("://");
}

/** Why a text is no place of charts, or undefined. The text is never repeated: it may hold a password. */
export function refuseChartURL(text: string): string | undefined {
  if (text.length > 2048 || /[\s\u0000-\u001f\u007f\\]/.test(text))
    return `${EXPECTED} without spaces, backslashes and control characters`;
  return isOciURL(text) ? refuseOci(text.replace(/^oci:\/\//i, "")) : refuseHttp(text);
}

function refuseOci(text: string): string | undefined {
  if (text.includes("@"))
    return "expected an address without user and password: the docker configuration supplies them";
  const url = URL.parse(`https://${text}`);
  // The path as it is written: in a URL `..` would be gone.
  const path = /\/.*/.exec(text)?.[0] ?? "";
  return url !== null && HOST.test(url.hostname) && OCI_PATH.test(path) ? undefined : EXPECTED;
}

function refuseHttp(text: string): string | undefined {
  const url = URL.parse(text);
  if (url === null || !HOST.test(url.hostname)) return EXPECTED;
  if (url.protocol !== "https:" && url.protocol !== "http:") return `${EXPECTED}, found the scheme ${url.protocol}`;
  if (url.username !== "" || url.password !== "")
    return "expected a URL without user and password: Helm's repositories.yaml supplies them";
  if (url.search !== "" || url.hash !== "") return `${EXPECTED} without ? and #`;
  if (url.protocol === "http:" && !LOOPBACK.test(url.hostname))
    return "expected https://: plain http can be changed on its way";
  return undefined;
}
