import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";

import { isGitOpsError } from "../../components/error.ts";
import type { Manifest } from "../../components/manifest/object.ts";
import { hatchCanaries } from "../support/canaries.ts";
import { denyByPolicy } from "../support/policy.ts";
import { openScene } from "./scene.ts";

describe("what fails with a Secret", () => {
  const canaries = hatchCanaries();
  let scene: Awaited<ReturnType<typeof openScene>>;
  let undo: () => Promise<unknown>;

  beforeAll(async () => {
    scene = await openScene();
    undo = await denyByPolicy(
      scene.namespace,
      "secrets",
      "object.metadata.name == 'denied'",
      "'not this one: ' + object.data.K0",
    );
  });
  afterAll(() => undo());

  const secret = (name: string, fields: object): Manifest => ({
    ...{ apiVersion: "v1", kind: "Secret", metadata: { name, namespace: scene.namespace }, type: "Opaque" },
    ...fields,
  });
  const value = () => Buffer.from(canaries.plant("special characters")).toString("base64");

  it.each<[string, () => Manifest, RegExp]>([
    [
      "a policy that quotes it",
      () => secret("denied", { data: { K0: value() } }),
      /denied: ValidatingAdmissionPolicy 'deny-\S+' .* denied request; the rest of the answer is withheld/,
    ],
    ["an unknown field", () => secret("typo", { data: {}, stringdata: { A: canaries.plant() } }), /typo: .*stringdata/],
    [
      "a type that asks for more",
      () => secret("tls", { type: "kubernetes.io/tls", data: { A: value() } }),
      /tls: .*tls\.crt/,
    ],
    ["too much of it", () => secret("large", { data: { A: value().repeat(30_000) } }), /large: /],
    ["a key that is none", () => secret("key", { data: { "no key": value() } }), /key: /],
  ])("is told without its values: %s", async (_, object, reason) => {
    const { error } = await scene.deploy([object()]).catch((thrown: unknown) => ({ error: thrown }));
    expect(isGitOpsError(error) && error.message).toMatch(reason);
    expect(canaries.hitsIn(describeAll(error), "error")).toEqual([]);
    expect(canaries.hitsIn(scene.warnings.join("\n"), "warnings")).toEqual([]);
  });

  it("is told without its values when somebody else holds it", async () => {
    const object = secret("foreign", { data: { K0: value() } });
    await scene.client.create(object, { manager: "somebody-else" });
    const { error } = await scene.deploy([object]).catch((thrown: unknown) => ({ error: thrown }));
    expect(isGitOpsError(error) && error.message).toMatch(/foreign: belongs to somebody-else/);
    expect(canaries.hitsIn(describeAll(error), "error")).toEqual([]);
  });
});

/** An error with all that hangs on it. */
function describeAll(error: unknown): string {
  if (!(error instanceof Error)) return JSON.stringify(error);
  return [error.message, error.stack, JSON.stringify(error), describeAll(error.cause)].join("\n");
}
