import { request as plain } from "node:http";
import { request as tls } from "node:https";

/**
 * One request: `{status, headers, body}`. Options are `method`, `headers`, `body`, `timeout` in milliseconds and those of node:tls.
 * The global fetch takes no certificate authority of its own.
 */
export function request(url, { body, timeout = 5_000, ...options } = {}) {
  const send = url.startsWith("https:") ? tls : plain;
  return new Promise((resolve, reject) => {
    // No agent: a connection that was kept may be closed by the server at the very moment in which it is used again.
    const message = send(url, { ...options, agent: false, signal: AbortSignal.timeout(timeout) }, (response) => {
      const chunks = [];
      response.on("data", (chunk) => chunks.push(chunk));
      response.once("error", reject);
      response.once("end", () =>
        resolve({ status: response.statusCode, headers: response.headers, body: Buffer.concat(chunks).toString() }),
      );
    });
    message.once("error", reject);
    message.end(body);
  });
}

/** Whether a GET is answered with one of `statuses`. */
export async function answers(url, statuses, options) {
  try {
    return statuses.includes((await request(url, { timeout: 2_000, ...options })).status);
  } catch {
    return false;
  }
}
