import { chmodSync, existsSync, globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import type { AddressInfo, Socket } from "node:net";
import { readdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";

import type { GitOpsError } from "../../components/error.ts";
import { findProgram } from "../../components/git/limits.ts";
import { createGit } from "../../components/git/repository.ts";
import type { FetchedSource, GitOptions } from "../../components/git/repository.ts";
import { createGitWriter } from "../../components/git/writer.ts";
import type { FileEdit } from "../../components/git/writer.ts";
import { printableFailureOf as failureOf } from "../support/failure.ts";
import { USER_ENV } from "../support/git-bed.ts";
import { pathWithNotes } from "../support/git-forge.ts";
import { commitFiles, createRepository, git } from "../support/git-server.ts";
import { createKey, createUser, startAgent, startSshServer } from "../support/git-ssh.ts";
import type { Agent, KeyPair, SshServer, UserOptions } from "../support/git-ssh.ts";
import { commandOf } from "../support/processes.ts";
import { waitFor } from "../support/wait-for.ts";

const FILES = { "k8s/a.yaml": "kind: A\n", "k8s/b.yaml": "kind: B\n", "src/main.ts": "x".repeat(10_000) };
const TEXTS = { "k8s/a.yaml": FILES["k8s/a.yaml"], "k8s/b.yaml": FILES["k8s/b.yaml"] };

let work: string;
let server: SshServer;
let key: KeyPair;
let stranger: KeyPair;
/** The server knows it, but it has a passphrase. */
let locked: KeyPair;
let agent: Agent;
let names = 0;

beforeAll(async () => {
  work = mkdtempSync(join(tmpdir(), "ssh-test-"));
  [key, stranger, locked] = [createKey(work), createKey(work), createKey(work, "hunter2")];
  server = await startSshServer([key.publicKey, locked.publicKey]);
  agent = await startAgent(work, key);
});
afterAll(async () => {
  await agent.close();
  await server.close();
  rmSync(work, { recursive: true, force: true });
});
beforeEach(async () => {
  await server.heard();
});

const newFolder = (): string => mkdtempSync(join(work, "f-"));

/** A repository with one commit on main; the address begins where Git's begins. */
function newRepository() {
  const name = `r${names++}.git`;
  const folder = createRepository(server, name);
  return { name, folder, commit: commitFiles(folder, FILES), url: `ssh://git@127.0.0.1:${server.port}/${name}` };
}

/** The user's ssh command: the key is in a file and the host is known, unless the options say otherwise. */
function user(options: Partial<UserOptions> = {}): string {
  return createUser(work, { port: server.port, hostKey: server.hostKey, key: key.file, ...options });
}

function optionsOf(command: string, options: Partial<GitOptions> = {}): GitOptions {
  const env = { ...USER_ENV, ...options.env, GIT_SSH_COMMAND: command };
  return { cacheFolder: join(newFolder(), "cache"), insteadOf: [], pauses: [1, 1], ...options, env };
}

const newGit = (command: string, options: Partial<GitOptions> = {}) => createGit(optionsOf(command, options));

const matching = (sentence: RegExp): string => expect.stringMatching(sentence) as unknown as string;

async function textsOf(source: FetchedSource): Promise<Readonly<Record<string, string>>> {
  const texts: Record<string, string> = {};
  for await (const { path, content } of source.contents((await source.list("k8s")) ?? [], 1_000_000))
    texts[path] = content.toString();
  return texts;
}

/** A program named ssh, whose name tells Git which options it has, that does something first. */
function sshAfter(script: string): string {
  const file = join(newFolder(), "ssh");
  writeFileSync(file, `#!/bin/sh\n${script}\nexec '${findProgram("ssh", process.env["PATH"]) ?? ""}' "$@"\n`);
  chmodSync(file, 0o755);
  return file;
}

const withProgram = (command: string, program: string): string => command.replace(/^ssh/, program);

describe("a repository over ssh", () => {
  it.each([
    ["a URL with a port and a key from a file", "url", "file"],
    ["a URL with a port and a key from an agent", "url", "agent"],
    ["the short form and a key from a file", "short", "file"],
    ["the short form and a key from an agent", "short", "agent"],
    ["a mirror of the user's and a key from a file", "mirror", "file"],
  ])("is read by %s", async (_, form, from) => {
    const { name, commit, url } = newRepository();
    const command = from === "file" ? user() : user({ key: undefined });
    const git = newGit(command, {
      env: from === "file" ? {} : { SSH_AUTH_SOCK: agent.socket },
      insteadOf: [{ base: `ssh://robot@127.0.0.1:${server.port}/`, insteadOf: "https://git.example.com/" }],
    });
    const address = { url, short: `git@gitbox:${name}`, mirror: `https://git.example.com/${name}` }[form] ?? "";
    expect(await git.resolve(address, { revision: "main" })).toStrictEqual({ commit, ref: "refs/heads/main" });
    expect(await textsOf(await git.fetch(address, commit, "k8s"))).toStrictEqual(TEXTS);
    const path = form === "short" ? name : `/${name}`;
    const call = [
      "connected",
      `signed in ${form === "mirror" ? "robot" : "git"}`,
      `run git-upload-pack ${path} version=2`,
    ];
    expect(await server.heard()).toStrictEqual([...call, ...call, ...call]);
  });

  it("is read without the source code beside the manifests, and not again in the next run", async () => {
    const { commit, url } = newRepository();
    const cacheFolder = join(newFolder(), "cache");
    await textsOf(await newGit(user(), { cacheFolder }).fetch(url, commit, "k8s"));
    expect(objectsIn(cacheFolder).filter((type) => type === "blob")).toHaveLength(2);
    await server.heard();
    await textsOf(await newGit(user(), { cacheFolder }).fetch(url, commit, "k8s"));
    expect(await server.heard()).toStrictEqual([]);
  });

  it.each([
    ["without filters", { "uploadpack.allowFilter": "false" }, ""],
    ["that takes no variables, so speaks the old protocol", {}, "unset GIT_PROTOCOL"],
    ["of long ago", { "uploadpack.allowFilter": "false" }, "unset GIT_PROTOCOL"],
  ])("is read from a server %s", async (_, settings, script) => {
    const { folder, commit, url } = newRepository();
    for (const [name, value] of Object.entries(settings)) git(folder, ["config", name, value]);
    const tip = commitFiles(folder, { ...FILES, "k8s/a.yaml": "kind: C\n" });
    const reading = newGit(withProgram(user(), sshAfter(script)));
    expect((await reading.resolve(url, { revision: "HEAD" })).commit).toBe(tip);
    expect(await textsOf(await reading.fetch(url, tip, "k8s"))).toStrictEqual({ ...TEXTS, "k8s/a.yaml": "kind: C\n" });
    expect(await textsOf(await reading.fetch(url, commit, "k8s"))).toStrictEqual(TEXTS);
    expect(await reading.courseOf(url, commit, tip)).toBe("on");
    const version = script === "" ? "version=2" : "";
    const runs = (await server.heard()).filter((line) => line.startsWith("run "));
    expect(new Set(runs)).toStrictEqual(new Set([`run git-upload-pack ${new URL(url).pathname} ${version}`.trim()]));
  });

  it("is asked again where the server drops a connection, as sshd does when many come at once", async () => {
    const { commit, url } = newRepository();
    let drops = 2;
    const front = await listen((socket) => {
      if (drops-- > 0) return void socket.destroy();
      const back = connect(server.port, "127.0.0.1");
      back.on("error", () => socket.destroy());
      socket.pipe(back).pipe(socket);
    });
    const command = user({ port: front.port });
    const resolving = newGit(command).resolve(url.replace(`:${server.port}/`, `:${front.port}/`), { revision: "main" });
    expect((await resolving.finally(front.close)).commit).toBe(commit);
  });

  it("may be missing, which is told", async () => {
    const { url } = newRepository();
    expect(await failureOf(newGit(user()).resolve(`${url}x`, { revision: "main" }))).toMatchObject({
      code: "NotFound",
      message: matching(/there is no such repository, or these credentials may not see it$/),
    });
  });
});

/** The types of all objects in the one repository of a cache. */
function objectsIn(cacheFolder: string): readonly string[] {
  const [cached = ""] = globSync("*-*", { cwd: cacheFolder });
  const format = ["cat-file", "--batch-all-objects", "--batch-check=%(objecttype)"];
  return git(join(cacheFolder, cached), format).split("\n");
}

interface Front {
  readonly port: number;
  close(): Promise<void>;
}

async function listen(take: (socket: Socket) => void): Promise<Front> {
  const sockets = new Set<Socket>();
  const front = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
    take(socket);
  });
  await new Promise<void>((ready) => front.listen(0, "127.0.0.1", ready));
  return {
    port: (front.address() as AddressInfo).port,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((closed) => front.close(closed));
    },
  };
}

