import { describe, expect, it } from "@jest/globals";

import type { CheckedInputs, SyncOutputs } from "../sync.protocol.ts";
import { diff } from "./diff.ts";
import { digestOf } from "./digest.ts";
import { inputsWith, outputsWith } from "./sync.fixture.ts";

const inputs = inputsWith({ "Service qa/web": "{}" });
const inSync = outputsWith({ digest: digestOf(inputs) });

async function answer(outputs: SyncOutputs, news: CheckedInputs, wasRead: boolean, drift: readonly string[] = []) {
  let looked = false;
  const look = () => {
    looked = true;
    return Promise.resolve(drift);
  };
  return { ...(await diff(outputs, news, { wasRead, look })), looked };
}

describe("diff", () => {
  it("says no change when the cluster was compared and nothing differs", async () => {
    expect(await answer(inSync, inputs, true)).toEqual({ changes: false, looked: false });
  });

  it("lets the engine show the fields when there is drift", async () => {
    expect(await answer({ ...inSync, drift: ["Service qa/web: is missing"] }, inputs, true)).toEqual({ looked: false });
  });

  it("leaves drift alone while self-heal is off, but shows it together with a change of Git", async () => {
    const left = { ...inSync, drift: ["Service qa/web: is missing"], driftStays: true };
    expect(await answer(left, inputs, true)).toEqual({ changes: false, looked: false });
    expect(await answer(left, inputsWith({ "Service qa/web": "{ }" }), true)).toEqual({ looked: false });
  });

  it("lets the engine show the fields when Git changed", async () => {
    expect(await answer(inSync, inputsWith({ "Service qa/web": "{ }" }), true)).toEqual({ looked: false });
  });

  it("takes a new commit with the same manifests for no change", async () => {
    expect(await answer(inSync, { ...inputs, revision: "f00d" }, true)).toEqual({ changes: false, looked: false });
  });

  it("takes a build date that is not in the state yet for a change: later nobody could be asked", async () => {
    const dated = { ...inputs, builtAt: { "registry.example.com/api": "2024-01-31T10:00:00.000000000Z" } };
    expect(await answer(inSync, dated, true)).toEqual({ looked: false });
    expect(await answer({ ...inSync, digest: digestOf(dated) }, dated, true)).toEqual({
      changes: false,
      looked: false,
    });
  });

  it("writes a state of older code anew when no refresh did", async () => {
    const older = { ...inSync, protocol: 1 };
    expect(await answer(older, inputs, false)).toEqual({ changes: true, looked: true });
    expect(await answer(older, { ...inputs, hold: "Git is away" }, false)).toEqual({ changes: false, looked: false });
  });

  it("looks at the cluster itself when no refresh did, and reports what it finds as a change", async () => {
    expect(await answer(inSync, inputs, false, ["replicas: 5 => 3"])).toEqual({ changes: true, looked: true });
    expect(await answer(inSync, inputs, false, [])).toEqual({ changes: false, looked: true });
  });

  it("tries an unfinished sync again, with and without a refresh", async () => {
    expect(await answer({ ...inSync, complete: false }, inputs, true)).toEqual({ looked: false });
    expect(await answer({ ...inSync, complete: false }, inputs, false)).toEqual({ changes: true, looked: false });
  });

  it("changes nothing of an Application on hold, whatever else differs", async () => {
    const held = { ...inputsWith({}), hold: "Git is unreachable" };
    expect(await answer({ ...inSync, drift: ["x"], complete: false }, held, false, ["x"])).toEqual({
      changes: false,
      looked: false,
    });
  });
});
