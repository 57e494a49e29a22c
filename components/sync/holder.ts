import { randomBytes } from "node:crypto";
import { hostname, userInfo } from "node:os";

/** `kim@laptop`. */
export function describePerson(): string {
  return `${userName()}@${hostname()}`;
}

/** `kim@laptop, pid 4242, started 2026-05-04T03:02:01Z, 1f2e3d4c`: who writes, for people, and unlike any other process. */
export function describeHolder(): string {
  const started = new Date(performance.timeOrigin).toISOString().replace(/\.\d+Z$/, "Z");
  return `${describePerson()}, pid ${process.pid}, started ${started}, ${randomBytes(4).toString("hex")}`;
}

/** In a container the user may have a number only. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return `uid-${process.getuid?.() ?? "unknown"}`;
  }
}
