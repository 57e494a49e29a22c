import { randomUUID } from "node:crypto";

import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";

import type { Manifest } from "../../components/manifest/object.ts";
import { readKubernetesYaml } from "../../components/render/kubernetes-yaml.ts";
import type { SyncRecord } from "../../components/sync/record.ts";
import { run } from "../support/command.ts";
import { readSandbox } from "../support/sandbox.ts";
import { deployed, openScene } from "./scene.ts";
import { definition, widget } from "./widget.ts";

/** The first integer that a number of JavaScript rounds, and what it rounds it to. */
const [EXACT, ROUNDED] = ["9007199254740993", "9007199254740992"];
const LARGEST = "9223372036854775807";

describe("integers of 64 bits", () => {
  const group = `w-${randomUUID().slice(0, 8)}.example.com`;
  let scene: Awaited<ReturnType<typeof openScene>>;
  let outputs: SyncRecord;

  beforeAll(async () => {
    scene = await openScene();
    outputs = await deployed(scene.deploy(objects()));
  });
  afterAll(() => kubectl("delete", "crd", `widgets.${group}`));

  /** As a render reads them. */
  function objects(): readonly Manifest[] {
    const resource = JSON.stringify(widget(group, scene.namespace, {}));
    const text = resource.replace('"spec":{}', `"spec":{"size":${EXACT},"largest":${LARGEST}}`);
    const { documents, failures } = readKubernetesYaml("widget.yaml", text);
    expect(failures).toEqual([]);
    return [definition(group, ["size", "largest"]), ...documents.map(({ value }) => value as unknown as Manifest)];
  }

  function kubectl(...args: readonly string[]) {
    return run("kubectl", [`--kubeconfig=${readSandbox(process.env).kubeconfig}`, ...args]);
  }

  async function liveText(): Promise<string> {
    return (await kubectl("get", `widgets.${group}`, "one", `--namespace=${scene.namespace}`, "--output=json")).stdout;
  }

  it("reach the cluster to the last digit, and are no drift there", async () => {
    const live = await liveText();
    expect(live).toContain(`"size": ${EXACT}`);
    expect(live).toContain(`"largest": ${LARGEST}`);
    expect((await scene.look(outputs)).outputs.drift).toEqual([]);
  });

  it("are drift when the last digit is another one, and are brought back", async () => {
    const patch = JSON.stringify({ spec: { size: 0 } }).replace(":0", `:${ROUNDED}`);
    await kubectl(
      "patch",
      `widgets.${group}`,
      "one",
      `--namespace=${scene.namespace}`,
      "--type=merge",
      "--patch",
      patch,
    );
    expect(await liveText()).toContain(`"size": ${ROUNDED}`);
    const { drift } = (await scene.look(outputs)).outputs;
    expect(drift).toEqual([expect.stringContaining(`${ROUNDED} => ${EXACT}`)]);
    outputs = await deployed(scene.deploy(objects(), outputs));
    expect(await liveText()).toContain(`"size": ${EXACT}`);
    expect((await scene.look(outputs)).outputs.drift).toEqual([]);
  });
});
