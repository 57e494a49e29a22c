import { parseDuration } from "../application/duration.ts";
import { quote } from "../application/quote.ts";
import { fail, optional, readFields, readFlag, readText, required } from "../application/reader.ts";
import type { Fields, Place, Reader } from "../application/reader.ts";
import { PROJECT_FIELDS } from "./fields.ts";
import type { SyncWindow } from "./project.ts";
import { readEach, readPattern } from "./read.ts";
import { isTimeZone, refuseSchedule } from "./schedule.ts";

const LISTS = ["applications", "namespaces", "clusters"] as const;

export function readWindows(reader: Reader, place: Place): readonly SyncWindow[] {
  return readEach(reader, place, readWindow);
}

function readWindow(reader: Reader, place: Place): SyncWindow | undefined {
  const fields = readFields(reader, place, PROJECT_FIELDS["spec.syncWindows"]);
  if (fields === undefined) return undefined;
  const kind = required(reader, place, fields, "kind", readKind);
  const schedule = required(reader, place, fields, "schedule", readSchedule);
  const durationMs = required(reader, place, fields, "duration", readDuration);
  const timeZone = optional(reader, fields, "timeZone", readTimeZone);
  const whom = readLists(reader, place, fields);
  const flag = (name: string) => optional(reader, fields, name, readFlag) ?? false;
  const flags = { manualSync: flag("manualSync"), andOperator: flag("andOperator"), syncOverrun: flag("syncOverrun") };
  if (kind === undefined || schedule === undefined || durationMs === undefined) return undefined;
  return { kind, schedule, durationMs, ...(timeZone === undefined ? {} : { timeZone }), ...whom, ...flags };
}

function readLists(reader: Reader, place: Place, fields: Fields): Pick<SyncWindow, (typeof LISTS)[number]> {
  const list = (name: string) =>
    optional(reader, fields, name, (_, items) => readEach(reader, items, readPattern)) ?? [];
  if (!LISTS.some((name) => fields.has(name)))
    fail(reader, place, `expected at least one of ${LISTS.join(", ")}, found none: the window would concern nothing`);
  return { applications: list("applications"), namespaces: list("namespaces"), clusters: list("clusters") };
}

function readKind(reader: Reader, place: Place): "allow" | "deny" | undefined {
  const text = readText(reader, place);
  if (text === undefined || text === "allow" || text === "deny") return text;
  fail(reader, place, `expected allow or deny, found ${quote(text)}`);
  return undefined;
}

function readSchedule(reader: Reader, place: Place): string | undefined {
  const text = readText(reader, place);
  const refusal = text === undefined ? undefined : refuseSchedule(text);
  if (text === undefined || refusal === undefined) return text;
  fail(reader, place, `${refusal}, found ${quote(text)}`);
  return undefined;
}

function readDuration(reader: Reader, place: Place): number | undefined {
  const text = readText(reader, place);
  const duration = text === undefined || /^\d+$/.test(text) ? undefined : parseDuration(text);
  if (text === undefined || (duration !== undefined && duration > 0)) return duration;
  fail(reader, place, `expected a duration like "1h30m", found ${quote(text)}`);
  return undefined;
}

function readTimeZone(reader: Reader, place: Place): string | undefined {
  const text = readText(reader, place);
  if (text === undefined || text === "" || isTimeZone(text)) return text === "" ? undefined : text;
  fail(reader, place, `expected a time zone like "Europe/Berlin", found ${quote(text)}`);
  return undefined;
}
