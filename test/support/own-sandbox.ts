import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { runOrFail } from "./command.ts";
import type { Sandbox } from "./sandbox.ts";
import { readSandbox } from "./sandbox.ts";

/** A sandbox for a test that takes parts of it down. */
export interface OwnSandbox {
  readonly sandbox: Sandbox;
  stop(component: string): Promise<void>;
  start(component: string): Promise<void>;
  close(): Promise<void>;
}

const TOOL = join(import.meta.dirname, "..", "..", "tools", "sandbox.mjs");

export async function startOwnSandbox(): Promise<OwnSandbox> {
  const folder = await mkdtemp(join(tmpdir(), "pulumi-gitops-sandbox-"));
  const env = { ...process.env, SANDBOX_DIR: folder };
  const tool = (...args: readonly string[]) => runOrFail(process.execPath, [TOOL, ...args], { env });
  await tool("up");
  return {
    sandbox: readSandbox(JSON.parse(await tool("env", "--json")) as NodeJS.ProcessEnv),
    async stop(component) {
      await tool("stop", component);
    },
    async start(component) {
      await tool("start", component);
    },
    async close() {
      await tool("down");
    },
  };
}
