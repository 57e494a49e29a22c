import { GitOpsError } from "../error.ts";
import { runChild } from "./child.ts";
import type { ChildResult } from "./child.ts";
import type { Credentials } from "./credentials.ts";
import { localEnvironment, remoteEnvironment, verifyingEnvironment } from "./environment.ts";
import type { Limit } from "./limit.ts";
import { findProgram, withLimits } from "./limits.ts";
import type { Remote } from "./remote.ts";

/** How Git is called; fixed for a run. */
export interface GitSetup {
  /** The user's environment; what Git sees of it is chosen in environment.ts. */
  readonly env: NodeJS.ProcessEnv;
  /** Of one call that asks a repository. */
  readonly timeoutMs: number;
  /** Before the repetitions of what failed for a passing cause; milliseconds. */
  readonly pauses: readonly number[];
  readonly credentials: () => Promise<Credentials>;
  /** Processes at the same time: those that wait for a server, and those that work. */
  readonly asking: Limit;
  readonly working: Limit;
}

export interface LocalCall {
  readonly repository?: string;
  readonly args: readonly string[];
  readonly input?: string | Buffer;
  readonly maxOutputBytes?: number;
}

export interface RemoteCall extends LocalCall {
  readonly remote: Remote;
}

const LOCAL_TIMEOUT_MS = 60_000;
const MAX_OUTPUT_BYTES = 32 * 1024 * 1024;
/** Of one file, so also of one pack: a server may send without end. */
const MAX_FILE_BYTES = 1024 * 1024 * 1024;
/** A server may also name refs without end, or objects that are large when they are unpacked. */
const MAX_MEMORY_BYTES = 2 * 1024 * 1024 * 1024;

/** Runs Git where it needs no network. */
export function runLocal({ env, working }: GitSetup, call: LocalCall): Promise<ChildResult> {
  return working(() => run(call, localEnvironment(env), LOCAL_TIMEOUT_MS));
}

/** Runs Git where it calls gpg or ssh-keygen. @param own settings for this call */
export function runVerifying(
  { env, working }: GitSetup,
  call: LocalCall,
  own: Readonly<Record<string, string>>,
  gpgHome: string,
): Promise<ChildResult> {
  return working(() => run(call, verifyingEnvironment(env, own, gpgHome), LOCAL_TIMEOUT_MS));
}

/** Runs Git where it asks a repository. The URL must be the last word of `args`, after `--end-of-options`; names from a server may not be there. */
export async function runRemote(setup: GitSetup, call: RemoteCall): Promise<ChildResult> {
  const env = remoteEnvironment(setup.env, call.remote, await setup.credentials());
  return setup.asking(() => run(call, env, setup.timeoutMs));
}

function run(call: LocalCall, env: Record<string, string>, timeoutMs: number): Promise<ChildResult> {
  const { repository, args, input, maxOutputBytes = MAX_OUTPUT_BYTES } = call;
  const place = repository === undefined ? [] : [`--git-dir=${repository}`];
  const [command, ...rest] = withLimits(
    ["git", ...place, ...args],
    { fileBytes: MAX_FILE_BYTES, dataBytes: MAX_MEMORY_BYTES },
    prlimit(env["PATH"]),
  );
  return runChild({
    command,
    args: rest,
    env,
    cwd: "/",
    timeoutMs,
    maxOutputBytes,
    ...(input === undefined ? {} : { input }),
  });
}

function prlimit(path: string | undefined): string | undefined {
  return findProgram("prlimit", path);
}

/** `--end-of-options` is of 2.24, `GIT_CONFIG_COUNT` of 2.31 and `GIT_CONFIG_GLOBAL` of 2.32: an older Git would not be held by them. */
const OLDEST = [2, 32] as const;

/** @throws GitOpsError Unsupported when Git is missing or too old to be hardened */
export async function checkGitVersion(setup: GitSetup): Promise<void> {
  const { stdout } = await runLocal(setup, { args: ["version"] });
  const found = /git version (\d+)\.(\d+)/.exec(stdout.toString());
  const [major, minor] = [Number(found?.[1] ?? 0), Number(found?.[2] ?? 0)];
  if (major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1])) return;
  throw new GitOpsError(
    `git ${OLDEST.join(".")} or newer is needed, found ${found === null ? "none" : `${major}.${minor}`}`,
    {
      code: "Unsupported",
    },
  );
}
