import type { Authorization } from "./credentials.ts";

/** TLS options of node:tls; PEM where they are certificates or keys. */
export interface Tls {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly servername?: string;
  readonly rejectUnauthorized: boolean;
}

/** Where an API server is and how to prove who asks. */
export interface Connection extends Authorization {
  readonly server: URL;
  readonly tls: Tls;
  /** Header fields of every request. */
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  /** HTTPS_PROXY and the like; empty when the server is reached directly. */
  readonly proxyEnv: NodeJS.ProcessEnv;
}
