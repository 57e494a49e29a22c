import { readDocuments } from "../application/document.ts";
import type { FieldTable } from "../application/fields.ts";
import type { SourceFile } from "../application/resources.ts";
import type { Place, Reader } from "../application/reader.ts";
import {
  fail,
  optional,
  readFields,
  readFlag,
  readInteger,
  readList,
  readText,
  required,
} from "../application/reader.ts";
import type { Failure } from "../error.ts";
import {
  readAddress,
  readCa,
  readCredentials,
  readDefaultNamespace,
  readExpiry,
  readSortMode,
} from "./registries-conf-values.ts";

/** One entry of Image Updater's `registries.conf`. */
export interface RegistrySettings {
  readonly name: string;
  /** `registry.example.com` or `registry.example.com/team`; "" only for the default registry. */
  readonly prefix: string;
  readonly apiUrl: string;
  /** Accepted for a registry on this machine; certificates are always checked. */
  readonly insecure: boolean;
  /** Asked for images that name no registry. */
  readonly default: boolean;
  /** Requests per second. */
  readonly limit?: number;
  /** In one of the forms of `parsePullSecret`. */
  readonly credentials?: string;
  /** How long credentials hold, in milliseconds; absent is for ever. */
  readonly credentialsExpireMs?: number;
  /** Which end of the list the registry adds new tags to, where its order is that of the builds. */
  readonly newest?: "first" | "last";
  /** Certificates in PEM that this registry may be signed by, beside those the system trusts. */
  readonly ca?: { readonly file: string } | { readonly data: string };
  /** Host that hands out the registry's tokens, when it is not the registry's own. Image Updater has no such field. */
  readonly realm?: string;
}

export interface ParsedRegistries {
  readonly registries: readonly RegistrySettings[];
  readonly failures: readonly Failure[];
}

const ROOT: FieldTable = { registries: "read" };
const FIELDS: FieldTable = {
  name: "read",
  prefix: "read",
  api_url: "read",
  insecure: "read",
  default: "read",
  limit: "read",
  credentials: "read",
  realm: "read",
  defaultns: "read",
  // A probe that Image Updater makes no use of.
  ping: "ignored",
  credsexpire: "read",
  tagsortmode: "read",
  ca_file: "read",
  ca_data: "read",
};

/** Reads a `registries.conf` of Argo CD Image Updater; every mistake at once. */
export function parseRegistriesConf({ file, text }: SourceFile): ParsedRegistries {
  const { documents, failures } = readDocuments(file, text);
  const read = documents.map((document) => {
    const reader: Reader = { file, document, failures: [...document.failures] };
    const root: Place = { node: document.root, path: "", at: document.root };
    const list = optional(reader, readFields(reader, root, ROOT), "registries", readList) ?? [];
    const registries = list.flatMap((place) => readRegistry(reader, place) ?? []);
    return { registries, failures: reader.failures };
  });
  const registries = read.flatMap((one) => one.registries);
  const broken = [...failures, ...read.flatMap((one) => one.failures), ...checkTogether(file, registries)];
  return { registries: broken.length === 0 ? registries : [], failures: broken };
}

function readRegistry(reader: Reader, place: Place): RegistrySettings | undefined {
  const fields = readFields(reader, place, FIELDS);
  if (fields === undefined) return undefined;
  const name = required(reader, place, fields, "name", readText);
  const url = required(reader, place, fields, "api_url", readAddress);
  const insecure = optional(reader, fields, "insecure", readFlag) ?? false;
  const insecurePlace = fields.get("insecure");
  if (insecure && url?.startsWith("https:") === true && insecurePlace !== undefined) {
    fail(reader, insecurePlace, "not supported yet for https: name its certificate in ca_file or ca_data");
  }
  optional(reader, fields, "defaultns", readDefaultNamespace);
  const prefix = optional(reader, fields, "prefix", readText) ?? "";
  const limit = optional(reader, fields, "limit", readInteger) ?? 0;
  const credentials = optional(reader, fields, "credentials", readCredentials);
  const realm = optional(reader, fields, "realm", readText);
  const credentialsExpireMs = optional(reader, fields, "credsexpire", readExpiry);
  const newest = optional(reader, fields, "tagsortmode", readSortMode);
  const ca = readCa(reader, fields);
  const isDefault = optional(reader, fields, "default", readFlag) ?? prefix === "";
  if (name === undefined || url === undefined) return undefined;
  return {
    ...{ name, prefix: prefix.toLowerCase(), apiUrl: url, insecure, default: isDefault },
    ...(limit > 0 ? { limit } : {}),
    ...(credentials === undefined ? {} : { credentials }),
    ...(realm === undefined ? {} : { realm }),
    ...(credentialsExpireMs === undefined ? {} : { credentialsExpireMs }),
    ...(newest === undefined || newest === "unsorted" ? {} : { newest }),
    ...(ca === undefined ? {} : { ca }),
  };
}

function checkTogether(file: string, registries: readonly RegistrySettings[]): readonly Failure[] {
  const failures: Failure[] = [];
  const defaults = registries.filter((registry) => registry.default).map(({ name }) => name);
  if (defaults.length > 1) {
    const reason = `expected one default registry (one without prefix is), found ${defaults.join(", ")}`;
    failures.push({ file, property: "registries", reason });
  }
  const prefixes = registries.map(({ prefix }) => prefix).filter((prefix) => prefix !== "");
  for (const prefix of new Set(prefixes.filter((one, index) => prefixes.indexOf(one) !== index))) {
    failures.push({ file, property: "registries", reason: `the prefix ${prefix} is given twice` });
  }
  return failures;
}
