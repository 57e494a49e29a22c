import type { GateArgs } from "../components/index.ts";
import type { Decoder } from "./decode.ts";
import { record, refuse, text } from "./decode.ts";
import { decodePeriod } from "./image-keys.ts";

/** The same names as in the configuration file, where a duration is text. */
interface GateKeys {
  readonly stack: string;
  readonly file: string;
  readonly healthyFor: number;
}

const GATE_KEYS = record<GateKeys>({
  stack: text("the name of a stack", (value) => /^[\w.-]+(?:\/[\w.-]+){0,2}$/.test(value)),
  file: text("a file"),
  healthyFor: decodePeriod,
});

/** `gitops:gate`; an empty map is none. */
export const decodeGate: Decoder<GateArgs> = (value, place) => {
  const mistakes = place.failures.length;
  const keys = GATE_KEYS(value, place);
  if (keys === undefined || Object.keys(keys).length === 0 || place.failures.length > mistakes) return undefined;
  const { healthyFor, ...source } = keys;
  if ((source.stack === undefined) === (source.file === undefined)) {
    refuse(place, "either stack or file", source.stack === undefined ? undefined : "both");
    return undefined;
  }
  if (healthyFor !== undefined) return { ...source, healthyForMs: healthyFor };
  refuse({ ...place, property: `${place.property}.healthyFor` }, 'a duration like "30m"', undefined);
  return undefined;
};
