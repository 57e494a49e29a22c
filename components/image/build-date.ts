// RFC 3339 section 5.6, which the OCI image configuration asks for.
const DATE = /^(\d{4}-\d{2}-\d{2})[Tt](\d{2}:\d{2}:\d{2})(?:\.(\d{1,9})\d*)?([Zz]|[+-]\d{2}:\d{2})$/;

/** Reproducible builds write an epoch instead of a date: 1970, or 1980 where files have to fit into a zip archive. */
const FIRST_YEAR = "1981";

/**
 * A moment in UTC with nanoseconds, in a form in which the later one is the greater text: `2024-01-31T10:00:00.000000000Z`.
 * Undefined when the text is no date, or one that says nothing about when the image was built.
 */
export function parseBuildDate(text: string): string | undefined {
  const [, day, time, fraction = "", zone] = DATE.exec(text.trim()) ?? [];
  if (day === undefined || time === undefined || zone === undefined) return undefined;
  const milliseconds = Date.parse(`${day}T${time}${zone.toUpperCase()}`);
  if (Number.isNaN(milliseconds)) return undefined;
  const [seconds = ""] = new Date(milliseconds).toISOString().split(".");
  return /^\d{4}-/.test(seconds) && seconds >= FIRST_YEAR ? `${seconds}.${fraction.padEnd(9, "0")}Z` : undefined;
}

/** For people: `2024-01-31T10:00:00Z`. */
export function formatBuildDate(date: string): string {
  return date.replace(/\.?0*Z$/, "Z");
}
