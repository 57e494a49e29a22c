import * as http from "node:http";
import * as https from "node:https";

import type { Connection } from "./connection.ts";

/** Opens requests to one server on connections that are kept and used again. */
export interface Agent {
  request(options: http.RequestOptions): http.ClientRequest;
  destroy(): void;
}

export function createAgent({ server, tls, proxyEnv }: Connection): Agent {
  const { hostname, port, protocol } = server;
  const address = { host: hostname.replace(/^\[|\]$/g, ""), ...(port !== "" && { port: Number(port) }) };
  if (protocol === "http:") {
    const agent = new http.Agent({ keepAlive: true, proxyEnv });
    return { request: (options) => http.request({ ...options, ...address, agent }), destroy: () => agent.destroy() };
  }
  const agent = new https.Agent({ keepAlive: true, proxyEnv, ...tls });
  return { request: (options) => https.request({ ...options, ...address, agent }), destroy: () => agent.destroy() };
}
