import type { IncomingMessage } from "node:http";

import { parseJson } from "../exact-json.ts";
import type { Connection } from "./connection.ts";
import type { Subject } from "./errors.ts";
import { answerFailure, connectionFailure, failure } from "./errors.ts";
import type { Failed } from "./failed.ts";
import type { Answered, HttpRequest, Streaming } from "./http.ts";
import { createHttp } from "./http.ts";
import type { Outage } from "./outage.ts";
import { trackOutage } from "./outage.ts";
import type { Repeat, Retry } from "./retry.ts";
import { repeatedly } from "./retry.ts";

/** One operation of the Kubernetes API. */
export interface Call {
  readonly subject: Subject;
  readonly method: "GET" | "POST" | "PATCH" | "DELETE";
  readonly path: string;
  /** Members without a value are left out. */
  readonly query?: Readonly<Record<string, string | undefined>>;
  readonly accept?: string;
  readonly body?: { readonly type: string; readonly json: unknown };
  /** @default "always" */
  readonly repeat?: Repeat;
  /** Whether a whole collection is asked for: it may take longer and be larger than one object. */
  readonly bulk?: boolean;
  readonly signal?: AbortSignal;
  /** Asked before each attempt, at the last moment. */
  readonly mayLeave?: () => boolean;
}

export interface Api {
  /** @returns the parsed answer @throws GitOpsError for everything but a 2xx with JSON */
  call(call: Call): Promise<unknown>;
  /** The same for an answer without end. Nothing is repeated, except once after a 401. */
  open(call: Call): Promise<IncomingMessage>;
  readonly retry: Retry;
  readonly outage: Outage;
  close(): void;
}

export interface ApiOptions {
  readonly maxConcurrent: number;
  readonly requestTimeoutMs: number;
  readonly retry: Retry;
}

/** etcd takes 1.5 MiB by default; managedFields and the like come on top. */
const LARGEST_OBJECT = 16 * 1024 * 1024;
/** Somewhat below the longest string V8 can hold. */
const LARGEST_COLLECTION = 400 * 1024 * 1024;
/** The API server gives a LIST 60 seconds and a write 34. */
const BULK_FACTOR = 2;

export function createApi(connection: Connection, { maxConcurrent, requestTimeoutMs, retry }: ApiOptions): Api {
  const http = createHttp(connection, maxConcurrent);
  const closing = new AbortController();
  const outage = trackOutage(retry);

  /** A credential that the server refuses may just have expired: it is renewed, and if that gives another one, used once. */
  async function authorized<T extends Answered | Failed | Streaming>(
    call: Call,
    send: (request: HttpRequest) => Promise<T>,
  ): Promise<T> {
    const first = await connection.authorization();
    const result = await send(requestFor(call, first, requestTimeoutMs));
    if (result.kind === "failed" && result.passing) outage.noticed();
    if (result.kind !== "answered" || result.status !== 401) return result;
    connection.refresh(first);
    const second = await connection.authorization();
    return second === first ? result : send(requestFor(call, second, requestTimeoutMs));
  }

  return {
    retry,
    outage,
    async call(call) {
      const { subject, repeat = "always" } = call;
      const attempt = () => authorized(call, http.request);
      const signal = call.signal === undefined ? closing.signal : AbortSignal.any([call.signal, closing.signal]);
      const result = await repeatedly(attempt, { repeat, settling: outage.isRecent }, retry, signal);
      if (result.kind === "failed") throw connectionFailure(subject, connection.server, result);
      if (result.status < 200 || result.status > 299) throw answerFailure(subject, result);
      return parse(subject, result);
    },
    async open(call) {
      const result = await authorized(call, http.stream);
      if (result.kind === "failed") throw connectionFailure(call.subject, connection.server, result);
      if (result.kind === "answered") throw answerFailure(call.subject, result);
      return result.response;
    },
    close() {
      closing.abort();
      http.close();
    },
  };
}

function requestFor(call: Call, authorization: string | undefined, timeoutMs: number): HttpRequest {
  const { method, body, bulk = false, signal, mayLeave } = call;
  return {
    method,
    path: pathOf(call),
    headers: {
      accept: call.accept ?? "application/json",
      ...(authorization !== undefined && { authorization }),
      ...(body !== undefined && { "content-type": body.type }),
    },
    ...(body !== undefined && { body: JSON.stringify(body.json) }),
    timeoutMs: bulk ? timeoutMs * BULK_FACTOR : timeoutMs,
    maxBytes: bulk ? LARGEST_COLLECTION : LARGEST_OBJECT,
    ...(signal !== undefined && { signal }),
    ...(mayLeave !== undefined && { mayLeave }),
  };
}

function pathOf({ path, query = {} }: Call): string {
  const given = Object.entries(query).flatMap(([name, value]): [string, string][] =>
    value === undefined ? [] : [[name, value]],
  );
  return given.length === 0 ? path : `${path}?${new URLSearchParams(given).toString()}`;
}

/** What the parser says quotes the text, and the text may be a Secret. */
function parse(subject: Subject, { body, headers }: Answered): unknown {
  try {
    return parseJson(body);
  } catch {
    throw failure(subject, "Failed", `the answer is not JSON (${headers["content-type"] ?? "of no type"})`);
  }
}
