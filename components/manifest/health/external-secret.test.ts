import { describe, expect, it } from "@jest/globals";
import { assessExternalSecret } from "./external-secret.ts";
import { condition, live } from "./live.fixture.ts";

const ready = condition("Ready", "True", "SecretSynced", "secret synced");
const failed = condition("Ready", "False", "SecretSyncedError", "could not get secret data from provider");
const SYNCED = "2-9f1c8b6d";
const BEHIND = "1-9f1c8b6d";
const behind = "generation 1 is synchronized, not the newest";

const rows: readonly (readonly [string, object, string, readonly object[], string, string])[] = [
  ["Healthy when synced", {}, SYNCED, [ready], "Healthy", "secret synced"],
  [
    "Progressing, not Degraded, when it cannot be synced",
    {},
    "",
    [failed],
    "Progressing",
    "could not get secret data from provider",
  ],
  ["Progressing until it is looked at", {}, "", [], "Progressing", "waiting for the first synchronization"],
  [
    "Progressing while an older generation is synced",
    { refreshInterval: "1h0m0s" },
    BEHIND,
    [ready],
    "Progressing",
    behind,
  ],
  ["Progressing the same without an interval", {}, BEHIND, [ready], "Progressing", behind],
  [
    "Progressing the same when synced on change",
    { refreshPolicy: "OnChange", refreshInterval: "0s" },
    BEHIND,
    [ready],
    "Progressing",
    behind,
  ],
  [
    "Healthy the same when synced once only",
    { refreshPolicy: "CreatedOnce" },
    BEHIND,
    [ready],
    "Healthy",
    "secret synced",
  ],
  [
    "Healthy the same when never synced again",
    { refreshInterval: "0h0m" },
    BEHIND,
    [ready],
    "Healthy",
    "secret synced",
  ],
  [
    "Healthy the same when its Secret is immutable",
    { target: { immutable: true } },
    BEHIND,
    [ready],
    "Healthy",
    "secret synced",
  ],
  ["Healthy when nothing tells what is synced", {}, "", [ready], "Healthy", "secret synced"],
];

describe("an ExternalSecret", () => {
  it.each(rows)("is %s", (_, spec, syncedResourceVersion, conditions, health, message) => {
    const status = { observedGeneration: undefined, syncedResourceVersion, conditions };
    const secret = live("external-secrets.io/v1", "ExternalSecret", { ...spec }, status);
    expect(assessExternalSecret(secret)).toEqual({ status: health, message });
  });
});
