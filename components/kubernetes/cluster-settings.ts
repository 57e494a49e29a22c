import { isLoopback } from "./loopback.ts";
import { readCertificates } from "./pem.ts";
import type { Section } from "./section.ts";

/** The `cluster` of a kubeconfig. */
export interface ClusterSettings {
  readonly server: URL;
  /** PEM. @default the authorities Node trusts */
  readonly ca?: string;
  /** Name the server's certificate must be for. @default the host of `server` */
  readonly serverName?: string;
  /** `insecure-skip-tls-verify`: the user gave up knowing who answers. */
  readonly insecure: boolean;
  readonly proxy?: URL;
}

/** Mistakes are noted at the section; `undefined` is returned only together with one. */
export async function readCluster(section: Section): Promise<ClusterSettings | undefined> {
  const server = readServer(section);
  const ca = await readCertificates(section, "certificate-authority");
  const serverName = section.text("tls-server-name");
  const insecure = section.flag("insecure-skip-tls-verify");
  const proxy = readProxy(section);
  if (insecure && ca !== undefined)
    section.fail("insecure-skip-tls-verify", "expected false beside a certificate-authority, found true");
  return server && { server, insecure, ...(ca && { ca }), ...(serverName && { serverName }), ...(proxy && { proxy }) };
}

function readServer(section: Section): URL | undefined {
  const text = section.text("server");
  const url = URL.parse(text ?? "");
  const problem = url === null ? "expected a URL such as https://cluster.example.com" : problemOf(url);
  if (url !== null && problem === undefined) return url;
  section.fail("server", `${problem}, found ${text === undefined ? "none" : describe(text)}`);
  return undefined;
}

function problemOf(url: URL): string | undefined {
  if (url.username !== "" || url.password !== "") return "expected a URL without credentials";
  if (url.protocol === "https:" || (url.protocol === "http:" && isLoopback(url))) return undefined;
  return "expected https (plain http only to this machine)";
}

function readProxy(section: Section): URL | undefined {
  const text = section.text("proxy-url");
  if (text === undefined || text === "") return undefined;
  const url = URL.parse(text);
  if (url !== null && (url.protocol === "http:" || url.protocol === "https:")) return url;
  section.fail("proxy-url", `expected an http or https proxy, found ${describe(text)}`);
  return undefined;
}

/** A URL may carry credentials: only where it leads is told. */
function describe(text: string): string {
  const url = URL.parse(text);
  return url === null ? "something else" : `${url.protocol}//${url.host}`;
}
