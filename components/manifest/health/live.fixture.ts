import type { Manifest } from "../object.ts";

type Fields = Readonly<Record<string, unknown>>;

/** A live object of generation 2, whose status is about generation 2 unless it says otherwise. */
export function live(apiVersion: string, kind: string, spec: Fields, status: Fields, annotations = {}): Manifest {
  return {
    apiVersion,
    kind,
    metadata: { name: "api", namespace: "qa", generation: 2, annotations },
    spec,
    status: { observedGeneration: 2, ...status },
  };
}

export function condition(type: string, status: string, reason = "", message = ""): Fields {
  return { type, status, reason, message };
}

/** A condition that the controller has not looked at since generation 1. */
export function old(fields: Fields): Fields {
  return { ...fields, observedGeneration: 1 };
}
