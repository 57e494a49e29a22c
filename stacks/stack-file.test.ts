import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";

import { formatFailure } from "../components/error.ts";
import { decodeSettings } from "./keys.ts";
import { readStackConfiguration, stacksIn } from "./stack-file.ts";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "stack-file-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

function read(own: string, project = "name: gitops\n") {
  writeFileSync(join(folder, "Pulumi.yaml"), project);
  writeFileSync(join(folder, "Pulumi.qa.yaml"), own);
  const { values, failures } = readStackConfiguration(folder, "qa");
  return { values, failures: failures.map(formatFailure) };
}

describe("readStackConfiguration", () => {
  it("lays the stack's file over the defaults of Pulumi.yaml", () => {
    const project = [
      "config:",
      "  wait: { type: string, default: healthy }",
      "  timeout: { default: 5m }",
      "  images: { type: object, default: {} }",
      "  namespace: { type: string }",
      "  registries: { value: registries.conf }",
      "  gitops:people: [argo-*]",
      "  aws:region: eu-west-1",
    ];
    const own = ["config:", "  gitops:timeout: 10m", "  gitops:images: { constraint: 1.0.x }", "  aws:region: us"];
    expect(read(own.join("\n"), project.join("\n"))).toEqual({
      values: {
        ...{ wait: "healthy", timeout: "10m", images: '{"constraint":"1.0.x"}', people: '["argo-*"]' },
        registries: "registries.conf",
      },
      failures: [],
    });
  });

  // What `pulumi config --json` says of the same files is compared in test/integration/images.test.ts.
  it.each([
    ["text", "text"],
    ['"1.10"', "1.10"],
    ["1.10", "1.1"],
    ["90", "90"],
    ["12345678901234567890", "12345678901234567890"],
    ["True", "true"],
    ["yes", "yes"],
    ["", ""],
    ["~", ""],
    ["[a, 1.10, yes]", '["a",1.1,"yes"]'],
    ["{a: {b: null}}", '{"a":{"b":null}}'],
    ["'regexp:^v(1\\.0)$'", "regexp:^v(1\\.0)$"],
  ])("reads the value %s as %s", (text, value) => {
    expect(read(`config:\n  gitops:x: ${text}\n`).values).toEqual({ x: value });
  });

  it.each([
    ["an empty file", "", []],
    ["no configuration", "encryptionsalt: v1:x\n", []],
    ["no map", "config: nothing\n", []],
    [
      "a secret",
      "config:\n  gitops:namespace: qa\n  gitops:registries:\n    secure: v1:abc\n",
      ["Pulumi.qa.yaml:4: gitops:registries: is encrypted, which only Pulumi can read"],
    ],
    [
      "an imported environment",
      "environment: [shared]\nconfig: {}\n",
      ["Pulumi.qa.yaml: environment: imports configuration that is not in this file"],
    ],
    ["a secret of another program", "config:\n  aws:token:\n    secure: v1:abc\n", []],
  ])("has of %s these failures", (_, text, failures) => {
    const found = read(text);
    expect(found.failures).toEqual(failures);
    expect(found.values["registries"]).toBeUndefined();
  });

  it("names the line of broken YAML", () => {
    expect(read("config:\n  gitops:namespace: 'qa\n").failures).toEqual([
      expect.stringMatching(/^Pulumi\.qa\.yaml:\d+: Missing closing 'quote/),
    ]);
  });

  it.each([
    ["qa", { environment: "qa", cluster: { kind: "kubeconfig" } }],
    ["production", { environment: "production", cluster: { kind: "kubeconfig" } }],
    ["gke", { environment: "production", cluster: { kind: "gke", name: "production", create: {} } }],
  ])("reads Pulumi.%s.yaml of this project as settings without a mistake", (stack, settings) => {
    const { values, failures } = readStackConfiguration(join(import.meta.dirname, ".."), stack);
    expect(failures).toEqual([]);
    expect(decodeSettings(values, stack)).toMatchObject({ failures: [], settings });
  });
});

describe("stacksIn", () => {
  it("finds the stacks that have a file", () => {
    for (const name of ["Pulumi.yaml", "Pulumi.qa.yaml", "Pulumi.eu.west.yaml", "Pulumi.qa.yml", "x.yaml"]) {
      writeFileSync(join(folder, name), "");
    }
    expect(stacksIn(folder)).toEqual(["eu.west", "qa"]);
  });
});
