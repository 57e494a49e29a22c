import * as http from "node:http";
import * as https from "node:https";

import type { Credentials } from "./credentials.ts";
import { createLimit } from "./limit.ts";
import { LIST_REQUEST, parseRefPackets } from "./packets.ts";
import type { Refs } from "./refs.ts";
import type { Remote } from "./remote.ts";

/** Asks for refs over HTTP without a Git process, which is what most of a run without changes would consist of. */
export interface RefLister {
  /** Undefined whenever the answer is not a plain list: then Git itself is asked, with credentials, proxies and its words for errors. */
  list(remote: Remote, env: NodeJS.ProcessEnv, credentials: Credentials): Promise<Refs | undefined>;
}

const MAX_BYTES = 32 * 1024 * 1024;
const TIMEOUT_MS = 20_000;
const AT_ONCE = 16;
/** After so many in a row Git is asked at once for all repositories of a host. */
const MAX_MISSES = 3;
const PROXIES = ["http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"];

export function createRefLister(): RefLister {
  const agents = { "http:": new http.Agent({ keepAlive: true }), "https:": new https.Agent({ keepAlive: true }) };
  const limit = createLimit(AT_ONCE);
  const misses = new Map<string, number>();
  const list = async (url: URL, remote: Remote): Promise<Refs | undefined> => {
    const missed = misses.get(url.host) ?? 0;
    if (missed >= MAX_MISSES) return undefined;
    const agent = agents[url.protocol === "https:" ? "https:" : "http:"];
    const answer = await ask(url, remote, agent).catch(() => undefined);
    const refs = answer === undefined ? undefined : parseRefPackets(answer);
    misses.set(url.host, refs === undefined ? missed + 1 : 0);
    return refs;
  };
  return {
    list: async (remote, env, credentials) => {
      const url = remote.protocol === "ssh" ? null : URL.parse(`${remote.url.replace(/\/$/, "")}/git-upload-pack`);
      return url === null || needsGit(env, credentials) ? undefined : limit(() => list(url, remote));
    },
  };
}

/** Only Git knows what these settings mean for a URL. */
function needsGit(env: NodeJS.ProcessEnv, credentials: Credentials): boolean {
  return credentials.some(({ key }) => key.startsWith("http.")) || PROXIES.some((name) => (env[name] ?? "") !== "");
}

/** One request (gitprotocol-http(5)); redirects are not followed. Undefined for every answer that is no list. */
function ask(url: URL, { authorization }: Remote, agent: http.Agent): Promise<Buffer | undefined> {
  const headers = {
    "content-type": "application/x-git-upload-pack-request",
    accept: "application/x-git-upload-pack-result",
    "git-protocol": "version=2",
    "user-agent": "git/pulumi-gitops",
    ...(authorization === undefined ? {} : { authorization }),
  };
  return new Promise((resolve, reject) => {
    const { request: send } = url.protocol === "https:" ? https : http;
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const request = send(url, { method: "POST", agent, headers, signal }, (response) => {
      const isList = response.statusCode === 200 && response.headers["content-type"] === headers.accept;
      if (isList) read(response).then(resolve, reject);
      else {
        response.resume();
        resolve(undefined);
      }
    });
    request.on("error", reject);
    request.end(LIST_REQUEST);
  });
}

async function read(response: http.IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_BYTES) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
