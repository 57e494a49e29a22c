import { readFileSync } from "node:fs";
import type { IncomingMessage } from "node:http";
import { request } from "node:https";
import { Readable } from "node:stream";
import { rootCertificates } from "node:tls";

import { GitOpsError } from "../error.ts";
import type { RegistrySettings } from "./registries-conf.ts";

const WITHOUT_BODY: readonly number[] = [204, 205, 304];

/**
 * A `fetch` that trusts the certificates of `ca_file` and `ca_data` at the registries that name them, and nowhere else. It never
 * follows redirects there, as this client asks of every `fetch`.
 */
export function trusting(registries: readonly RegistrySettings[], elsewhere: typeof fetch): typeof fetch {
  const entries = registries.flatMap(({ apiUrl, realm, ca, name }) => {
    if (ca === undefined) return [];
    const read = once(() => certificates(ca, name));
    return [URL.parse(apiUrl)?.hostname, realm].flatMap((host) => (host === undefined ? [] : [[host, read] as const]));
  });
  if (entries.length === 0) return elsewhere;
  const trusted = new Map(entries);
  return (input, init = {}) => {
    const url = new URL(input instanceof Request ? input.url : input);
    const read = url.protocol === "https:" ? trusted.get(url.hostname) : undefined;
    return read === undefined ? elsewhere(input, init) : ask(url, init, read);
  };
}

function certificates(ca: NonNullable<RegistrySettings["ca"]>, registry: string): readonly string[] {
  try {
    return [...rootCertificates, "file" in ca ? readFileSync(ca.file, "utf8") : ca.data];
  } catch (error) {
    throw new GitOpsError(`ca_file of the registry ${registry} cannot be read`, { code: "Failed", cause: error });
  }
}

async function ask(url: URL, init: RequestInit, read: () => readonly string[]): Promise<Response> {
  const form = init.body instanceof URLSearchParams ? init.body.toString() : undefined;
  const headers = Object.fromEntries(new Headers(init.headers));
  if (form !== undefined) headers["content-type"] = "application/x-www-form-urlencoded";
  const { signal, method = "GET" } = init;
  const options = { method, headers, ca: [...read()], ...(signal == null ? {} : { signal }) };
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    request(url, options, resolve).on("error", reject).end(form);
  });
  const status = answer.statusCode ?? 0;
  const pairs = Object.entries(answer.headersDistinct).flatMap(([name, values = []]) =>
    values.map((value): [string, string] => [name, value]),
  );
  const body = WITHOUT_BODY.includes(status) ? null : (Readable.toWeb(answer) as ReadableStream);
  return new Response(body, { status, headers: pairs });
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}
