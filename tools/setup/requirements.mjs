import { spawnSync } from "node:child_process";
import { existsSync, statfsSync } from "node:fs";
import { dirname } from "node:path";
import { cache } from "./paths.mjs";

const GIGABYTE = 1e9;
/** Modules, build cache and binaries of a build from scratch. */
const DISK_FOR_BUILDS = 6 * GIGABYTE;

/**
 * What this machine lacks, all of it at once, one sentence each. Go, npm and disk space are asked for only when there is something to do:
 * `toBuild` are names of binaries, `toInstall` says whether npm packages are missing.
 */
export function missingRequirements({ toBuild, toInstall }) {
  const missing = [platform(), atLeast("Node", [20, 0], process.versions.node, "to run this script"), gitVersion()];
  if (toInstall && run("npm", ["--version"]) === undefined)
    missing.push("npm on PATH, to install packages: found none");
  if (toBuild.length > 0) missing.push(goVersion(toBuild), diskSpace());
  return missing.filter((sentence) => sentence !== undefined);
}

function platform() {
  const found = `${process.platform} ${process.arch}`;
  return found === "linux x64"
    ? undefined
    : `linux x64 (kubectl, helm and Node 24 come prebuilt for it): found ${found}`;
}

function gitVersion() {
  return atLeast("git", [2, 39], run("git", ["--version"]), "to fetch and to serve repositories");
}

function goVersion(toBuild) {
  return atLeast("Go", [1, 26], run("go", ["env", "GOVERSION"]), `on PATH, to build ${toBuild.join(", ")}`);
}

function diskSpace() {
  const goCache = run("go", ["env", "GOCACHE"]);
  for (const folder of [cache, goCache]) {
    if (folder === undefined) continue;
    const { bavail, bsize } = statfsSync(nearestExisting(folder));
    const free = bavail * bsize;
    if (free < DISK_FOR_BUILDS) return `6 GB free for ${folder}, to build: found ${(free / GIGABYTE).toFixed(1)} GB`;
  }
  return undefined;
}

function nearestExisting(folder) {
  return existsSync(folder) ? folder : nearestExisting(dirname(folder));
}

/** Compares the first `major.minor` in `text`, which may be a program's whole answer to `--version`. */
export function atLeast(program, [major, minor], text, purpose) {
  const expected = `${program} ${major}.${minor} or newer ${purpose}`;
  const found = /(\d+)\.(\d+)/.exec(text ?? "");
  if (found === null) return `${expected}: found none`;
  const enough = Number(found[1]) > major || (Number(found[1]) === major && Number(found[2]) >= minor);
  return enough ? undefined : `${expected}: found ${text}`;
}

function run(command, args) {
  const { status, stdout } = spawnSync(command, args, { encoding: "utf8" });
  return status === 0 ? stdout.trim() : undefined;
}
