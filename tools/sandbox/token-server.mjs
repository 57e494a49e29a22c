import { createPrivateKey, randomUUID, sign } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { basicCredentials, equals } from "./authorization.mjs";
import { REGISTRY_USERNAME } from "./credentials.mjs";
import { filesIn, requireRecord } from "./folder.mjs";
import { TOKEN_ISSUER, TOKEN_SERVICE } from "./registry.mjs";
import { createTally } from "./tally.mjs";

// The registry's token server after the Distribution project's token authentication specification (docs/content/spec/auth/token.md and jwt.md):
// everybody may pull with a token, only the sandbox user may push and delete.
const LIFETIME = 300;
const ALL = ["pull", "push", "delete", "*"];

const dir = process.argv[2];
const { ports, credentials } = requireRecord(dir);
const key = createPrivateKey(readFileSync(filesIn(dir).signingKey));
const tally = createTally();

createServer((request, response) => {
  const url = new URL(request.url, "http://127.0.0.1");
  if (url.pathname === "/healthz") return answer(response, 200, {});
  if (url.pathname === tally.path) return tally.tell(response);
  tally.count(`${request.method} token`);
  if (url.pathname !== "/token" || request.method !== "GET")
    return answer(response, 404, { details: "only GET /token" });
  const caller = basicCredentials(request.headers.authorization);
  if (caller !== undefined && !isSandboxUser(caller))
    return answer(response, 401, { details: "wrong user name or password" });
  const token = issue(caller?.username ?? "", url.searchParams.getAll("scope"), caller === undefined ? ["pull"] : ALL);
  answer(response, 200, { token, access_token: token, expires_in: LIFETIME, issued_at: new Date().toISOString() });
}).listen(ports.token, "127.0.0.1");

function isSandboxUser({ username, password }) {
  return equals(username, REGISTRY_USERNAME) && equals(password, credentials.registryPassword);
}

/** What is asked for and not allowed is left out of the token, as the specification says; the registry then refuses. */
function issue(subject, scopes, allowed) {
  const now = Math.floor(Date.now() / 1000);
  return jsonWebToken({
    iss: TOKEN_ISSUER,
    sub: subject,
    aud: TOKEN_SERVICE,
    nbf: now - 10,
    iat: now,
    exp: now + LIFETIME,
    jti: randomUUID(),
    access: scopes.flatMap((scope) => scope.split(" ")).flatMap((scope) => grant(scope, allowed)),
  });
}

/** `repository:my-org/api:pull,push`; a name may itself hold colons, when it starts with a host and port. */
function grant(scope, allowed) {
  const found = /^([^:]+):(.+):([^:]+)$/.exec(scope);
  if (found === null) return [];
  const [, type, name, actions] = found;
  return [{ type, name, actions: actions.split(",").filter((action) => allowed.includes(action)) }];
}

function jsonWebToken(claims) {
  const part = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const content = `${part({ typ: "JWT", alg: "ES256", kid: "sandbox" })}.${part(claims)}`;
  // RFC 7518 section 3.4: the two numbers of the signature side by side, not in DER.
  const signature = sign("sha256", Buffer.from(content), { key, dsaEncoding: "ieee-p1363" });
  return `${content}.${signature.toString("base64url")}`;
}

function answer(response, status, body) {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}
