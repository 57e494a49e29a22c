import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { withLock } from "./lock.mjs";
import { cache, node, root } from "./paths.mjs";
import { duration, say } from "./progress.mjs";
import { run } from "./run.mjs";

const lockfile = join(root, "package-lock.json");
// Under node_modules, so that it vanishes together with what it describes.
const record = join(root, "node_modules", ".cache", "pulumi-gitops", "package-lock.sha256");

/** Whether node_modules is missing or differs from package-lock.json. Remembers a comparison that found no difference. */
export function npmIsStale() {
  const wanted = sha256(readFileSync(lockfile));
  if (existsSync(node) && existsSync(record) && readFileSync(record, "utf8") === wanted) return false;
  if (!installedAsLocked()) return true;
  mkdirSync(dirname(record), { recursive: true });
  writeFileSync(record, wanted);
  return false;
}

/**
 * Whether somebody's `npm install` or `npm ci` has already installed what is locked: npm keeps a lock file of what it installed
 * in node_modules/.package-lock.json. Optional packages for other platforms are in the one and not in the other.
 */
function installedAsLocked() {
  const hidden = join(root, "node_modules", ".package-lock.json");
  if (!existsSync(hidden) || !existsSync(node)) return false;
  const locked = packages(lockfile);
  const installed = packages(hidden);
  const differs = Object.entries(locked).some(([path, wanted]) => {
    const found = installed[path];
    return found === undefined ? !(wanted.optional || wanted.devOptional) : found.integrity !== wanted.integrity;
  });
  return !differs && Object.keys(installed).every((path) => path in locked);
}

function packages(path) {
  const all = { ...JSON.parse(readFileSync(path, "utf8")).packages };
  delete all[""];
  return all;
}

/** Installs exactly what package-lock.json says. Two at once in one checkout would delete each other's files, so they take turns. */
export async function installPackages() {
  const turn = join(cache, "locks", `npm-${sha256(root).slice(0, 16)}`);
  const onWait = (pid) => say(`waiting for process ${pid}, which installs npm packages in this checkout`);
  await withLock(turn, onWait, async () => {
    if (!npmIsStale()) return;
    const started = Date.now();
    say("installing npm packages");
    await npmCi();
    if (npmIsStale()) throw new Error(`npm ci ended well, but node_modules differs from ${lockfile}`);
    say(`installed npm packages in ${duration(Date.now() - started)}`);
  });
}

/** Install scripts of packages are never run: the one that we have (of @pulumi/kubernetes) only tries a download. */
function npmCi() {
  return run("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], { cwd: root });
}

function sha256(content) {
  return createHash("sha256").update(content).digest("hex");
}
