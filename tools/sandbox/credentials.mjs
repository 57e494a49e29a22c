import { generateKeyPairSync, randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { filesIn } from "./folder.mjs";

export const REGISTRY_USERNAME = "sandbox";

/** Users of the API server by the name of their token. The control plane has its own, so that the audit log tells it from tests. */
export const USERS = {
  admin: { user: "sandbox-admin", groups: "system:masters" },
  deployer: { user: "deployer" },
  viewer: { user: "viewer" },
  "kube-controller-manager": { user: "system:kube-controller-manager", groups: "system:masters" },
  "kube-scheduler": { user: "system:kube-scheduler", groups: "system:masters" },
  kwok: { user: "kwok", groups: "system:masters" },
  "metrics-stand-in": { user: "metrics-stand-in", groups: "system:masters" },
  sandbox: { user: "sandbox", groups: "system:masters" },
};

/** Fresh secrets of a new sandbox: `{tokens, gitToken, registryPassword}`. */
export function newCredentials() {
  const secret = () => randomBytes(18).toString("base64url");
  return {
    tokens: Object.fromEntries(Object.keys(USERS).map((name) => [name, secret()])),
    gitToken: secret(),
    registryPassword: secret(),
  };
}

/** The API server's token file: `token,user,uid,"group,group"` on each line. */
export function writeTokens(dir, { tokens }) {
  const lines = Object.entries(USERS).map(([name, { user, groups }]) =>
    [tokens[name], user, user, groups].filter(Boolean).join(","),
  );
  writeFileSync(filesIn(dir).tokens, `${lines.join("\n")}\n`, { mode: 0o600 });
}

/** Two key pairs: for service accounts, and for registry tokens with the public half as the JSON Web Key Set the registry trusts. */
export function writeKeys(dir) {
  const files = filesIn(dir);
  const accounts = generateKeyPairSync("rsa", { modulusLength: 2048 });
  writePrivateKey(files.serviceAccountKey, accounts.privateKey);
  const registry = generateKeyPairSync("ec", { namedCurve: "P-256" });
  writePrivateKey(files.signingKey, registry.privateKey);
  const key = { ...registry.publicKey.export({ format: "jwk" }), kid: "sandbox", alg: "ES256", use: "sig" };
  writeFileSync(files.registryKeys, JSON.stringify({ keys: [key] }));
}

function writePrivateKey(path, key) {
  writeFileSync(path, key.export({ type: "pkcs8", format: "pem" }), { mode: 0o600 });
}
