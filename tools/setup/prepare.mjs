import { existsSync } from "node:fs";
import { join } from "node:path";
import { linkBin } from "./bin.mjs";
import { buildMissing, goBinaries } from "./go-builds.mjs";
import { packedBinaries, unpackMissing } from "./kubectl.mjs";
import { withLock } from "./lock.mjs";
import { installPackages, npmIsStale } from "./npm.mjs";
import { cache } from "./paths.mjs";
import { say } from "./progress.mjs";
import { missingRequirements } from "./requirements.mjs";

/**
 * Makes the checkout ready to use: npm packages and, unless `npmOnly`, the programs of the test bed. Does only what is not done yet.
 * Returns whether there was anything to do. Throws one error that lists everything the machine lacks, before anything is changed.
 */
export async function prepare({ npmOnly = false } = {}) {
  const built = goBinaries();
  const packed = packedBinaries();
  const toInstall = npmIsStale();
  const missing = npmOnly ? [] : [...built, ...packed].filter(isMissing);
  refuseUnready({ toInstall, toBuild: built.filter((binary) => missing.includes(binary)) });
  if (toInstall) await installPackages();
  if (missing.length > 0) await makeBinaries(built, packed);
  if (![...built, ...packed].some(isMissing)) linkBin([...built, ...packed]);
  return toInstall || missing.length > 0;
}

function isMissing({ file }) {
  return !existsSync(file);
}

function refuseUnready({ toInstall, toBuild }) {
  const lacks = missingRequirements({ toInstall, toBuild: toBuild.map(({ name }) => name) });
  if (lacks.length === 0) return;
  throw new Error(
    `this machine lacks what setup needs; nothing was changed\n${lacks.map((lack) => `  - ${lack}`).join("\n")}`,
  );
}

async function makeBinaries(built, packed) {
  const onWait = (pid) => say(`waiting for process ${pid}, which builds the same binaries`);
  await withLock(join(cache, "locks", "tools"), onWait, async () => {
    unpackMissing(packed);
    await buildMissing(built);
  });
}
