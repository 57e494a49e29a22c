import { GitOpsError } from "../error.ts";
import { runChild } from "./child.ts";

/** One setting as Git prints it: section and last part in lower case. */
export interface ConfigEntry {
  readonly key: string;
  readonly value: string;
}

const TIMEOUT_MS = 10_000;
const MAX_OUTPUT_BYTES = 1_048_576;

/**
 * The user's own Git settings whose key matches, from every place Git reads them: system, global and local files, GIT_CONFIG_COUNT.
 * This is the only Git process that sees the user's configuration; what is passed on from it is chosen key by key.
 * @throws GitOpsError Failed when the settings cannot be read, e.g. a file with a syntax error
 */
export async function readUserConfig(env: NodeJS.ProcessEnv, keys: string): Promise<readonly ConfigEntry[]> {
  const { code, stdout } = await runChild({
    command: "git",
    args: ["config", "--null", "--get-regexp", keys],
    env: withoutTraces(env),
    timeoutMs: TIMEOUT_MS,
    maxOutputBytes: MAX_OUTPUT_BYTES,
  });
  // 1: no such key. The text Git prints is not repeated: values may be secrets.
  if (code !== 0 && code !== 1) {
    throw new GitOpsError("the user's Git settings cannot be read: `git config --list` says why", { code: "Failed" });
  }
  return stdout.toString("utf8").split("\0").filter(Boolean).map(parseEntry);
}

function parseEntry(text: string): ConfigEntry {
  const end = text.indexOf("\n");
  // A key without a value is a boolean that is on.
  return end < 0 ? { key: text, value: "true" } : { key: text.slice(0, end), value: text.slice(end + 1) };
}

function withoutTraces(env: NodeJS.ProcessEnv): Record<string, string> {
  const entries = Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return Object.fromEntries(entries.filter(([name]) => !name.startsWith("GIT_TRACE")));
}
