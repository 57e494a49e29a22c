import { readFileSync } from "node:fs";

/**
 * When a process started, in clock ticks since boot (field 22 of /proc/PID/stat, see proc(5)); undefined when it is gone or a zombie.
 * A process id alone proves nothing, because the kernel hands it out again: only id and start time together name a process.
 */
export function startTime(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The second field is the program's name in brackets and may hold spaces and brackets itself.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return fields[0] === "Z" ? undefined : Number(fields[19]);
  } catch {
    return undefined;
  }
}

/** This process, in the form that `isRunning` takes. */
export function self() {
  return { pid: process.pid, startTime: startTime(process.pid) };
}

/** Whether exactly this process still runs. */
export function isRunning({ pid, startTime: recorded }) {
  return recorded !== undefined && startTime(pid) === recorded;
}
