import { execFileSync, spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

import { waitFor } from "./wait-for.ts";

/** Git over SSH, on loopback: the real upload-pack and receive-pack behind `tools/go/git-ssh`. */
export interface SshServer {
  readonly port: number;
  /** Where the repositories are. */
  readonly folder: string;
  /** Its public key, as known_hosts has it. */
  readonly hostKey: string;
  /** What it was asked for since the last call: `connected`, `refused key <fingerprint>`, `signed in <user>`, `run <command> <path> <protocol>`, `refused <what>`. */
  heard(): Promise<readonly string[]>;
  close(): Promise<void>;
}

/** A pair of keys in files. */
export interface KeyPair {
  /** Of the private half. */
  readonly file: string;
  /** `ssh-ed25519 AAAA...` */
  readonly publicKey: string;
}

/** @param passphrase that the private half is encrypted with */
export function createKey(folder: string, passphrase = ""): KeyPair {
  const file = join(mkdtempSync(join(folder, "key-")), "id");
  execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", passphrase, "-C", "", "-f", file]);
  return { file, publicKey: readFileSync(`${file}.pub`, "utf8").trim() };
}

/** @param authorized the public keys that may sign in, under any user name */
export async function startSshServer(authorized: readonly string[]): Promise<SshServer> {
  const folder = mkdtempSync(join(tmpdir(), "git-ssh-"));
  const repositories = join(folder, "repositories");
  mkdirSync(repositories);
  const hostKey = createKey(folder);
  const keys = join(folder, "authorized_keys");
  writeFileSync(keys, authorized.map((key) => `${key}\n`).join(""));
  const child = spawn("git-ssh", [repositories, hostKey.file, keys], { stdio: ["pipe", "pipe", "inherit"] });
  const told: string[] = [];
  createInterface({ input: child.stdout }).on("line", (line) => told.push(line));
  const port = await waitFor("git-ssh to listen", () => portOf(told, child));
  told.length = 0;
  return {
    port,
    folder: repositories,
    hostKey: hostKey.publicKey,
    heard: () => takeLines(told, port),
    close: async () => {
      await endByInput(child);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function portOf(told: readonly string[], child: ChildProcess): number | undefined {
  if (child.exitCode !== null) throw new Error(`git-ssh ended with ${child.exitCode}`);
  const port = /^listening 127\.0\.0\.1:(\d+) SHA256:/.exec(told[0] ?? "")?.[1];
  return port === undefined ? undefined : Number(port);
}

/** All lines are there when one is that this connection causes. */
async function takeLines(told: string[], port: number): Promise<readonly string[]> {
  const socket = connect(port, "127.0.0.1");
  await once(socket, "connect");
  const last = `connected 127.0.0.1:${socket.localPort ?? 0}`;
  await waitFor("git-ssh to tell of a connection", () => told.includes(last));
  socket.destroy();
  const lines = told.splice(0).filter((line) => line !== last);
  return lines.map((line) => line.replace(/^connected .*/, "connected").trim());
}

/** It ends with whoever started it, so also by this. */
async function endByInput(child: ChildProcess): Promise<void> {
  const ended = once(child, "exit");
  child.stdin?.end();
  await ended;
}

/** An ssh-agent with one key. */
export interface Agent {
  /** For `SSH_AUTH_SOCK`. */
  readonly socket: string;
  close(): Promise<void>;
}

export async function startAgent(folder: string, key: KeyPair): Promise<Agent> {
  const socket = join(mkdtempSync(join(folder, "agent-")), "socket");
  const child = spawn("ssh-agent", ["-D", "-a", socket], { stdio: "ignore" });
  const env = { PATH: process.env["PATH"], SSH_AUTH_SOCK: socket };
  await waitFor("ssh-agent to take a key", () => {
    execFileSync("ssh-add", ["-q", key.file], { env, stdio: "ignore" });
    return true;
  });
  return {
    socket,
    close: async () => {
      const ended = once(child, "exit");
      child.kill();
      await ended;
    },
  };
}

export interface UserOptions {
  readonly port: number;
  /** Of the host; absent: it is not known. */
  readonly hostKey?: string | undefined;
  /** File of the private key; absent: only an agent's. */
  readonly key?: string | undefined;
  /** Further lines for all hosts. */
  readonly lines?: readonly string[];
}

/**
 * What a user has in ~/.ssh, in a folder of its own, because ssh takes no other home than the account's: the ssh command that uses it.
 * In it the server is also the host `gitbox`.
 */
export function createUser(folder: string, { port, hostKey, key, lines = [] }: UserOptions): string {
  const own = mkdtempSync(join(folder, "user-"));
  const [config, knownHosts] = [join(own, "config"), join(own, "known_hosts")];
  writeFileSync(knownHosts, hostKey === undefined ? "" : `[127.0.0.1]:${port} ${hostKey}\n`);
  const settings = [
    ...["Host gitbox", "HostName 127.0.0.1", `Port ${port}`, "Host *", ...lines],
    ...[`UserKnownHostsFile ${knownHosts}`, "GlobalKnownHostsFile /dev/null"],
    `IdentityFile ${key ?? "none"}`,
  ];
  writeFileSync(config, settings.map((line) => `${line}\n`).join(""));
  return `ssh -F ${config}`;
}
