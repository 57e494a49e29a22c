import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { isRunning, self } from "./process.mjs";

/**
 * Runs `action` while this process holds the lock `file`. `onWait(pid)` is called once when another running process holds it.
 * A lock left behind by a process that is gone is taken over.
 */
export async function withLock(file, onWait, action) {
  mkdirSync(dirname(file), { recursive: true });
  for (let waits = 0; !acquire(file); waits++) {
    const owner = readOwner(file);
    if (owner !== undefined && !isRunning(owner)) takeAway(file, owner);
    else {
      if (waits === 0 && owner !== undefined) onWait(owner.pid);
      await delay(200);
    }
  }
  const release = () => rmSync(file, { force: true });
  process.once("exit", release);
  try {
    return await action();
  } finally {
    process.off("exit", release);
    release();
  }
}

/** The content must be there from the first moment, so the file is written aside and linked into place. */
function acquire(file) {
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, JSON.stringify(self()));
  try {
    linkSync(draft, file);
    return true;
  } catch (error) {
    if (error.code !== "EEXIST") throw error;
    return false;
  } finally {
    rmSync(draft);
  }
}

function readOwner(file) {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return undefined;
  }
}

/** Two waiters may find the same dead owner; whoever moved a living owner's lock away puts it back. */
function takeAway(file, owner) {
  const aside = `${file}.dead.${process.pid}`;
  try {
    renameSync(file, aside);
  } catch {
    return;
  }
  const moved = readOwner(aside);
  if (moved?.pid !== owner.pid || moved?.startTime !== owner.startTime) putBack(aside, file);
  rmSync(aside);
}

function putBack(aside, file) {
  try {
    linkSync(aside, file);
  } catch (error) {
    // Meanwhile somebody else has it. The work under a lock ends in renames, so two at once cost time and nothing else.
    if (error.code !== "EEXIST") throw error;
  }
}
