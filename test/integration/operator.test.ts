import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";

import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";

import { run, runOrFail } from "../support/command.ts";
import { readSandbox } from "../support/sandbox.ts";
import { operatorDefinitionStandIn } from "../stand-ins/operator-definition.ts";

const namespace = `operator-${randomUUID().slice(0, 8)}`;
const kubeconfig = `--kubeconfig=${readSandbox(process.env).kubeconfig}`;

function manifests(name: string): string {
  const text = readFileSync(resolve("examples", "operator", `${name}.yaml`), "utf8");
  return text.replaceAll("namespace: gitops", `namespace: ${namespace}`);
}

/** What the API server says of it, unknown fields included; nothing is made. */
function offer(text: string) {
  return run("kubectl", [kubeconfig, "apply", "--dry-run=server", "--validate=strict", "--filename=-"], {
    input: text,
  });
}

describe("the manifests for the Pulumi Kubernetes Operator", () => {
  beforeAll(async () => {
    await runOrFail("kubectl", [kubeconfig, "create", "namespace", namespace]);
    await runOrFail("kubectl", [kubeconfig, "apply", "--filename=-"], {
      input: JSON.stringify(operatorDefinitionStandIn),
    });
    await runOrFail("kubectl", [kubeconfig, "wait", "--for=condition=Established", "crd/stacks.pulumi.com"]);
  });
  afterAll(() =>
    run("kubectl", [kubeconfig, "delete", "crd/stacks.pulumi.com", `namespace/${namespace}`, "--wait=false"]),
  );

  it.each(["qa", "production", "production-shards"])("%s is taken by an API server that knows Stacks", async (name) => {
    const { code, stdout, stderr } = await offer(manifests(name));
    expect([code, stderr.trim()]).toEqual([0, ""]);
    expect(stdout).toMatch(/stack\.pulumi\.com\/\S+ created \(server dry run\)/);
  });

  it.each([
    ["a field misspelt", /succeededWithinDuration/g, "succeededWithin", "unknown field"],
    ["a duration that is none", /30m/g, "half an hour", "succeededWithinDuration"],
    ["a number as text", /resyncFrequencySeconds: 300/, 'resyncFrequencySeconds: "300"', "resyncFrequencySeconds"],
    ["no stack", /^ {2}stack: .*$/m, "", "spec.stack: Required value"],
    ["an unknown source", /type: Literal/, "type: Text", "Unsupported value"],
  ])("production with %s is not", async (_, pattern, instead, reason) => {
    const text = manifests("production");
    expect(text).toMatch(pattern);
    const { code, stderr } = await offer(text.replace(pattern, instead));
    expect(code).toBe(1);
    expect(stderr).toContain(reason);
  });
});
