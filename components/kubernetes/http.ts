import type { ClientRequest, IncomingHttpHeaders, IncomingMessage, OutgoingHttpHeaders } from "node:http";

import { createAgent } from "./agent.ts";
import { readBody } from "./body.ts";
import { startClock } from "./clock.ts";
import type { Connection } from "./connection.ts";
import type { Failed } from "./failed.ts";
import { failedBecause } from "./failed.ts";
import { createGate } from "./gate.ts";
import { HELD_BACK } from "./guard.ts";
import { isLoopback } from "./loopback.ts";

export interface HttpRequest {
  readonly method: string;
  /** Path and query, as the API server knows them. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** From the first byte sent to the last one received. */
  readonly timeoutMs: number;
  /** Of the answer's body, decompressed. */
  readonly maxBytes: number;
  readonly signal?: AbortSignal;
  /** @default always */
  readonly mayLeave?: () => boolean;
}

export interface Answered {
  readonly kind: "answered";
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** An answer that is read while it comes in. */
export interface Streaming {
  readonly kind: "streaming";
  readonly response: IncomingMessage;
}

export interface Http {
  request(request: HttpRequest): Promise<Answered | Failed>;
  /** The same, except that the body of a 200 is left to the caller; such a request waits for nobody. */
  stream(request: HttpRequest): Promise<Streaming | Answered | Failed>;
  close(): void;
}

const NOT_BEGUN = { expired: () => false, connected: () => false };

/** @param maxConcurrent requests under way at a time, streams not counted */
export function createHttp(connection: Connection, maxConcurrent: number): Http {
  const agent = createAgent(connection);
  const gate = createGate(maxConcurrent);
  const prefix = connection.server.pathname.replace(/\/$/, "");
  // On this machine compression costs more than it saves.
  const encoding = isLoopback(connection.server) ? "identity" : "gzip";

  function begin({ method, path, headers, body, signal }: HttpRequest, streams: boolean): ClientRequest {
    const accepted = { "user-agent": "pulumi-gitops", "accept-encoding": streams ? "identity" : encoding };
    const length = body === undefined ? {} : { "content-length": Buffer.byteLength(body) };
    const all = { ...accepted, ...connection.headers, ...headers, ...length } as OutgoingHttpHeaders;
    return agent.request({ method, path: prefix + path, headers: all, ...(signal && { signal }) });
  }

  /** Node refuses at once what cannot stand in a header field, such as a token with a line break. */
  function beginOrFail(request: HttpRequest, streams: boolean): ClientRequest | Failed {
    try {
      return begin(request, streams);
    } catch (error) {
      return failedBecause(error, NOT_BEGUN);
    }
  }

  async function exchange(request: HttpRequest, streams: boolean): Promise<Streaming | Answered | Failed> {
    if (request.mayLeave?.() === false) return HELD_BACK;
    const sending = beginOrFail(request, streams);
    if (!("once" in sending)) return sending;
    const clock = startClock(sending, request.timeoutMs);
    try {
      const response = await answerTo(sending, request.body);
      if (streams && response.statusCode === 200) return { kind: "streaming", response };
      const body = await readBody(response, request.maxBytes);
      return { kind: "answered", status: response.statusCode ?? 0, headers: response.headers, body };
    } catch (error) {
      // What is left of a broken or oversized answer must not go on using the connection.
      sending.destroy();
      return failedBecause(error, clock);
    } finally {
      clock.stop();
    }
  }

  return {
    request: (request) => gate(() => exchange(request, false) as Promise<Answered | Failed>),
    stream: (request) => exchange(request, true),
    close: () => agent.destroy(),
  };
}

function answerTo(sending: ClientRequest, body: string | undefined): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  sending.once("response", resolve);
  sending.on("error", reject);
  sending.end(body);
  return promise;
}
