import { Cron } from "croner";

import { remember } from "../remember.ts";

const NAMES = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|sun|mon|tue|wed|thu|fri|sat";
const ATOM = `(?:\\d{1,2}|${NAMES})`;
const PART = `(?:\\*|\\?|${ATOM}(?:-${ATOM})?)(?:/\\d{1,2})?`;
const FIELD = new RegExp(`^${PART}(?:,${PART})*$`, "i");

/** Why a text is no schedule as Argo CD reads one: minute, hour, day of month, month, day of week. */
export function refuseSchedule(text: string): string | undefined {
  const fields = text.trim().split(/\s+/);
  if (fields.length !== 5 || !fields.every((field) => FIELD.test(field)))
    return 'expected five cron fields like "0 22 * * 1-5"';
  try {
    const never = openCron(text, "UTC").nextRun(new Date(0)) === null;
    return never ? "expected a schedule that ever comes" : undefined;
  } catch {
    return "expected cron fields within minute 0-59, hour 0-23, day 1-31, month 1-12, day of week 0-6";
  }
}

export function isTimeZone(text: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: text });
    return true;
  } catch {
    return false;
  }
}

/** The latest time of a schedule that is not after `now`. */
export function lastBefore(schedule: string, timeZone: string, now: Date): Date | undefined {
  // croner looks for earlier times only.
  return openCron(schedule, timeZone).previousRuns(1, new Date(now.getTime() + 1))[0];
}

/** The first time of a schedule after `now`. */
export function nextAfter(schedule: string, timeZone: string, now: Date): Date | undefined {
  return openCron(schedule, timeZone).nextRun(now) ?? undefined;
}

/** Nothing is ever started by it: it has no function to call. */
const openCron = remember(
  (schedule: string, timezone: string) =>
    new Cron(schedule.trim().replaceAll("?", "*"), { timezone, mode: "5-part", paused: true }),
);
