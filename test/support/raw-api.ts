import { Agent, request } from "node:https";
import { readFileSync } from "node:fs";
import { text } from "node:stream/consumers";

import type { Sandbox } from "./sandbox.ts";

export interface RawRequest {
  readonly method: "GET" | "PUT" | "POST" | "PATCH" | "DELETE";
  /** Path and query. */
  readonly path: string;
  readonly type?: string;
  readonly body?: unknown;
}

/** The API server as any program may use it, by requests of its own: what tools of people and controllers send. */
export interface RawApi {
  /** @returns the answer @throws with the API server's words */
  send<T>(request: RawRequest): Promise<T>;
  close(): void;
}

/** As a cluster administrator. */
export function openRawApi({ server, certificate, kubeconfig }: Sandbox): RawApi {
  const token = /token: (\S+)/.exec(readFileSync(kubeconfig, "utf8"))?.[1] ?? "";
  const agent = new Agent({ keepAlive: true, maxSockets: 16, ca: certificate });
  return {
    send: <T>({ method, path, type = "application/json", body }: RawRequest) =>
      new Promise<T>((resolve, reject) => {
        const headers = { authorization: `Bearer ${token}`, "content-type": type };
        const sending = request(new URL(path, server), { method, headers, agent }, (response) => {
          text(response).then((answer) => {
            const value = JSON.parse(answer) as T & { readonly message?: string };
            if ((response.statusCode ?? 0) < 300) resolve(value);
            else reject(new Error(`${method} ${path}: ${response.statusCode ?? ""} ${value.message ?? answer}`));
          }, reject);
        });
        sending.on("error", reject);
        sending.end(body === undefined ? undefined : JSON.stringify(body));
      }),
    close: () => agent.destroy(),
  };
}
