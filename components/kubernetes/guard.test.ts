import { afterEach, describe, expect, it } from "@jest/globals";

import { GitOpsError } from "../error.ts";
import type { ApplyOptions } from "./apply.ts";
import { endScenes, json, scene } from "./server.fixture.ts";

const OBJECT = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "one", namespace: "qa", uid: "u" } };
const TARGET = { group: "", kind: "ConfigMap", namespace: "qa", name: "one" };
const APPLY: ApplyOptions = { manager: "ours", force: true, dryRun: false };
const LOST = new GitOpsError("somebody else writes now", { code: "Refused" });

/** Opens as often as it is told to, then never again. */
function guardOpening(times: number, isOpen: () => boolean) {
  let left = times;
  return { isOpen, opened: () => (left-- > 0 ? Promise.resolve() : Promise.reject(LOST)) };
}

afterEach(endScenes);

describe("a guarded client", () => {
  it.each([
    ["apply", { of: "PATCH" }],
    ["create", { of: "POST" }],
    ["patch", { of: "PATCH" }],
    ["remove", { of: "DELETE" }],
  ])("sends no %s while the guard is closed", async (verb, { of }) => {
    const { client, server } = await scene((_, response) => json(response, OBJECT));
    const closed = client.guarded(guardOpening(3, () => false));
    const writes: Readonly<Record<string, () => Promise<unknown>>> = {
      apply: () => closed.apply(OBJECT, APPLY),
      create: () => closed.create(OBJECT, { manager: "ours" }),
      patch: () => closed.patchJson(TARGET, [], { manager: "ours" }),
      remove: () => closed.remove(TARGET, { uid: "u", propagation: "Background" }),
    };
    await expect(writes[verb]!()).rejects.toBe(LOST);
    expect(server.received.filter(({ method }) => method === of)).toEqual([]);
  });

  it("reads and rehearses all the same", async () => {
    const { client } = await scene((_, response) => json(response, OBJECT));
    const closed = client.guarded(guardOpening(0, () => false));
    expect(await closed.get(TARGET)).toEqual(OBJECT);
    expect(await closed.apply(OBJECT, { ...APPLY, dryRun: true })).toEqual(OBJECT);
  });

  it("sends a write that was held back once the guard has opened again", async () => {
    const { client, server } = await scene((_, response) => json(response, OBJECT));
    let asked = 0;
    const guard = guardOpening(2, () => ++asked > 1);
    expect(await client.guarded(guard).apply(OBJECT, APPLY)).toEqual(OBJECT);
    expect(server.received.filter(({ method }) => method === "PATCH")).toHaveLength(1);
  });

  it("asks again before it repeats what failed", async () => {
    let open = true;
    const { client, server } = await scene((_, response) => {
      open = false;
      response.socket?.resetAndDestroy();
    });
    await expect(client.guarded(guardOpening(1, () => open)).apply(OBJECT, APPLY)).rejects.toBe(LOST);
    expect(server.received.filter(({ method }) => method === "PATCH")).toHaveLength(1);
  });

  it("asks when the turn of a request has come, not when it queues up", async () => {
    const answering = Promise.withResolvers<undefined>();
    let open = true;
    const { client, server } = await scene(
      async (_, response) => {
        await answering.promise;
        json(response, OBJECT);
      },
      { maxConcurrent: 1 },
    );
    await client.discover();
    const first = client.get(TARGET);
    const second = client.guarded(guardOpening(1, () => open)).apply(OBJECT, APPLY);
    const refused = expect(second).rejects.toBe(LOST);
    open = false;
    answering.resolve(undefined);
    await first;
    await refused;
    expect(server.received.filter(({ method }) => method === "PATCH")).toEqual([]);
  });
});
