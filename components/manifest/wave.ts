import type { Manifest } from "./object.ts";

const SYNC_WAVE = "argocd.argoproj.io/sync-wave";
const HELM_WEIGHT = "helm.sh/hook-weight";

/** Argo CD's sync wave: lower ones first; where an object states no whole number, Helm's hook weight, else 0 (gitops-engine, wave.go). */
export function waveOf({ metadata }: Manifest): number {
  return integerIn(metadata.annotations?.[SYNC_WAVE]) ?? integerIn(metadata.annotations?.[HELM_WEIGHT]) ?? 0;
}

/** Why the wave that an object states is none; undefined when it states one, or nothing. */
export function waveMistake({ metadata }: Manifest): string | undefined {
  const text = metadata.annotations?.[SYNC_WAVE];
  if (text === undefined || integerIn(text) !== undefined) return undefined;
  return `${SYNC_WAVE}: expected a whole number, found ${JSON.stringify(text)}; it counts for nothing`;
}

function integerIn(text = ""): number | undefined {
  return /^[+-]?\d{1,9}$/.test(text) ? Number(text) : undefined;
}
