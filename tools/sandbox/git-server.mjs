import { execFileSync, spawn } from "node:child_process";
import { createServer } from "node:http";
import { join } from "node:path";
import { basicCredentials, equals } from "./authorization.mjs";
import { filesIn, requireRecord } from "./folder.mjs";
import { withoutUserConfig } from "./git.mjs";
import { createTally } from "./tally.mjs";

// Smart HTTP for the bare repositories of a sandbox by git's own CGI program (git-http-backend(1)): everybody may fetch, a push needs the token.
const dir = process.argv[2];
const { ports, credentials } = requireRecord(dir);
const backend = join(execFileSync("git", ["--exec-path"], { encoding: "utf8" }).trim(), "git-http-backend");
const tally = createTally();

createServer((request, response) => {
  const url = new URL(request.url, "http://127.0.0.1");
  if (url.pathname === "/healthz") return response.end();
  if (url.pathname === tally.path) return tally.tell(response);
  tally.count(`${request.method} ${url.pathname.replace(/^.*\.git\//, "")}`);
  const authorized = access(request.headers.authorization);
  if (authorized === "wrong" || (authorized === "anonymous" && isPush(url))) return challenge(response);
  run(request, response, cgiEnvironment(request, url, authorized));
}).listen(ports.git, "127.0.0.1");

/** The token as password with any user name, or as bearer token; a wrong one is refused even where none is needed. */
function access(header) {
  if (header === undefined) return "anonymous";
  const token = basicCredentials(header)?.password ?? /^Bearer (.+)$/i.exec(header)?.[1] ?? "";
  return equals(token, credentials.gitToken) ? "authorized" : "wrong";
}

function isPush(url) {
  return url.pathname.endsWith("/git-receive-pack") || url.searchParams.get("service") === "git-receive-pack";
}

function challenge(response) {
  response.writeHead(401, { "www-authenticate": 'Basic realm="sandbox"' }).end("a token is needed\n");
}

/** RFC 3875 section 4.1. The backend allows a push only to a named user. */
function cgiEnvironment(request, url, authorized) {
  return {
    PATH: process.env["PATH"],
    ...withoutUserConfig,
    GIT_PROJECT_ROOT: filesIn(dir).repositories,
    GIT_HTTP_EXPORT_ALL: "1",
    GIT_PROTOCOL: request.headers["git-protocol"] ?? "",
    REQUEST_METHOD: request.method,
    PATH_INFO: decodeURIComponent(url.pathname),
    QUERY_STRING: url.search.slice(1),
    CONTENT_TYPE: request.headers["content-type"] ?? "",
    CONTENT_LENGTH: request.headers["content-length"] ?? "",
    HTTP_CONTENT_ENCODING: request.headers["content-encoding"] ?? "",
    REMOTE_ADDR: request.socket.remoteAddress ?? "",
    ...(authorized === "authorized" ? { REMOTE_USER: "sandbox" } : {}),
  };
}

function run(request, response, env) {
  const child = spawn(backend, { env, stdio: ["pipe", "pipe", "inherit"] });
  request.pipe(child.stdin);
  // The backend may end before it has read everything; the answer says why.
  child.stdin.once("error", () => request.unpipe(child.stdin));
  response.once("close", () => child.kill());
  child.once("error", () => response.writeHead(500).end());
  relay(child.stdout, response);
}

/** The CGI answer starts with headers, of which `Status` is the HTTP status (RFC 3875 section 6.3). */
function relay(output, response) {
  let head = Buffer.alloc(0);
  const collect = (chunk) => {
    head = Buffer.concat([head, chunk]);
    const end = head.indexOf("\r\n\r\n");
    if (end < 0) return;
    output.off("data", collect);
    writeHead(response, head.subarray(0, end).toString("latin1"));
    response.write(head.subarray(end + 4));
    output.pipe(response);
  };
  output.on("data", collect);
  output.once("end", () => response.headersSent || response.writeHead(500).end());
}

function writeHead(response, text) {
  const headers = text
    .split("\r\n")
    .map((line) => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 1).trim()]);
  const status = headers.find(([name]) => name.toLowerCase() === "status")?.[1] ?? "200";
  const others = headers.filter(([name]) => name.toLowerCase() !== "status");
  response.writeHead(Number.parseInt(status, 10), Object.fromEntries(others));
}
