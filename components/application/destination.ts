import type { Destination } from "./application.ts";
import { FIELDS } from "./fields.ts";
import { isDnsLabel } from "./names.ts";
import { quote } from "./quote.ts";
import { fail, optional, readFields, readText, required } from "./reader.ts";
import type { Place, Reader } from "./reader.ts";

export function readDestination(reader: Reader, place: Place): Destination | undefined {
  const fields = readFields(reader, place, FIELDS["spec.destination"]);
  if (fields === undefined) return undefined;
  const namespace = required(reader, place, fields, "namespace", readNamespace);
  const server = optional(reader, fields, "server", readServer);
  const name = optional(reader, fields, "name", readText);
  if (fields.has("server") === fields.has("name")) {
    const found = fields.has("server") ? "both" : "neither";
    fail(reader, place, `expected exactly one of server and name, found ${found}`);
    return undefined;
  }
  if (namespace === undefined || (server === undefined && name === undefined)) return undefined;
  return { ...(server === undefined ? {} : { server }), ...(name === undefined ? {} : { name }), namespace };
}

function readServer(reader: Reader, place: Place): string | undefined {
  const text = readText(reader, place);
  if (text === undefined) return undefined;
  const url = URL.parse(text);
  if (url?.protocol === "https:" && url.username === "" && url.password === "") return text;
  const expected = "expected the URL of an API server without user and password, like https://kubernetes.default.svc";
  fail(reader, place, expected);
  return undefined;
}

function readNamespace(reader: Reader, place: Place): string | undefined {
  const text = readText(reader, place);
  if (text === undefined || isDnsLabel(text)) return text;
  fail(reader, place, `expected the name of a namespace (RFC 1123 label), found ${quote(text)}`);
  return undefined;
}
