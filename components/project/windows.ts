import { isMatch } from "./glob.ts";
import type { ClusterNames, SyncWindow, Window } from "./project.ts";
import { lastBefore, nextAfter } from "./schedule.ts";

/** An Application as windows name it. */
export interface WindowSubject {
  readonly application: string;
  readonly namespace: string;
  readonly cluster: ClusterNames;
}

export type WindowDecision =
  | { readonly open: true }
  /** `manual`: whether a person may sync all the same. */
  | { readonly open: false; readonly reason: string; readonly manual: boolean };

/** How every such sentence begins. */
export const CLOSED = "its sync window is closed";
const OPEN: WindowDecision = { open: true };
/** How many beginnings and ends are looked at for the next time that is open. */
const LOOKS = 100;

/** The windows that concern an Application, without the patterns that say so. */
export function windowsFor(windows: readonly SyncWindow[], subject: WindowSubject): readonly Window[] {
  return windows
    .filter((window) => concerns(window, subject))
    .map(({ kind, schedule, durationMs, timeZone, manualSync, syncOverrun }) => ({
      ...{ kind, schedule, durationMs },
      ...(timeZone === undefined ? {} : { timeZone }),
      ...(manualSync === true ? { manualSync } : {}),
      ...(syncOverrun === true ? { syncOverrun } : {}),
    }));
}

function concerns(window: SyncWindow, { application, namespace, cluster }: WindowSubject): boolean {
  const { server, name } = cluster;
  const verdicts = [
    judge(window.applications, [application]),
    judge(window.namespaces, [namespace]),
    judge(
      window.clusters,
      [server, name].filter((text) => text !== undefined),
    ),
  ].filter((verdict) => verdict !== undefined);
  return verdicts.length > 0 && (window.andOperator ? verdicts.every(Boolean) : verdicts.some(Boolean));
}

/** Undefined when the list asks for nothing. */
function judge(patterns: readonly string[], texts: readonly string[]): boolean | undefined {
  return patterns.length === 0 ? undefined : patterns.some((pattern) => texts.some((text) => isMatch(pattern, text)));
}

/**
 * Whether a sync may begin. An active deny window closes, otherwise an active allow window opens, otherwise any allow window closes,
 * and without windows it is open (argo-cd, SyncWindows.CanSync).
 */
export function decideWindows(windows: readonly Window[], now: Date): WindowDecision {
  const active = windows.filter((window) => isActive(window, now));
  const denying = active.filter(({ kind }) => kind === "deny");
  const allowing = windows.filter(({ kind }) => kind === "allow");
  if (denying.length > 0) return closed(windows, denying, now);
  if (allowing.length === 0 || allowing.some((window) => active.includes(window))) return OPEN;
  return closed(windows, allowing, now);
}

/** From its beginning on, up to its end, which is not part of it. */
function isActive({ schedule, durationMs, timeZone = "UTC" }: Window, now: Date): boolean {
  const start = lastBefore(schedule, timeZone, now);
  return start !== undefined && now.getTime() < start.getTime() + durationMs;
}

function closed(windows: readonly Window[], causes: readonly Window[], now: Date): WindowDecision {
  const [first] = causes;
  const what = first?.kind === "deny" ? "a deny window is active" : "no allow window is active";
  const next = nextOpening(windows, now);
  const until =
    next === undefined ? "it does not open in the foreseeable future" : `it opens at ${formatTime(next, first)}`;
  const schedules = causes.map(describe).join(", ");
  const manual = causes.every(({ manualSync }) => manualSync === true);
  return { open: false, reason: `${CLOSED}: ${what} (${schedules}); ${until}`, manual };
}

function describe({ schedule, durationMs, timeZone = "UTC" }: Window): string {
  const minutes = Math.round(durationMs / 60_000);
  const [hours, rest] = [Math.floor(minutes / 60), minutes % 60];
  const duration = `${hours > 0 ? `${hours}h` : ""}${rest > 0 || hours === 0 ? `${rest}m` : ""}`;
  return `"${schedule}" ${timeZone} for ${duration}`;
}

function formatTime(time: Date, window: Window | undefined): string {
  const iso = `${time.toISOString().slice(0, 16).replace("T", " ")} UTC`;
  const timeZone = window?.timeZone ?? "UTC";
  if (timeZone === "UTC") return iso;
  const local = time.toLocaleString("sv", { timeZone, dateStyle: "short", timeStyle: "short" });
  return `${local} ${timeZone} (${iso})`;
}

/** The first beginning or end of a window at which the decision is to open. */
function nextOpening(windows: readonly Window[], now: Date): Date | undefined {
  let phases = windows.map((window) => phaseOf(window, now));
  for (let look = 0; look < LOOKS; look++) {
    const changes = phases.flatMap(({ changes }) => changes);
    if (changes.length === 0) return undefined;
    const at = new Date(Math.min(...changes));
    phases = windows.map((window) => phaseOf(window, at));
    if (isOpen(phases)) return at;
  }
  return undefined;
}

/** A window at one moment, and when that may change. */
interface Phase {
  readonly kind: Window["kind"];
  readonly active: boolean;
  readonly changes: readonly number[];
}

function phaseOf({ kind, schedule, durationMs, timeZone = "UTC" }: Window, at: Date): Phase {
  const start = nextAfter(schedule, timeZone, at)?.getTime();
  const end = (lastBefore(schedule, timeZone, at)?.getTime() ?? -Infinity) + durationMs;
  const active = at.getTime() < end;
  return { kind, active, changes: [...(start === undefined ? [] : [start]), ...(active ? [end] : [])] };
}

function isOpen(phases: readonly Phase[]): boolean {
  if (phases.some(({ kind, active }) => kind === "deny" && active)) return false;
  return phases.some(({ active }) => active) || !phases.some(({ kind }) => kind === "allow");
}
