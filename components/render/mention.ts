import { memberPath, quote } from "../application/quote.ts";
import { isList, isMembers } from "../manifest/json.ts";
import type { Members } from "../manifest/json.ts";
import type { Use } from "./reference.ts";

/** A path as it is written, or a text that holds what a file could hold. */
export interface Mention {
  readonly use: Use;
  readonly text: unknown;
  readonly property: string;
}

export interface Wrong {
  readonly property: string;
  readonly reason: string;
}

/** What a part of a kustomization names. */
export interface Mentions {
  readonly mentions: readonly Mention[];
  readonly wrong: readonly Wrong[];
}

const PATCH = ["path", "patch", "target", "options"];
const REPLACEMENT = ["path", "source", "targets"];
const GENERATOR = ["name", "namespace", "behavior", "literals", "files", "envs", "env", "options", "type"];
const OPENAPI = ["path", "version"];

export function none(): Mentions {
  return { mentions: [], wrong: [] };
}

export function refuse(property: string, reason: string): Mentions {
  return { mentions: [], wrong: [{ property, reason }] };
}

export function join(parts: readonly Mentions[]): Mentions {
  return { mentions: parts.flatMap(({ mentions }) => mentions), wrong: parts.flatMap(({ wrong }) => wrong) };
}

/** `resources: [a.yaml, ../base]`. */
export function paths(use: Use, value: unknown, property: string): Mentions {
  return each(value, property, (text, place) => ({ mentions: [{ use, text, property: place }], wrong: [] }));
}

export function patches(value: unknown, property: string): Mentions {
  return items(value, property, PATCH, (patch, place) => path(patch, place));
}

export function replacements(value: unknown, property: string): Mentions {
  return items(value, property, REPLACEMENT, (replacement, place) => path(replacement, place));
}

export function generators(value: unknown, property: string): Mentions {
  return items(value, property, GENERATOR, sources);
}

export function openapi(value: unknown, property: string): Mentions {
  return isMembers(value)
    ? join([unknownKeys(value, property, OPENAPI), path(value, property)])
    : refuse(property, "expected a map");
}

/** The `files`, `envs` and `env` of a generator; a file may have a key before its path (`key=path`). */
export function sources(generator: Members, property: string): Mentions {
  const { files, envs, env } = generator;
  const keyless = (text: unknown) => (typeof text === "string" ? text.replace(/^[^=]*=/, "") : text);
  return join([
    each(files, `${property}.files`, (text, place) => ({
      mentions: [{ use: "file", text: keyless(text), property: place }],
      wrong: [],
    })),
    paths("file", envs, `${property}.envs`),
    env === undefined ? none() : { mentions: [{ use: "file", text: env, property: `${property}.env` }], wrong: [] },
  ]);
}

export function path(holder: Members, property: string): Mentions {
  const { path: text } = holder;
  if (text === undefined || text === null || text === "") return none();
  return { mentions: [{ use: "file", text, property: `${property}.path` }], wrong: [] };
}

function items(
  value: unknown,
  property: string,
  keys: readonly string[],
  read: (item: Members, place: string) => Mentions,
): Mentions {
  return each(value, property, (item, place) =>
    isMembers(item) ? join([unknownKeys(item, place, keys), read(item, place)]) : refuse(place, "expected a map"),
  );
}

function each(value: unknown, property: string, read: (item: unknown, place: string) => Mentions): Mentions {
  if (value === undefined || value === null) return none();
  if (!isList(value)) return refuse(property, "expected a list");
  return join(value.map((item, index) => read(item, `${property}[${index}]`)));
}

/** Kustomize reads keys in any case, so an unknown one could be a known one in disguise. */
export function unknownKeys(holder: Members, property: string, known: readonly string[]): Mentions {
  const unknown = Object.keys(holder).filter((key) => !known.includes(key));
  return join(unknown.map((key) => refuse(memberPath(property, key), `unknown key ${quote(key)}`)));
}
