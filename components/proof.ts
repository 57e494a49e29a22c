import { readFileSync } from "node:fs";

import type { ComponentResource } from "@pulumi/pulumi";
import { StackReference } from "@pulumi/pulumi";

import { causeOf, GitOpsError } from "./error.ts";
import type { Proof } from "./image/proof.ts";
import { createProof } from "./image/proof.ts";

/** Only what another environment ran healthy for so long may run here. */
export interface GateArgs {
  readonly healthyForMs: number;
  /** Stack of the other environment, as Pulumi names it: `qa`, or `organization/project/qa`. */
  readonly stack?: string;
  /** What `pulumi stack output applications --json` printed there, where this stack cannot read the other one's state. */
  readonly file?: string;
}

/** What the other environment has proven, by its stack output `applications`. */
export async function readProof(gate: GateArgs, parent: ComponentResource): Promise<Proof> {
  if (gate.file !== undefined) return readProofFile(gate, gate.file);
  const name = gate.stack ?? "";
  const reference = new StackReference(name, {}, { parent });
  const details = await reference.getOutputDetails("applications");
  return proofBy(gate, (details.value ?? details.secretValue) as unknown, `stack ${name}`);
}

/** @throws GitOpsError Failed when the file is no JSON */
export function readProofFile(gate: GateArgs, file: string): Proof {
  try {
    return proofBy(gate, JSON.parse(readFileSync(file, "utf8")) as unknown, file);
  } catch (error) {
    throw new GitOpsError(`gitops:gate: ${file} cannot be read: ${causeOf(error)}`, { code: "Failed", cause: error });
  }
}

function proofBy({ healthyForMs }: GateArgs, applications: unknown, source: string): Proof {
  return createProof({ applications, source, healthyForMs, now: Date.now() });
}
