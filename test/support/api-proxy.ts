import type { IncomingMessage, ServerResponse } from "node:http";
import type { Server } from "node:https";
import { Agent, createServer, request as forward } from "node:https";
import type { AddressInfo } from "node:net";

/** A request on its way to the API server. */
export interface Passing {
  readonly method: string;
  /** Path with query. */
  readonly path: string;
  /** Of all requests that came so far, this one included. */
  readonly number: number;
}

/** Whether an object is being applied or patched in earnest; the Lease of the environment is none. */
export function isApply({ method, path }: Passing): boolean {
  return method === "PATCH" && !path.includes("dryRun") && !path.includes("/leases/");
}

/**
 * What happens to a request. "reset" cuts the connection before it arrives, "cut answer" after it was carried out;
 * with "no answer" it is carried out and nothing comes back.
 */
export type Fault =
  | { readonly status: number; readonly headers?: Readonly<Record<string, string>> }
  | "reset"
  | "cut answer"
  | "no answer";

export interface ApiProxy {
  readonly url: string;
  /** How many requests met a fault. */
  readonly faults: () => number;
  /** How many requests were carried out, but their answers kept back. */
  readonly withheld: () => number;
  /** Decides from now on. */
  /** @param rule the fault of a request, `undefined` lets it pass */
  meddle(rule: (passing: Passing) => Fault | undefined): void;
  close(): Promise<void>;
}

export interface ProxyTarget {
  readonly server: URL;
  readonly ca: string;
  /** The API server's own certificate and key: clients that trust it trust the proxy. */
  readonly cert: string;
  readonly key: string;
}

/** Stands between a client and the API server and makes trouble on demand. */
export async function startApiProxy(target: ProxyTarget): Promise<ApiProxy> {
  let rule: (passing: Passing) => Fault | undefined = () => undefined;
  let number = 0;
  let faults = 0;
  let withheld = 0;
  const agent = new Agent({ keepAlive: true, ca: target.ca });
  const server = createServer({ cert: target.cert, key: target.key }, (request, response) => {
    const { method = "GET", url: path = "/" } = request;
    const fault = rule({ method, path, number: ++number });
    if (fault !== undefined) faults++;
    const carryOut = (onAnswer: (answer: IncomingMessage) => void) => pass(target, agent, request, response, onAnswer);
    if (fault === undefined) carryOut((answer) => deliver(answer, response));
    else if (fault === "reset") request.socket.destroy();
    else if (fault === "cut answer") carryOut(() => request.socket.destroy());
    else if (fault === "no answer") carryOut((answer) => answer.resume().once("end", () => withheld++));
    else refuse(response, fault.status, fault.headers);
  });
  const { port } = await listen(server);
  return {
    url: `https://127.0.0.1:${port}`,
    faults: () => faults,
    withheld: () => withheld,
    meddle(next) {
      rule = next;
    },
    async close() {
      server.closeAllConnections();
      agent.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function pass(
  target: ProxyTarget,
  agent: Agent,
  request: IncomingMessage,
  response: ServerResponse,
  onAnswer: (answer: IncomingMessage) => void,
): void {
  const upstream = forward(new URL(request.url ?? "/", target.server), {
    agent,
    method: request.method,
    headers: { ...request.headers, host: target.server.host },
  });
  upstream.once("response", onAnswer);
  upstream.once("error", () => response.destroy());
  response.once("close", () => upstream.destroy());
  request.pipe(upstream);
}

function deliver(answer: IncomingMessage, response: ServerResponse): void {
  response.writeHead(answer.statusCode ?? 502, answer.headers);
  answer.once("error", () => response.destroy());
  answer.pipe(response);
}

/** As the API server says it: a Status object. */
function refuse(response: ServerResponse, code: number, headers: Readonly<Record<string, string>> = {}): void {
  response.writeHead(code, { "content-type": "application/json", ...headers });
  response.end(
    JSON.stringify({ kind: "Status", apiVersion: "v1", status: "Failure", code, message: "trouble on demand" }),
  );
}

function listen(server: Server): Promise<AddressInfo> {
  const { promise, resolve, reject } = Promise.withResolvers<AddressInfo>();
  server.once("error", reject);
  server.listen(0, "127.0.0.1", () => resolve(server.address() as AddressInfo));
  return promise;
}
