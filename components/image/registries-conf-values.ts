import { parseDuration } from "../application/duration.ts";
import { quote } from "../application/quote.ts";
import type { Fields, Place, Reader } from "../application/reader.ts";
import { fail, optional, readText } from "../application/reader.ts";
import { checkPullSecret } from "./pull-secret.ts";
import type { RegistrySettings } from "./registries-conf.ts";
import { checkAddress } from "./registry-endpoint.ts";

// The values of one entry of registries.conf. Each function answers undefined after it has added what is wrong.

export function readAddress(reader: Reader, place: Place): string | undefined {
  const text = readText(reader, place);
  if (text === undefined) return undefined;
  const url = URL.parse(text);
  const reason = url === null ? "expected an address such as https://registry.example.com" : checkAddress(url);
  if (reason !== undefined) fail(reader, place, reason);
  return reason === undefined ? text : undefined;
}

export function readCredentials(reader: Reader, place: Place): string | undefined {
  const text = readText(reader, place);
  const reason = text === undefined ? undefined : checkPullSecret(text);
  if (reason === undefined) return text?.trim();
  fail(reader, place, reason);
  return undefined;
}

export function readExpiry(reader: Reader, place: Place): number | undefined {
  const text = readText(reader, place);
  const duration = text === undefined ? undefined : parseDuration(text);
  if (text !== undefined && duration === undefined) fail(reader, place, `expected a duration such as "10h"`);
  return duration;
}

const SORT_MODES: Readonly<Record<string, "first" | "last" | "unsorted">> = {
  "latest-first": "first",
  "latest-last": "last",
  none: "unsorted",
  unsorted: "unsorted",
};

export function readSortMode(reader: Reader, place: Place): "first" | "last" | "unsorted" | undefined {
  const text = readText(reader, place)?.toLowerCase();
  if (text === undefined) return undefined;
  const mode = Object.hasOwn(SORT_MODES, text) ? SORT_MODES[text] : undefined;
  if (mode === undefined) fail(reader, place, `expected latest-first, latest-last or none, found ${quote(text)}`);
  return mode;
}

export function readCa(reader: Reader, fields: Fields): RegistrySettings["ca"] {
  const file = optional(reader, fields, "ca_file", readText);
  const data = optional(reader, fields, "ca_data", readText);
  const place = fields.get("ca_data");
  if (file !== undefined && place !== undefined) fail(reader, place, "expected ca_file or ca_data, found both");
  if (data !== undefined && place !== undefined && !data.includes("-----BEGIN CERTIFICATE-----"))
    fail(reader, place, "expected certificates in PEM");
  return file !== undefined ? { file } : data === undefined ? undefined : { data };
}

export function readDefaultNamespace(reader: Reader, place: Place): string | undefined {
  const text = readText(reader, place);
  if (text !== undefined && text !== "library") fail(reader, place, 'not supported yet; only "library" is');
  return text;
}
