import { isList, isMembers, member } from "../json.ts";
import type { Members } from "../json.ts";

/** What stands at a path of member names; undefined when anything on the way is absent. */
export function read(object: unknown, ...names: readonly string[]): unknown {
  return names.reduce<unknown>((value, name) => (isMembers(value) ? member(value, name) : undefined), object);
}

export function readNumber(object: unknown, ...names: readonly string[]): number | undefined {
  const value = read(object, ...names);
  return typeof value === "number" ? value : undefined;
}

export function readText(object: unknown, ...names: readonly string[]): string {
  const value = read(object, ...names);
  return typeof value === "string" ? value : "";
}

export function readList(object: unknown, ...names: readonly string[]): readonly Members[] {
  const value = read(object, ...names);
  return isList(value) ? value.filter(isMembers) : [];
}

export interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason: string;
  readonly message: string;
  /** Generation of the object that the condition is about; many controllers leave it out. */
  readonly observedGeneration: number | undefined;
}

export function toCondition(value: Members): Condition {
  return {
    type: readText(value, "type"),
    status: readText(value, "status"),
    reason: readText(value, "reason"),
    message: readText(value, "message"),
    observedGeneration: readNumber(value, "observedGeneration"),
  };
}

export function conditionsOf(object: unknown): readonly Condition[] {
  return readList(object, "status", "conditions").map(toCondition);
}

export function conditionOf(object: unknown, type: string): Condition | undefined {
  return conditionsOf(object).find((condition) => condition.type === type);
}

/** `message`, else `reason`, else the fallback: conditions fill either or none. */
export function causeOf({ message, reason }: Pick<Condition, "message" | "reason">, fallback: string): string {
  return message !== "" ? message : reason !== "" ? reason : fallback;
}
