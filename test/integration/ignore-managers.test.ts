import { describe, expect, it } from "@jest/globals";

import { deployed, openScene } from "./scene.ts";
import { ignoring } from "./workload.ts";

const OPERATOR = ignoring({ kind: "ConfigMap", managedFieldsManagers: ["some-operator"] });

describe("fields of a manager that ignoreDifferences names", () => {
  it("are left to it, those of others are not", async () => {
    const { deploy, preview, up, change, configMap, live } = await openScene();
    const object = (size: string) => configMap("one", { color: "blue", size });
    const first = await deployed(deploy([object("s")], undefined, OPERATOR));
    await change("one", "color", "red", "some-operator");
    expect(await preview([object("s")], first, OPERATOR)).toMatchObject({ changes: false, drift: [], conditions: [] });

    const second = await up([object("m")], first, OPERATOR);
    expect((await live("ConfigMap", "one"))?.["data"]).toEqual({ color: "red", size: "m" });
    expect(await preview([object("m")], second, OPERATOR)).toMatchObject({ changes: false, drift: [], conditions: [] });

    await change("one", "size", "xl", "another-operator");
    const seen = await preview([object("m")], second, OPERATOR);
    expect(seen.drift).toEqual([expect.stringMatching(/data\.size: "xl" => "m"/)]);
    await up([object("m")], second, OPERATOR);
    expect((await live("ConfigMap", "one"))?.["data"]).toEqual({ color: "red", size: "m" });
  });

  it("are Git's again when the manager lets go of them", async () => {
    const { deploy, preview, up, client, configMap, live, namespace } = await openScene();
    const object = (size: string) => configMap("one", { color: "blue", size });
    const first = await deployed(deploy([object("s")], undefined, OPERATOR));
    const apply = (data: Record<string, string>) => {
      const body = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "one", namespace }, data };
      return client.apply(body, { manager: "some-operator", force: true, dryRun: false });
    };
    await apply({ color: "red" });
    const second = await up([object("m")], first, OPERATOR);
    expect((await live("ConfigMap", "one"))?.["data"]).toEqual({ color: "red", size: "m" });

    await apply({});
    expect((await live("ConfigMap", "one"))?.["data"]).toEqual({ size: "m" });
    const seen = await preview([object("m")], second, OPERATOR);
    expect(seen).toMatchObject({ changes: true, drift: [expect.stringMatching(/data\.color: \(none\) => "blue"/)] });
    const third = await up([object("m")], second, OPERATOR);
    expect((await live("ConfigMap", "one"))?.["data"]).toEqual({ color: "blue", size: "m" });
    expect((await preview([object("m")], third, OPERATOR)).changes).toBe(false);
  });
});
