import { execFileSync, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

export interface ServedRequest {
  readonly method: string;
  /** With the query. */
  readonly path: string;
  readonly authorization: string | undefined;
}

/** Git over smart HTTP, on loopback: the real upload-pack behind `git http-backend`. */
export interface GitServer {
  readonly url: string;
  /** Where the repositories are. */
  readonly folder: string;
  /** What was asked so far. */
  readonly requests: ServedRequest[];
  /** Answers instead of Git when it returns true. */
  intercept: ((request: IncomingMessage, response: ServerResponse) => boolean) | undefined;
  close(): Promise<void>;
}

export async function startGitServer(folder: string = mkdtempSync(join(tmpdir(), "git-server-"))): Promise<GitServer> {
  const requests: ServedRequest[] = [];
  const server = createServer((request, response) => {
    const { method = "", url = "", headers } = request;
    requests.push({ method, path: url, authorization: headers.authorization });
    if (running.intercept?.(request, response) !== true) serve(folder, request, response);
  });
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  const running: GitServer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    folder,
    requests,
    intercept: undefined,
    close: async () => {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
      rmSync(folder, { recursive: true, force: true });
    },
  };
  return running;
}

/** CGI (RFC 3875), as far as git-http-backend(1) needs it. */
function serve(folder: string, request: IncomingMessage, response: ServerResponse): void {
  const { pathname, search } = new URL(request.url ?? "", "http://localhost");
  const backend = spawn("git", ["http-backend"], {
    env: {
      PATH: process.env["PATH"],
      GIT_PROJECT_ROOT: folder,
      GIT_HTTP_EXPORT_ALL: "1",
      PATH_INFO: decodeURIComponent(pathname),
      QUERY_STRING: search.slice(1),
      REQUEST_METHOD: request.method,
      CONTENT_TYPE: request.headers["content-type"] ?? "",
      CONTENT_LENGTH: request.headers["content-length"] ?? "",
      HTTP_CONTENT_ENCODING: request.headers["content-encoding"] ?? "",
      GIT_PROTOCOL: String(request.headers["git-protocol"] ?? ""),
    },
  });
  backend.stdin.on("error", () => undefined);
  request.pipe(backend.stdin);
  let head = Buffer.alloc(0);
  backend.stdout.on("data", (chunk: Buffer) => {
    if (response.headersSent) return void response.write(chunk);
    head = Buffer.concat([head, chunk]);
    const end = head.indexOf("\r\n\r\n");
    if (end < 0) return;
    const fields = head
      .toString("latin1", 0, end)
      .split("\r\n")
      .map((line) => line.split(": ") as [string, string]);
    const status = fields.find(([name]) => name === "Status")?.[1] ?? "200";
    response.writeHead(Number.parseInt(status), Object.fromEntries(fields.filter(([name]) => name !== "Status")));
    response.write(head.subarray(end + 4));
  });
  backend.stdout.on("end", () => response.end());
}

/** Runs Git as a person would, without any configuration of the machine's. */
export function git(folder: string, args: readonly string[], input = ""): string {
  const env = {
    PATH: process.env["PATH"] ?? "",
    HOME: "/nonexistent",
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_AUTHOR_NAME: "Test",
    GIT_AUTHOR_EMAIL: "test@example.com",
    GIT_COMMITTER_NAME: "Test",
    GIT_COMMITTER_EMAIL: "test@example.com",
  };
  return execFileSync("git", args, {
    cwd: folder,
    env,
    input,
    encoding: "utf8",
    stdio: ["pipe", "pipe", "pipe"],
  }).trim();
}

/** A bare repository with filters allowed, as the large hosts have it. */
export function createRepository(server: Pick<GitServer, "folder">, name: string): string {
  const folder = join(server.folder, name);
  mkdirSync(folder, { recursive: true });
  git(folder, ["init", "--quiet", "--bare", "--initial-branch=main"]);
  git(folder, ["config", "uploadpack.allowFilter", "true"]);
  return folder;
}

/** Commits these files, and only these, on a branch; returns the commit. */
export function commitFiles(
  repository: string,
  files: Readonly<Record<string, string | Buffer>>,
  branch = "main",
): string {
  const work = mkdtempSync(join(tmpdir(), "git-work-"));
  try {
    for (const [path, content] of Object.entries(files)) {
      mkdirSync(dirname(join(work, path)), { recursive: true });
      writeFileSync(join(work, path), content);
    }
    const place = [`--git-dir=${repository}`, `--work-tree=${work}`];
    git(work, [...place, "read-tree", "--empty"]);
    git(work, [...place, "add", "--all", "--force"]);
    return commitTree(repository, git(work, [...place, "write-tree"]), branch);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** Puts a commit of this tree on a branch, whatever the tree holds; returns the commit. */
export function commitTree(repository: string, tree: string, branch = "main"): string {
  const parents = git(repository, ["for-each-ref", "--format=%(objectname)", `refs/heads/${branch}`]);
  const commit = git(repository, ["commit-tree", tree, "-m", "change", ...(parents === "" ? [] : ["-p", parents])]);
  git(repository, ["update-ref", `refs/heads/${branch}`, commit]);
  return commit;
}
