import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createHash } from "node:crypto";
import { join, resolve } from "node:path";
import { withLock } from "../setup/lock.mjs";
import { cache, root } from "../setup/paths.mjs";

/** `.sandbox` of the checkout, unless SANDBOX_DIR says otherwise. */
export function defaultFolder() {
  return resolve(process.env["SANDBOX_DIR"] || join(root, ".sandbox"));
}

/** Where everything lies in a sandbox folder. */
export function filesIn(dir) {
  const kubernetes = join(dir, "kubernetes");
  return {
    record: join(dir, "sandbox.json"),
    logs: join(dir, "log"),
    auditLog: join(dir, "audit.log"),
    etcd: join(dir, "etcd"),
    kubernetes,
    certificate: join(kubernetes, "apiserver.crt"),
    certificateKey: join(kubernetes, "apiserver.key"),
    serviceAccountKey: join(kubernetes, "service-account.key"),
    tokens: join(kubernetes, "tokens.csv"),
    kubeconfig: join(dir, "kubeconfig"),
    repositories: join(dir, "git"),
    registry: join(dir, "registry"),
    registryConfig: join(dir, "registry", "config.yml"),
    registryKeys: join(dir, "registry", "jwks.json"),
    signingKey: join(dir, "registry", "token.key"),
    registries: join(dir, "registries.conf"),
    docker: join(dir, "docker"),
    pulumiHome: join(dir, "pulumi"),
    pulumiState: join(dir, "state"),
  };
}

/** What a sandbox remembers about itself: `{ports, credentials, processes}`; undefined when the folder holds none. */
export function readRecord(dir) {
  const { record } = filesIn(dir);
  return existsSync(record) ? JSON.parse(readFileSync(record, "utf8")) : undefined;
}

/** Like `readRecord`, for what makes sense only after `up`. */
export function requireRecord(dir) {
  const record = readRecord(dir);
  if (record === undefined) throw new Error(`there is no sandbox in ${dir}: start one with \`npm run sandbox -- up\``);
  return record;
}

/** Written by rename, so a reader never sees half of it. Holds credentials, so nobody else may read it. */
export function writeRecord(dir, record) {
  const path = filesIn(dir).record;
  writeFileSync(`${path}.new`, `${JSON.stringify(record, undefined, 2)}\n`, { mode: 0o600 });
  renameSync(`${path}.new`, path);
}

/** Refuses a folder with other things in it, because `down` removes the folder. */
export function makeFolder(dir) {
  const strange = existsSync(dir) && readRecord(dir) === undefined && readdirSync(dir).length > 0;
  if (strange) throw new Error(`${dir} is neither empty nor a sandbox; name another folder in SANDBOX_DIR`);
  const files = filesIn(dir);
  const folders = [files.logs, files.etcd, files.kubernetes, files.repositories, files.registry];
  for (const folder of [...folders, files.docker, files.pulumiHome, files.pulumiState])
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  // Where Pulumi would note all properties of every run; it goes on without (docs/scale.md).
  writeFileSync(join(files.pulumiHome, "logs"), "");
}

export function removeFolder(dir) {
  if (readRecord(dir) !== undefined) rmSync(dir, { recursive: true, force: true });
}

/** One change of a sandbox at a time. The lock lies outside, because `down` removes the folder. */
export function exclusively(dir, action) {
  const name = createHash("sha256").update(dir).digest("hex").slice(0, 16);
  const onWait = (pid) => process.stderr.write(`sandbox: waiting for process ${pid}, which works on ${dir}\n`);
  return withLock(join(cache, "locks", `sandbox-${name}`), onWait, action);
}
