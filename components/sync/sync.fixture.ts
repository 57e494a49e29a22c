import type { CheckedInputs, Policy, ProgramInputs, SyncOutputs } from "../sync.protocol.ts";
import { PROTOCOL } from "../sync.protocol.ts";

export const POLICY: Policy = {
  ...{
    namespace: "qa",
    createNamespace: true,
    automated: true,
    prune: true,
    selfHeal: true,
    allowEmpty: false,
    adopt: false,
  },
  retry: { limit: 5, backoff: { durationMs: 5000, factor: 2, maxDurationMs: 180_000 } },
  ...{ wait: "healthy", timeoutMs: 300_000, cascade: "foreground", protect: false, people: [] },
};

const IDENTITY = {
  environment: "qa",
  application: "web",
  cluster: { kind: "kubeconfig" },
  resourceUrn: "urn:web",
  revision: "c0ffee",
  policy: POLICY,
  secrets: { key: "key", values: {} },
} as const;

export function inputsWith(manifests: Readonly<Record<string, string>>): CheckedInputs {
  return { ...IDENTITY, manifests, images: {}, claim: "claim", health: "Healthy" };
}

export function desiredWith(manifests: Readonly<Record<string, string>>): ProgramInputs {
  return { ...IDENTITY, secrets: { values: {} }, manifests, candidates: {}, pins: {} };
}

export function outputsWith(given: Partial<SyncOutputs>): SyncOutputs {
  return {
    ...{ ...IDENTITY, images: {}, claim: "claim", protocol: PROTOCOL, clusterId: "cluster", inventory: [] },
    ...{ digest: "", complete: true, drift: [], health: "Healthy", conditions: [] },
    ...given,
  };
}
