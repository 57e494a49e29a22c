import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { down, environment, status, up } from "../../tools/sandbox/index.mjs";

/** One sandbox for the whole run. One that the caller names in SANDBOX_DIR is used and left running. */
export default async function startSandbox() {
  const given = process.env["SANDBOX_DIR"];
  const folder = given ?? (await mkdtemp(join(tmpdir(), "pulumi-gitops-sandbox-")));
  if (given !== undefined) await requireRunning(given);
  else {
    await up(folder);
    globalThis.stopSandboxOfThisRun = () => down(folder);
  }
  // Jest's workers are started after this and inherit it.
  Object.assign(process.env, environment(folder));
}

async function requireRunning(folder) {
  const idle = (await status(folder)).filter(({ state }) => state !== "running");
  if (idle.length > 0)
    throw new Error(`in ${folder} (SANDBOX_DIR) ${idle.map(({ name }) => name).join(", ")} does not run`);
}