/** With one, Git sees all of the user's environment. */
const HELPER = { GIT_CONFIG_COUNT: "1", GIT_CONFIG_KEY_0: "credential.helper", GIT_CONFIG_VALUE_0: "store" };

describe("a host over ssh", () => {
  /** What must hold of every refusal: one sentence, nobody signed in, nothing in the cache. */
  async function refusalOf(command: string, options: Partial<GitOptions> = {}): Promise<GitOpsError> {
    const { commit, url } = newRepository();
    const setup = optionsOf(command, options);
    const failure = await failureOf(createGit(setup).resolve(url, { revision: "main" }));
    expect((await failureOf(createGit(setup).fetch(url, commit, "k8s"))).code).toBe(failure.code);
    expect(failure).toMatchObject({ retryable: false });
    expect(failure.message).toContain(`${url}: `);
    expect(globSync("*", { cwd: setup.cacheFolder })).toStrictEqual([]);
    return failure;
  }

  it("must be known", async () => {
    expect(await refusalOf(user({ hostKey: undefined }))).toMatchObject({
      code: "Unauthorized",
      message: matching(/: the host's key is not known: add it to known_hosts$/),
    });
    expect(await server.heard()).toStrictEqual(["connected", "connected"]);
  });

  it("must have the key it had", async () => {
    expect(await refusalOf(user({ hostKey: stranger.publicKey }))).toMatchObject({
      code: "Refused",
      message: matching(/: the host's key is another than in known_hosts: /),
    });
    expect(await server.heard()).toStrictEqual(["connected", "connected"]);
  });

  it.each(["no", "off", "false", "accept-new", "ask"])(
    "is not trusted by StrictHostKeyChecking %s, in the command or a file of the user's",
    async (value) => {
      const command = user({ hostKey: undefined, lines: [`StrictHostKeyChecking ${value}`] });
      expect((await refusalOf(command)).message).toMatch(/the host's key is not known/);
      expect(await server.heard()).toStrictEqual(["connected", "connected"]);
      for (const option of [`StrictHostKeyChecking=${value}`, `"stricthostkeychecking ${value}"`]) {
        expect((await refusalOf(`${user()} -o ${option}`)).message).toMatch(/ssh is told to trust any host; take that/);
      }
      const settings = {
        ...{ GIT_CONFIG_COUNT: "1", GIT_CONFIG_KEY_0: "core.sshCommand" },
        GIT_CONFIG_VALUE_0: `${user()} -o StrictHostKeyChecking=${value}`,
      };
      const { url } = newRepository();
      const options = { ...optionsOf(""), env: { ...USER_ENV, ...settings } };
      const failure = await failureOf(createGit(options).resolve(url, { revision: "main" }));
      expect(failure).toMatchObject({ code: "Refused" });
      expect(await server.heard()).toStrictEqual([]);
    },
  );

  it.each<[string, () => string, NodeJS.ProcessEnv]>([
    ["a key that it does not know", () => user({ key: stranger.file }), {}],
    ["a key with a passphrase, which nobody is asked for", () => user({ key: locked.file }), {}],
    ["a key file that is not there", () => user({ key: join(work, "none") }), {}],
    ["no key and no agent", () => user({ key: undefined }), {}],
    ["an agent that is gone", () => user({ key: undefined }), { SSH_AUTH_SOCK: "/nonexistent" }],
    ["an option that lets ssh ask", () => `${user({ key: locked.file })} -o BatchMode=no`, HELPER],
  ])("lets nobody in with %s", async (_, command, env) => {
    const asked = join(newFolder(), "asked");
    const ask = sshAfter(`touch '${asked}'`);
    const failure = await refusalOf(command(), {
      env: { ...env, SSH_ASKPASS: ask, SSH_ASKPASS_REQUIRE: "force" },
      timeoutMs: 20_000,
    });
    expect(failure).toMatchObject({
      code: "Unauthorized",
      message: matching(/: no valid credentials: set up Git's credential helper or SSH agent/),
    });
    expect(existsSync(asked)).toBe(false);
    expect((await server.heard()).filter((line) => line.startsWith("signed in"))).toStrictEqual([]);
  });

  it("gets no agent, display or tunnel, whatever the user's command and file say", async () => {
    const { commit, url } = newRepository();
    const lines = ["ForwardAgent yes", "ForwardX11 yes", "RemoteForward 127.0.0.1:0 127.0.0.1:9"];
    const env = { SSH_AUTH_SOCK: agent.socket };
    const command = `${user({ lines })} -A -o ForwardAgent=yes -R 0:127.0.0.1:9`;
    // By itself ssh would ask for it.
    git(work, ["-c", `core.sshCommand=SSH_AUTH_SOCK=${agent.socket} ${command}`, "ls-remote", url]);
    const asked = ["refused auth-agent-req@openssh.com", "refused tcpip-forward"];
    expect(await server.heard()).toEqual(expect.arrayContaining(asked));
    expect((await newGit(command, { env }).resolve(url, { revision: "main" })).commit).toBe(commit);
    expect((await server.heard()).filter((line) => line.startsWith("refused"))).toStrictEqual([]);
  });

  it("that says nothing is given up, and no ssh waits for it any longer", async () => {
    const mute = await listen(() => undefined);
    try {
      const command = user({ port: mute.port });
      const [, , config = ""] = command.split(" ");
      const isRunning = async () => (await commands()).some((text) => text.includes(config));
      const url = `ssh://git@127.0.0.1:${mute.port}/x`;
      const failing = failureOf(newGit(command, { timeoutMs: 1_000 }).resolve(url, { revision: "main" }));
      await waitFor("ssh to begin", isRunning);
      expect(await failing).toMatchObject({ code: "Timeout", message: matching(/: no answer in time$/) });
      await waitFor("ssh to end", async () => !(await isRunning()));
    } finally {
      await mute.close();
    }
  });

  it.each([
    ["printf 'fatal: hunter2' >&2; exit 255", "Failed", "the server ended the connection without an answer"],
    ["printf 'error: hunter2\\n' >&2; exit 255", "Failed", "the server ended the connection without an answer"],
    ["echo hunter2, welcome", "Failed", "the server's answer is not Git's"],
    [
      "printf '0030ERR your password is hunter2 and so on and on'; exit 0",
      "Failed",
      "the server answered with an error of its own",
    ],
  ])("is not quoted where it says a secret: %s", async (script, code, sentence) => {
    const failure = await refusalOf(withProgram(user(), sshAfter(script)));
    expect(failure.code).toBe(code);
    expect(failure.message).toContain(sentence);
    expect(failure.message).not.toMatch(/hunt/);
  });

  it("whose name is an option is refused before any program is started", async () => {
    const notes = join(newFolder(), "notes");
    const ssh = sshAfter(`echo ssh >> '${notes}'`);
    const env = { PATH: pathWithNotes(newFolder(), notes) };
    const canary = join(newFolder(), "canary");
    const urls = [
      `ssh://-oProxyCommand=touch%20${canary}/x`,
      `ssh://git@-oProxyCommand=x/x`,
      `ssh://%2doProxyCommand=x@127.0.0.1/x`,
      `git@-oProxyCommand=x:x`,
      `-oProxyCommand=x@127.0.0.1:x`,
      "git@127.0.0.1:-x",
    ];
    for (const url of urls) {
      const reading = newGit(withProgram(user(), ssh), { env });
      expect(await failureOf(reading.resolve(url, { revision: "main" }))).toMatchObject({ code: "Refused" });
      expect(await failureOf(reading.fetch(url, "1".repeat(40), "k8s"))).toMatchObject({ code: "Refused" });
    }
    expect([notes, canary].filter((file) => existsSync(file))).toStrictEqual([]);
    expect(await server.heard()).toStrictEqual([]);
  });
});

/** Command lines of all processes. */
async function commands(): Promise<readonly string[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name)).map(Number);
  return Promise.all(pids.map((pid) => commandOf(pid)));
}

describe("what ssh signs in with", () => {
  it("is in no command line, file of the cache or message, nor is the user of a mirror", async () => {
    const { name, folder, commit } = newRepository();
    const notes = join(newFolder(), "notes");
    const program = sshAfter(`echo "$@" >> '${notes}'`);
    const cacheFolder = join(newFolder(), "cache");
    const shared = {
      cacheFolder,
      env: { PATH: pathWithNotes(newFolder(), notes), SSH_AUTH_SOCK: agent.socket },
      insteadOf: [{ base: `ssh://robot-canary@127.0.0.1:${server.port}/`, insteadOf: "https://git.example.com/" }],
    };
    const url = `https://git.example.com/${name}`;
    const reading = newGit(withProgram(user(), program), shared);
    await textsOf(await reading.fetch(url, commit, "k8s"));
    await createGitWriter(optionsOf(withProgram(user(), program), shared)).commit(url, COMMIT);
    const wrong = newGit(withProgram(user({ key: stranger.file }), program), { ...shared, env: {} });
    const failures = [await failureOf(wrong.resolve(url, { revision: "main" }))];
    failures.push(await failureOf(reading.resolve(`${url}x`, { revision: "main" })));
    git(folder, ["update-ref", "-d", "refs/heads/main"]);
    failures.push(await failureOf(reading.resolve(url, { revision: "main" })));

    const messages = failures.map(({ message, cause }) => `${message}\n${String(cause)}`).join("\n");
    const cached = globSync("**/*", { cwd: cacheFolder, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => `${entry.name}\n${readFileSync(join(entry.parentPath, entry.name), "latin1")}`)
      .join("\n");
    expect(cached).toContain("repositoryformatversion");
    const notedArguments = readFileSync(notes, "utf8");
    expect(notedArguments).toContain("git-receive-pack");
    for (const secret of [...secretsOf(key), ...secretsOf(stranger)])
      for (const text of [messages, cached, notedArguments]) expect(text).not.toContain(secret);
    for (const text of [messages, cached]) expect(text).not.toMatch(/robot-canary|known_hosts:|\/key-/);
  });
});

/** The lines of the private half, and the public one. */
function secretsOf({ file, publicKey }: KeyPair): readonly string[] {
  const lines = readFileSync(file, "utf8").split("\n");
  return [...lines.filter((line) => line !== "" && !line.startsWith("-----")), publicKey.split(" ")[1] ?? ""];
}

const EDIT: FileEdit = { paths: ["k8s/a.yaml"], edit: (text) => (text ?? "").replace("kind: A", "kind: Z") };
const COMMIT = { branch: "main", edits: [EDIT], message: "build: automatic update\n" };

describe("a commit that is pushed over ssh", () => {
  const write = (url: string, command = user(), options: Partial<GitOptions> = {}) =>
    createGitWriter(optionsOf(command, options)).commit(url, COMMIT);

  it.each(["file", "agent"])("is on top of the branch, with a key from %s", async (from) => {
    const { folder, commit, url } = newRepository();
    const cacheFolder = join(newFolder(), "cache");
    const [command, env] = from === "file" ? [user(), {}] : [user({ key: undefined }), { SSH_AUTH_SOCK: agent.socket }];
    const made = await write(url, command, { cacheFolder, env });
    expect(git(folder, ["log", "-1", "--format=%H %P", "main"])).toBe(`${made} ${commit}`);
    expect(git(folder, ["show", "main:k8s/a.yaml"])).toBe("kind: Z");
    expect(globSync("*", { cwd: cacheFolder })).toStrictEqual([]);
    expect((await server.heard()).filter((line) => line.includes("receive-pack"))).toHaveLength(1);
  });

  it("builds upon what somebody else pushed before it arrived", async () => {
    const { folder, url } = newRepository();
    await write(url, withProgram(user(), sshAfter(raceOnce(folder, 'case "$*" in *git-receive-pack*)', ";; esac"))));
    expect(git(folder, ["show", "main:k8s/a.yaml"])).toBe("kind: Z");
    expect(git(folder, ["log", "--format=%s", "main"]).split("\n")).toStrictEqual([
      ...["build: automatic update", "theirs", "change"],
    ]);
    expect((await server.heard()).filter((line) => line.includes("receive-pack"))).toHaveLength(2);
  });

  it("builds upon what somebody else pushed while it arrived", async () => {
    const { folder, url } = newRepository();
    const hook = join(folder, "hooks", "pre-receive");
    writeFileSync(hook, `#!/bin/sh\ncat > /dev/null\nunset GIT_QUARANTINE_PATH\n${raceOnce(folder, "", "")}\n`);
    chmodSync(hook, 0o755);
    await write(url);
    expect(git(folder, ["log", "--format=%s", "main"]).split("\n")).toStrictEqual([
      ...["build: automatic update", "theirs", "change"],
    ]);
    expect((await server.heard()).filter((line) => line.includes("receive-pack"))).toHaveLength(2);
  });

  it.each<[string, (url: string) => Promise<unknown>, string, RegExp]>([
    [
      "an unknown host",
      (url) => write(url, user({ hostKey: undefined })),
      "Unauthorized",
      /the host's key is not known/,
    ],
    ["another key", (url) => write(url, user({ key: stranger.file })), "Unauthorized", /no valid credentials/],
    [
      "any host trusted",
      (url) => write(url, `${user()} -o StrictHostKeyChecking=false`),
      "Refused",
      /ssh is told to trust any host/,
    ],
  ])("is none with %s", async (_, writing, code, sentence) => {
    const { folder, commit, url } = newRepository();
    const failure = await failureOf(writing(url));
    expect(failure.code).toBe(code);
    expect(failure.message).toMatch(sentence);
    expect(git(folder, ["rev-parse", "main"])).toBe(commit);
  });
});

/** Shell: somebody else's commit, the first time that it comes here. */
function raceOnce(folder: string, begin: string, end: string): string {
  const done = join(newFolder(), "done");
  const identity = "-c user.name=T -c user.email=t@example.com";
  const theirs = `git -C '${folder}' ${identity} commit-tree -p main -m theirs 'main^{tree}'`;
  return `${begin} [ -e '${done}' ] || { touch '${done}'; git -C '${folder}' update-ref refs/heads/main "$(${theirs})"; } ${end}`;
}
