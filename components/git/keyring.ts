import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { causeOf, GitOpsError } from "../error.ts";
import { runChild } from "./child.ts";
import type { ChildResult } from "./child.ts";
import { localEnvironment } from "./environment.ts";

const TIMEOUT_MS = 30_000;
const MAX_OUTPUT_BYTES = 1_048_576;

/** No agent, no network, nobody to ask; whoever is in this keyring is trusted. */
const GPG_CONF = ["batch", "no-tty", "no-autostart", "no-auto-key-retrieve", "disable-dirmngr", "trust-model always"];

/**
 * A folder for gpg that holds these keys and no others, never the user's own; it is removed when the process ends.
 * @throws GitOpsError Invalid when a file holds no public key
 */
export async function createKeyring(env: NodeJS.ProcessEnv, files: readonly string[]): Promise<string> {
  // gpg wants a short path for its sockets.
  const home = await mkdtemp(join(tmpdir(), "gpg-"));
  forgetAtExit(home);
  try {
    await writeFile(join(home, "gpg.conf"), `${GPG_CONF.join("\n")}\n`);
    for (const file of files) await importKeys(env, home, file);
    return home;
  } catch (error) {
    await rm(home, { recursive: true, force: true });
    throw error;
  }
}

const made = new Set<string>();

function forgetAtExit(home: string): void {
  if (made.size === 0)
    process.on("exit", () => made.forEach((folder) => rmSync(folder, { recursive: true, force: true })));
  made.add(home);
}

async function importKeys(env: NodeJS.ProcessEnv, home: string, file: string): Promise<void> {
  const doing = `importing the keys of ${file}`;
  const result = await runGpg(env, home, ["--status-fd", "1", "--import", "--", file], doing);
  const imported = /^\[GNUPG:\] IMPORT_OK \d+ [0-9A-F]{40,64}$/m.test(result.stdout.toString());
  if (!imported || result.code !== 0) throw new GitOpsError(`${doing}: gpg finds no public key`, { code: "Invalid" });
}

/**
 * The fingerprints of all keys in a keyring, subkeys among them, in upper case.
 * @throws GitOpsError when gpg cannot tell
 */
export async function fingerprintsIn(env: NodeJS.ProcessEnv, home: string): Promise<readonly string[]> {
  const doing = "reading the keys of gitops:signatures";
  const result = await runGpg(env, home, ["--with-colons", "--fingerprint", "--fingerprint", "--list-keys"], doing);
  if (result.code !== 0) throw new GitOpsError(`${doing}: gpg cannot list them`, { code: "Failed" });
  // doc/DETAILS of GnuPG: the tenth field of an fpr record.
  return [...result.stdout.toString().matchAll(/^fpr:(?:[^:\n]*:){8}([0-9A-F]{40,64}):/gm)].map(([, key = ""]) => key);
}

function runGpg(env: NodeJS.ProcessEnv, home: string, args: readonly string[], doing: string): Promise<ChildResult> {
  return runChild({
    command: "gpg",
    args: ["--homedir", home, ...args],
    env: { ...localEnvironment(env), HOME: home, GNUPGHOME: home },
    timeoutMs: TIMEOUT_MS,
    maxOutputBytes: MAX_OUTPUT_BYTES,
  }).catch((error: unknown) => {
    throw new GitOpsError(`${doing}: ${causeOf(error)}`, { code: "Unsupported", cause: error });
  });
}
