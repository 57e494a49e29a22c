import { existsSync, globSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { join } from "node:path";
import { deflateSync } from "node:zlib";

import { beforeEach, describe, expect, it } from "@jest/globals";

import type { Git } from "../../components/git/repository.ts";
import { printableFailureOf as failureOf } from "../support/failure.ts";
import { useGitBed, USER_ENV } from "../support/git-bed.ts";
import { forgeTree, forgeTrees, pathWithNotes } from "../support/git-forge.ts";
import type { ForgedEntry } from "../support/git-forge.ts";
import { commitFiles, commitTree, git, startGitServer } from "../support/git-server.ts";
import { waitFor } from "../support/wait-for.ts";

const FILES = { "k8s/a.yaml": "kind: A\n" };
const RESULT = "application/x-git-upload-pack-result";

const bed = useGitBed("hostile-");
const { newFolder, newGit, newRepository } = bed;
const env = USER_ENV;

describe("texts that could be options, commands or other transports", () => {
  const HARM = "touch ${canary}";
  const COMMANDS = [
    HARM,
    `sh -c '${HARM}'`,
    `$(${HARM})`,
    `\`${HARM}\``,
    `;${HARM};`,
    `|${HARM}`,
    `&&${HARM}`,
    `\n${HARM}\n`,
  ];
  const OPTIONS = [
    ...["--upload-pack=", "--exec=", "-u", "--receive-pack=", "--output=", "-o", "-c", "--config-env=", "--git-dir="],
    ...[
      "-ccore.sshCommand=",
      "-ccore.fsmonitor=",
      "-ccredential.helper=!",
      "-cprotocol.ext.allow=always ",
      "--template=",
    ],
    ...["--orphan=", "--filter=", "--server-option=", "--negotiation-tip=", "--refmap=", "--stdin", "--no-index "],
  ];
  const TRANSPORTS = [
    ...[
      "ext::",
      "EXT::",
      "ext::sh -c ",
      "fd::17/",
      "file://",
      "file:",
      "git://127.0.0.1/",
      "ftp://",
      "rsync://",
      "testgit::",
    ],
    ...[
      "ssh://-oProxyCommand=",
      "ssh://%2doProxyCommand=",
      "ssh://x@-oProxyCommand=",
      "git@-oProxyCommand=",
      "-oProxyCommand=",
    ],
    ...["git@127.0.0.1:-", "http::ext::", "https::", "https://ext::", "//", "\\\\", "data:,", "javascript:"],
  ];
  const REVISIONS = [
    ...[
      "@{-1}",
      "@{upstream}",
      "HEAD^{/x}",
      ":/x",
      "main..x",
      "main...x",
      "^main",
      "main:k8s",
      "--all",
      "-",
      "--",
      "--help",
      "-h",
    ],
    ...[
      "refs/../../x",
      "refs/heads/../tags/x",
      "+refs/heads/*:refs/heads/*",
      "main\0x",
      "main\nx",
      "\u202emain",
      "main^{}",
    ],
  ];

  function corpus(canary: string): readonly string[] {
    const commands = COMMANDS.map((command) => command.replaceAll("${canary}", canary));
    const built = [...OPTIONS, ...TRANSPORTS].flatMap((begin) => commands.map((command) => begin + command));
    return [...commands, ...built, ...OPTIONS, ...TRANSPORTS, ...REVISIONS];
  }

  it("run nothing as a revision, a prefix of tags or a path, and reach no command line", async () => {
    const { folder, url } = newRepository();
    commitFiles(folder, FILES);
    const [canary, notes] = [join(newFolder(), "canary"), join(newFolder(), "notes")];
    const texts = corpus(canary);
    expect(texts.length).toBeGreaterThan(200);
    const repository = newGit({ env: { ...env, PATH: pathWithNotes(newFolder(), notes) } });
    const commit = (await repository.resolve(url, { revision: "main" })).commit;
    await repository.fetch(url, commit, "k8s");
    rmSync(notes);
    for (const text of texts) {
      await failureOf(repository.resolve(url, { revision: text }));
      await failureOf(repository.resolve(url, { revision: "1.x", tagPrefix: text }));
    }
    // A path is told by what Git says of its parents; with a line break it never gets that far.
    for (const text of texts) await failureOf(repository.fetch(url, commit, text));
    expect(existsSync(canary)).toBe(false);
    const lines = existsSync(notes) ? readFileSync(notes, "utf8").trim().split("\n") : [];
    for (const line of lines) expect(line).toMatch(/^--git-dir=\S+ cat-file --batch$|^ls-remote --quiet/);
    expect(lines.join("\n")).not.toContain("touch");
  });

  it("run nothing as a URL, and what is refused starts no Git at all", async () => {
    const [canary, notes] = [join(newFolder(), "canary"), join(newFolder(), "notes")];
    const user = { ...env, PATH: pathWithNotes(newFolder(), notes), GIT_SSH_COMMAND: "false" };
    const texts = [...corpus(canary), ...corpus(canary).map((text) => `http://127.0.0.1:1/${text}`)];
    const refused = [];
    for (const text of texts) {
      const failure = await failureOf(newGit({ env: user }).resolve(text, { revision: "main" }));
      if (failure.code === "Refused") refused.push(text);
    }
    expect(existsSync(canary)).toBe(false);
    expect(refused.length).toBeGreaterThan(300);
    const urls = existsSync(notes) ? readFileSync(notes, "utf8").trim().split("\n") : [];
    for (const line of urls.filter((text) => text.startsWith("ls-remote")))
      expect(line).toMatch(
        /^ls-remote --quiet --heads --tags --end-of-options (http:\/\/127\.0\.0\.1:1\/|git@127\.0\.0\.1:)\S*$/,
      );
  });
});

describe("trees with hostile names", () => {
  const PIECES = ["..", ".", "a", ".git", ".GIT", "git~1", "\\", "\u202e", "\n", "\u0085", " ", "\ufeff", "\u0000"];
  const BAD_ENDS = [
    "a.",
    "a ",
    "..\\..\\a",
    "a\\b",
    "C:\\a",
    "\u200ba",
    "a\u2028b",
    "a\rb",
    "\u001b[31ma",
    "::set-output",
  ];
  const GOOD = [
    "a.yaml",
    "-x",
    "--upload-pack=x",
    "$(x)",
    "a b",
    "ü",
    "..a",
    "...x",
    "~",
    "*",
    "{}",
    "'",
    '"',
    "|x",
    "%2e%2e",
  ];

  it("are refused or read in place, and nothing is written beside the cache", async () => {
    const { folder, url } = newRepository();
    const blob = git(folder, ["hash-object", "-w", "--stdin"], "x");
    const inner = forgeTree(folder, [["100644", "f", blob]]);
    const mixed = PIECES.flatMap((a) => PIECES.map((b) => `${a}${b}`)).filter((name) => !name.includes("\0"));
    // What Git's own check of fetched objects refuses as a whole is tried in source.test.ts, one by one.
    const allowed = [...BAD_ENDS, ...GOOD, ...mixed].filter(
      (name) => !/^(\.{1,2}|\.git|git~1)$/i.test(name) && !/\.git|git~1/i.test(name),
    );
    const kinds: readonly ((name: string) => ForgedEntry)[] = [
      (name) => ["100644", name, blob],
      (name) => ["120000", name, blob],
      (name) => ["160000", name, "1".repeat(40)],
      (name) => ["40000", name, inner],
    ];
    const entries = [
      ...GOOD.map((name): readonly ForgedEntry[] => [["100644", name, blob]]),
      ...[...new Set(allowed)].map((name, index) => kinds.slice(index % 4, (index % 4) + 1).map((kind) => kind(name))),
    ];
    expect(entries.length).toBeGreaterThan(100);
    const trees = forgeTrees(folder, entries).map((tree, index): ForgedEntry => [
      "40000",
      `t${String(index).padStart(4, "0")}`,
      tree,
    ]);
    const commit = commitTree(folder, forgeTree(folder, [...trees, ["100644", "z", blob]]));
    const place = newFolder();
    const repository = newGit({ cacheFolder: join(place, "cache") });
    const source = await repository.fetch(url, commit, ".");
    let read = 0;
    for (const [, name] of trees) {
      const found = (await source.list(String(name))) ?? [];
      const files = found.flatMap((entry) => (entry.type === "folder" ? [] : [entry]));
      const contents = await collect(source.contents(files, 1_000)).catch((error: unknown) => error);
      if (!Array.isArray(contents))
        expect(await failureOf(Promise.reject(contents as Error))).toMatchObject({ code: "Refused" });
      else for (const path of contents as string[]) expect(join("/root", path)).toMatch(/^\/root\/t\d{4}\/[^/]+$/);
      if (Array.isArray(contents)) read += contents.length;
    }
    expect(read).toBeGreaterThanOrEqual(GOOD.length);
    expect(readdirSync(place)).toStrictEqual(["cache"]);
    expect(
      globSync("**/*", { cwd: join(place, "cache"), withFileTypes: true }).filter((entry) => entry.isSymbolicLink()),
    ).toStrictEqual([]);
  });

  async function collect(contents: AsyncIterable<{ readonly path: string }>): Promise<readonly string[]> {
    const paths: string[] = [];
    for await (const { path } of contents) paths.push(path);
    return paths;
  }
});

describe("a hostile server", () => {
  const timers: NodeJS.Timeout[] = [];
  let folder: string;
  let url: string;
  let commit: string;
  let cacheFolder: string;

  beforeEach(() => {
    ({ folder, url } = newRepository());
    commit = commitFiles(folder, FILES);
    cacheFolder = join(newFolder(), "cache");
  });
  /** Whatever it did: nothing half is left in the cache. */
  async function expectFailure(work: (repository: Git) => Promise<unknown>, code: RegExp): Promise<void> {
    const failure = await failureOf(work(newGit({ cacheFolder, timeoutMs: 1_500 })));
    for (const timer of timers.splice(0)) clearInterval(timer);
    expect(failure.code).toMatch(code);
    expect(existsSync(cacheFolder) ? readdirSync(cacheFolder) : []).toStrictEqual([]);
  }

  const resolve = (repository: Git) => repository.resolve(url, { revision: "main" });
  const fetch = (repository: Git) => repository.fetch(url, commit, "k8s");

  /** Writes as fast as it is read, without end. */
  function pour(response: ServerResponse, next: () => Buffer | string): void {
    const write = (): void => {
      if (response.destroyed) return;
      // Others want to get their turn.
      if (response.write(next())) setImmediate(write);
    };
    response.on("drain", write);
    write();
  }

  function packet(content: Buffer | string): Buffer {
    const length = Buffer.byteLength(content) + 4;
    return Buffer.concat([Buffer.from(length.toString(16).padStart(4, "0")), Buffer.from(content)]);
  }

  function isPost(request: IncomingMessage): boolean {
    return request.method === "POST";
  }

  /** Answers a fetch with the beginning of a pack. */
  function answerPack(response: ServerResponse, objects: number): void {
    response.writeHead(200, { "content-type": RESULT });
    response.write(packet("packfile\n"));
    const head = Buffer.alloc(12, "PACK");
    head.writeUInt32BE(2, 4);
    head.writeUInt32BE(objects, 8);
    response.write(packet(Buffer.concat([Buffer.from([1]), head])));
  }

  it("that names refs without end is left", async () => {
    const many = Buffer.concat(Array.from({ length: 5_000 }, (_, index) => packet(`${commit} refs/heads/b${index}\n`)));
    bed.server.intercept = (request, response) => {
      if (!isPost(request)) return false;
      response.writeHead(200, { "content-type": RESULT });
      pour(response, () => many);
      return true;
    };
    await expectFailure(resolve, /Refused|Timeout|Failed/);
  });

  it("that sends a pack without end is left", async () => {
    const content = Buffer.from("x".repeat(1_000));
    let object = 0;
    bed.server.intercept = (request, response) => {
      if (!isPost(request)) return false;
      answerPack(response, 2 ** 32 - 1);
      pour(response, () => {
        content.writeUInt32BE(object++);
        // A blob of 1,000 bytes (gitformat-pack(5)): type 3, size in 4 + 7 bits.
        return packet(Buffer.concat([Buffer.from([1, 0xb8, 0x3e]), deflateSync(content)]));
      });
      return true;
    };
    await expectFailure(fetch, /Timeout|Refused|Failed/);
  });

  it.each([
    ["nothing that is asked for", (response: ServerResponse) => (answerPack(response, 0), response.end("0000"))],
    ["a pack that breaks off", (response: ServerResponse) => (answerPack(response, 3), response.destroy())],
    ["rubbish", (response: ServerResponse) => response.writeHead(200, { "content-type": RESULT }).end("0009PACK0000")],
    [
      "an error with commands for the terminal",
      (response: ServerResponse) =>
        response
          .writeHead(200, { "content-type": RESULT })
          .end(packet("ERR \u001b[31m::set-output name=a::b\r\n\u202e")),
    ],
  ])("that sends %s is told from one that works", async (_, answer) => {
    bed.server.intercept = (request, response) => isPost(request) && !!answer(response);
    await expectFailure(fetch, /Failed|NotFound|Unavailable/);
  });

  it.each([
    [
      "one byte at a time",
      (response: ServerResponse) => {
        response.writeHead(200, { "content-type": RESULT });
        timers.push(setInterval(() => response.write("0"), 100));
      },
    ],
    ["not even headers", () => undefined],
  ])("that sends %s does not hold the run", async (_, answer) => {
    bed.server.intercept = (request, response) => isPost(request) && (answer(response), true);
    const before = Date.now();
    await expectFailure(fetch, /Timeout|Failed|Unavailable/);
    expect(Date.now() - before).toBeLessThan(30_000);
  });

  it("that packs much into little is found out before it is unpacked into memory", async () => {
    git(folder, ["config", "uploadpack.allowFilter", "false"]);
    const big = join(newFolder(), "big");
    writeFileSync(big, Buffer.alloc(64 * 1024 * 1024));
    const blob = git(folder, ["hash-object", "-w", big]);
    rmSync(big);
    const bomb = commitTree(
      folder,
      forgeTree(folder, [["40000", "k8s", forgeTree(folder, [["100644", "a.yaml", blob]])]]),
    );
    const source = await newGit({ cacheFolder }).fetch(url, bomb, "k8s");
    const files = (await source.list("k8s")) ?? [];
    const before = process.memoryUsage().rss;
    const failure = await failureOf(source.contents(files, 1_000_000)[Symbol.asyncIterator]().next());
    expect(failure.message).toMatch(/files of at most 1000000 bytes in all are read, found 67108864/);
    expect(process.memoryUsage().rss - before).toBeLessThan(48 * 1024 * 1024);
  });

  it("that sends us elsewhere after we signed in learns nothing for another host", async () => {
    const elsewhere = await startGitServer();
    const helper = '!f() { test "$1" = get && echo username=robot && echo password=hunter2; }; f';
    const user = {
      ...env,
      GIT_CONFIG_COUNT: "1",
      GIT_CONFIG_KEY_0: `credential.${bed.server.url}.helper`,
      GIT_CONFIG_VALUE_0: helper,
    };
    for (const when of ["first", "after signing in", "while fetching"] as const) {
      bed.server.intercept = (request, response) => {
        const signedIn = request.headers.authorization !== undefined;
        if (!signedIn && when !== "first") {
          response.writeHead(401, { "www-authenticate": `Basic realm="${elsewhere.url}"` }).end();
          return true;
        }
        if (when === "while fetching" && !isPost(request)) return false;
        response.writeHead(307, { location: elsewhere.url + (request.url ?? "") }).end();
        return true;
      };
      const failure = await failureOf(newGit({ env: user }).fetch(url, commit, "k8s"));
      expect(failure.code).toMatch(/Refused|Failed/);
    }
    await elsewhere.close();
    expect(elsewhere.requests).toStrictEqual([]);
    expect(bed.server.requests.some(({ authorization }) => authorization !== undefined)).toBe(true);
  });

  it("does not keep other repositories waiting", async () => {
    const good = newRepository();
    const tip = commitFiles(good.folder, FILES);
    const silent: ServerResponse[] = [];
    bed.server.intercept = (request, response) =>
      request.url?.startsWith(new URL(url).pathname) === true && silent.push(response) > 0;
    const repository = newGit();
    let isLeft = false;
    const left = failureOf(repository.fetch(url, commit, "k8s")).finally(() => (isLeft = true));
    expect((await repository.fetch(good.url, tip, "k8s")).commit).toBe(tip);
    expect(isLeft).toBe(false);
    for (const response of silent) response.destroy();
    expect((await left).code).toBe("Unavailable");
  });

  it("leaves no process behind", async () => {
    const isOurs = (file: string) => {
      try {
        return readFileSync(file, "latin1").includes(bed.server.url);
      } catch {
        return false;
      }
    };
    // What was killed may take a moment to go.
    await waitFor("no process with the server's URL", () => !globSync("/proc/[0-9]*/cmdline").some(isOurs), 5_000);
  });
});
