import { expect, it } from "@jest/globals";
import { once } from "node:events";
import { spawn } from "node:child_process";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { join } from "node:path";

const ENGINE = join(import.meta.dirname, "..", "..", "components", "sync", "engine.ts");
/** A provider in the middle of a write: it has something to wait for, and would wait for ever. */
const PROVIDER = `import { engineClient } from ${JSON.stringify(ENGINE)}; engineClient(); setInterval(() => {}, 60_000);`;

/** A port of this machine on which nobody listens any more. */
async function deadAddress(): Promise<string> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return `127.0.0.1:${port}`;
}

it("a provider whose engine was killed before the two were connected ends by itself", async () => {
  const child = spawn("node", ["--input-type=module", "--eval", PROVIDER, await deadAddress()], { stdio: "ignore" });
  try {
    const [code] = (await once(child, "exit", { signal: AbortSignal.timeout(30_000) })) as [number | null];
    expect(code).toBe(1);
  } finally {
    child.kill("SIGKILL");
  }
});
