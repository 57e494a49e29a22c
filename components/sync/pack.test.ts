import { randomBytes } from "node:crypto";

import { describe, expect, it } from "@jest/globals";

import type { Beside, Memory } from "./pack.ts";
import { pack, unpack } from "./pack.ts";

const record = { uid: "1", fieldsHash: "h", fields: {}, values: {} };
// Text that does not compress.
const [service, deployment, hook] = [randomBytes(2000), randomBytes(2000), randomBytes(2000)].map((bytes) =>
  JSON.stringify(bytes.toString("base64")),
) as [string, string, string];

const memory: Memory = {
  manifests: { "Service qa/web": service, "apps/Deployment qa/web": deployment },
  applied: { "Service qa/web": record, "apps/Deployment qa/web": record },
  hooks: { "batch/Job qa/migrate": hook },
};
const inputs: Beside = { manifests: memory.manifests, hooks: memory.hooks! };

describe("what was applied", () => {
  it("survives being packed into the state", async () => {
    expect(await unpack(await pack(memory, inputs), inputs)).toEqual(memory);
    expect(await unpack(await pack(memory, {}), {})).toEqual(memory);
  });

  it("is not said again where the inputs say it", async () => {
    expect((await pack(memory, {})).length).toBeGreaterThan(service.length + deployment.length + hook.length);
    expect((await pack(memory, inputs)).length).toBeLessThan(500);
  });

  it("is said where the inputs say something else, so that it survives whatever becomes of them", async () => {
    const drifted: Beside = { manifests: { "Service qa/web": service, "apps/Deployment qa/web": "{}" } };
    const packed = await pack(memory, drifted);
    expect(await unpack(packed, drifted)).toEqual(memory);
    expect(await unpack(packed, { manifests: { "Service qa/web": service } })).toEqual(memory);
  });

  it.each<[string, Beside]>([
    ["have another text", { ...inputs, manifests: { ...memory.manifests, "Service qa/web": "{}" } }],
    ["have no such object", { ...inputs, manifests: { "apps/Deployment qa/web": deployment } }],
  ])("is called lost when the inputs %s", async (_, altered) => {
    const { manifests, applied, hooks, lost } = await unpack(await pack(memory, inputs), altered);
    expect(lost).toEqual(["Service qa/web"]);
    expect(manifests).toEqual({ "apps/Deployment qa/web": deployment });
    expect({ applied, hooks }).toEqual({ applied: memory.applied, hooks: memory.hooks });
  });

  it("is called lost when the inputs are without a hook", async () => {
    const { hooks, lost } = await unpack(await pack(memory, inputs), { manifests: memory.manifests });
    expect({ hooks, lost }).toEqual({ hooks: {}, lost: ["batch/Job qa/migrate"] });
  });

  it("takes no member of every JavaScript object for a text", async () => {
    const odd: Memory = { manifests: { toString: "{}", constructor: "{}" }, applied: {} };
    expect(await unpack(await pack(odd, {}), {})).toEqual(odd);
    expect(await unpack(await pack(odd, { manifests: odd.manifests }), {})).toMatchObject({ manifests: {} });
  });
});
