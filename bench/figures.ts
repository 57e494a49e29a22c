/** One number that a run is judged by. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: Unit;
  /** What cannot be beaten, or what it is compared with, in the same unit. */
  readonly roof?: Roof;
  /** `value` to the roof's. */
  readonly ratio?: number;
  readonly goal?: Goal;
  /** Absent without a goal. */
  readonly met?: boolean;
}

export type Unit = "s" | "CPU s" | "MB" | "kB" | "requests" | "writes" | "objects" | "a piece";

export interface Roof {
  readonly name: string;
  readonly value: number;
}

export interface Goal {
  readonly of: "value" | "ratio";
  readonly rule: "at most" | "exactly";
  readonly limit: number;
}

/** @param limit what the ratio to the roof may be; without one it is told and not judged */
export function toRoof(name: string, unit: Unit, value: number, roof: Roof, limit?: number): Figure {
  const ratio = value / roof.value;
  const told = { name, unit, value, roof, ratio };
  if (limit === undefined) return told;
  return { ...told, goal: { of: "ratio", rule: "at most", limit }, met: ratio <= limit };
}

export function atMost(name: string, unit: Unit, value: number, limit: number): Figure {
  return { name, unit, value, goal: { of: "value", rule: "at most", limit }, met: value <= limit };
}

export function exactly(name: string, unit: Unit, value: number, limit: number): Figure {
  return { name, unit, value, goal: { of: "value", rule: "exactly", limit }, met: value === limit };
}

export function told(name: string, unit: Unit, value: number): Figure {
  return { name, unit, value };
}
