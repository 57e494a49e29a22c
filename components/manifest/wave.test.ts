import { expect, it } from "@jest/globals";

import { waveOf } from "./wave.ts";

const SYNC_WAVE = "argocd.argoproj.io/sync-wave";
const HELM_WEIGHT = "helm.sh/hook-weight";

function wave(annotations?: Readonly<Record<string, string>>): number {
  return waveOf({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "a", ...(annotations && { annotations }) } });
}

it.each([
  ["-5", -5],
  ["0", 0],
  ["+3", 3],
  ["12", 12],
  ["1.5", 0],
  ["soon", 0],
  ["", 0],
  ["99999999999999999999", 0],
])("reads the wave %j as %d", (text, number) => {
  expect(wave({ [SYNC_WAVE]: text })).toBe(number);
});

it.each([
  [{ [HELM_WEIGHT]: "-3" }, -3],
  [{ [SYNC_WAVE]: "early", [HELM_WEIGHT]: "4" }, 4],
  [{ [SYNC_WAVE]: "0", [HELM_WEIGHT]: "4" }, 0],
  [{ [SYNC_WAVE]: "early", [HELM_WEIGHT]: "late" }, 0],
])("takes Helm's weight only where there is no whole number: %j", (annotations, number) => {
  expect(wave(annotations)).toBe(number);
});

it("puts an object without annotations into wave 0", () => {
  expect(wave()).toBe(0);
});
