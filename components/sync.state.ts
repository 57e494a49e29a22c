import { canonicalJson } from "./manifest/json.ts";
import type { CheckedInputs, Policy, SyncOutputs } from "./sync.protocol.ts";
import { PROTOCOL } from "./sync.protocol.ts";

// How inputs and outputs stand in the state. Most of it is text: the engine copies every value of a resource several times in each run.

/** Inputs as the state has them. */
export interface StoredInputs extends Omit<CheckedInputs, "policy"> {
  /** `Policy` as JSON; an object in states of older code. */
  readonly policy: string | Policy;
}

/** @param inputs also those that the program gave, where they are refused */
export function foldInputs<T extends Pick<CheckedInputs, "policy">>(inputs: T): Omit<T, "policy"> & { policy: string } {
  return { ...inputs, policy: canonicalJson(inputs.policy) };
}

/** `T` with its policy, if it has one, as an object. */
type Unfolded<T> = { [K in keyof T]: K extends "policy" ? Policy : T[K] };

export function unfoldInputs<T extends Partial<StoredInputs>>(stored: T): Unfolded<T> {
  const { policy } = stored;
  if (typeof policy !== "string") return stored as Unfolded<T>;
  return { ...stored, policy: JSON.parse(policy) as Policy } as Unfolded<T>;
}

/** What the program asks of the outputs. */
const OBSERVED = [
  ...(["revision", "images", "builtAt", "inventory", "complete", "drift"] as const),
  ...(["health", "healthy", "history", "conditions"] as const),
];

export type Observed = Pick<SyncOutputs, (typeof OBSERVED)[number]>;

/** Everything that is known of an Application, each by its name. */
export interface FlatOutputs extends SyncOutputs {
  /** What was applied and the inputs beside it do not say: JSON, Brotli, base64. */
  readonly packed: string;
}

/** Outputs as the state has them. What the program asks for is one: the SDK takes some fifty promises for each that it hands on. */
export interface StoredOutputs extends Pick<FlatOutputs, "protocol" | "cluster" | "secrets" | "packed"> {
  /** What the program asks for: `Observed` as JSON. */
  readonly observed: string;
  /** The rest, as JSON; `cluster` and `secrets` may be secret, which the engine has to know. */
  readonly details: string;
}

/** In states of older code: `observed` is an object, and in protocol 1 all stand beside each other. */
export type OlderOutputs = FlatOutputs | (Omit<FlatOutputs, keyof Observed> & { readonly observed: Observed });

type Details = Omit<FlatOutputs, keyof Observed | keyof StoredOutputs>;

export function foldOutputs({ cluster, secrets, packed, ...outputs }: FlatOutputs): StoredOutputs {
  const isObserved = ([name]: readonly [string, unknown]) => (OBSERVED as readonly string[]).includes(name);
  // What the SDK needs to find its provider it adds by itself.
  const entries = Object.entries({ ...outputs, protocol: undefined, __provider: undefined });
  const observed = canonicalJson(Object.fromEntries(entries.filter(isObserved)));
  const details = canonicalJson(Object.fromEntries(entries.filter((entry) => !isObserved(entry))));
  return { protocol: PROTOCOL, cluster, secrets, packed, observed, details };
}

export function unfoldOutputs(stored: StoredOutputs | OlderOutputs): FlatOutputs {
  if (!("observed" in stored)) return stored;
  const { observed, ...rest } = stored;
  if (!("details" in rest)) return { ...rest, ...unfoldObserved(observed) };
  const { details, ...apart } = rest;
  return { ...(JSON.parse(details) as Details), ...unfoldObserved(observed), ...apart };
}

/** @param observed as the engine answers the program: in states of older code an object */
export function unfoldObserved(observed: string | Observed): Observed {
  return typeof observed === "string" ? (JSON.parse(observed) as Observed) : observed;
}
