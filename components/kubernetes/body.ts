import type { IncomingMessage } from "node:http";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream";
import { createGunzip } from "node:zlib";

/**
 * Reads an answer to its end as text, decompressed.
 * @throws when the connection breaks before the end, or when it is larger than allowed, counted after decompression
 */
export async function readBody(response: IncomingMessage, maxBytes: number): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of decompressed(response) as AsyncIterable<Buffer>) {
    size += chunk.byteLength;
    if (size > maxBytes) throw new Error(`the answer is larger than ${maxBytes / 1024 / 1024} MiB`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function decompressed(response: IncomingMessage): Readable {
  const encoding = response.headers["content-encoding"] ?? "identity";
  if (encoding === "identity") return response;
  if (encoding !== "gzip")
    throw new Error(`the answer is encoded with ${encoding.slice(0, 20)}, which was not asked for`);
  // The reader hears of every error through the stream it reads.
  return pipeline(response, createGunzip(), () => undefined);
}
