import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";

import { formatBuildDate, parseBuildDate } from "./build-date.ts";

describe("parseBuildDate", () => {
  it.each([
    ["2024-01-31T10:00:00Z", "2024-01-31T10:00:00Z"],
    ["2024-01-31T10:00:00.123456789Z", "2024-01-31T10:00:00.123456789Z"],
    ["2024-01-31T10:00:00.1234567891234Z", "2024-01-31T10:00:00.123456789Z"],
    ["2024-01-31t10:00:10.50z", "2024-01-31T10:00:10.5Z"],
    ["2024-01-31T23:30:00.25-01:30", "2024-02-01T01:00:00.25Z"],
    ["2024-01-31T01:00:00+02:00", "2024-01-30T23:00:00Z"],
  ])("reads %s", (text, expected) => expect(formatBuildDate(parseBuildDate(text)!)).toBe(expected));

  it.each([
    "",
    "yesterday",
    "2024-01-31",
    "2024-01-31 10:00:00",
    "2024-01-31T10:00:00",
    "2024-13-31T10:00:00Z",
    "2024-01-31T25:00:00Z",
    "20240131T100000Z",
    "9999-12-31T23:59:59-12:00",
  ])("reads %j as no date", (text) => expect(parseBuildDate(text)).toBeUndefined());

  it.each(["0001-01-01T00:00:00Z", "1970-01-01T00:00:00Z", "1980-01-01T00:00:01Z", "1981-01-01T00:00:00+01:00"])(
    "takes %s of a reproducible build for no date",
    (text) => expect(parseBuildDate(text)).toBeUndefined(),
  );

  it("gives texts in the order of the moments, whatever their zone", () => {
    const moment = fc.tuple(fc.integer({ min: 4e8, max: 4e9 }), fc.nat(999_999_999), fc.integer({ min: -14, max: 14 }));
    const text = ([seconds, nanos, zone]: [number, number, number]) => {
      const local = new Date((seconds + zone * 3600) * 1000).toISOString().slice(0, 19);
      const hours = String(Math.abs(zone)).padStart(2, "0");
      return `${local}.${String(nanos).padStart(9, "0")}${zone < 0 ? "-" : "+"}${hours}:00`;
    };
    fc.assert(
      fc.property(moment, moment, (a, b) => {
        const order = Math.sign(a[0] - b[0] || a[1] - b[1]);
        const [left, right] = [parseBuildDate(text(a))!, parseBuildDate(text(b))!];
        expect(left < right ? -1 : left > right ? 1 : 0).toBe(order);
      }),
    );
  });
});
