import { exactInteger, fits64Bits } from "../exact-json.ts";

/** What Kubernetes takes an unquoted YAML scalar for. A number that it does not take has a problem instead of a value. */
export type Scalar =
  | { readonly type: "null"; readonly value: null }
  | { readonly type: "bool"; readonly value: boolean }
  | { readonly type: "int" | "float"; readonly value: number | bigint }
  | { readonly type: "str"; readonly value: string }
  | { readonly type: "int" | "float"; readonly problem: string };

const NULLS = new Set(["", "~", "null", "Null", "NULL"]);
const TRUES = new Set(["y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"]);
const FALSES = new Set(["n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"]);
const NOT_FINITE = /^(?:[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/;
const FLOAT = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/;
const POINT_FLOAT = /^\.[0-9]+(?:_[0-9]+)*(?:[eE][-+]?[0-9]+)?$/;
const INTEGER =
  /^(?<sign>[-+]?)(?:0[xX](?<hex>[0-9a-fA-F]+)|0[bB](?<binary>[01]+)|0[oO]?(?<octal>[0-7]+)|(?<decimal>0|[1-9][0-9]*))$/;
/** A float has up to 309 before its point. */
const MAX_DIGITS = 400;

/**
 * Resolves an unquoted scalar as sigs.k8s.io/yaml does (go.yaml.in/yaml/v2, resolve.go): `yes` and `on` are booleans, `0644` is octal,
 * `1_000` is a number; times and dates stay text.
 */
export function resolvePlain(text: string): Scalar {
  if (NULLS.has(text)) return { type: "null", value: null };
  if (TRUES.has(text)) return { type: "bool", value: true };
  if (FALSES.has(text)) return { type: "bool", value: false };
  if (NOT_FINITE.test(text)) return { type: "float", problem: "a number must be finite" };
  if (text.startsWith("."))
    return POINT_FLOAT.test(text) ? float(text.replaceAll("_", ""), text) : { type: "str", value: text };
  return /^[-+0-9]/.test(text) ? resolveNumber(text) : { type: "str", value: text };
}

function resolveNumber(text: string): Scalar {
  const plain = text.replaceAll("_", "");
  const groups = INTEGER.exec(plain)?.groups;
  if (groups !== undefined && plain.length > MAX_DIGITS)
    return { type: "int", problem: `a number has at most ${MAX_DIGITS} digits` };
  const integer = groups === undefined ? undefined : integerOf(groups);
  if (integer !== undefined && fits64Bits(integer)) return { type: "int", value: exactInteger(integer) };
  return FLOAT.test(plain) ? float(plain, text) : { type: "str", value: text };
}

function integerOf({ sign, hex, binary, octal, decimal }: Readonly<Record<string, string | undefined>>): bigint {
  const magnitude = BigInt(hex ? `0x${hex}` : binary ? `0b${binary}` : octal ? `0o${octal}` : (decimal ?? "0"));
  return sign === "-" ? -magnitude : magnitude;
}

/** Beyond the range of a float Go keeps the text. */
function float(digits: string, text: string): Scalar {
  const value = Number(digits);
  return Number.isFinite(value) ? { type: "float", value } : { type: "str", value: text };
}
