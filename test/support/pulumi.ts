import type { FlatOutputs, Observed, StoredOutputs } from "../../components/sync.state.ts";
import { unfoldObserved, unfoldOutputs } from "../../components/sync.state.ts";
import type { Run } from "./command.ts";

/** A resource in the state, as `pulumi preview --json` and `pulumi stack export` print it. */
export interface ResourceState {
  readonly urn: string;
  readonly type: string;
  readonly id?: string;
  readonly inputs?: Readonly<Record<string, unknown>>;
  readonly outputs?: Readonly<Record<string, unknown>>;
}

export interface Step {
  readonly op: string;
  readonly urn: string;
  readonly oldState?: ResourceState;
  readonly newState?: ResourceState;
  readonly detailedDiff?: Readonly<Record<string, { readonly kind: string; readonly inputDiff: boolean }>> | null;
}

/** What `pulumi preview --json` says. */
export interface Preview {
  readonly steps: readonly Step[];
  readonly changeSummary: Readonly<Record<string, number>>;
}

export function parsePreview({ stdout, output }: Run): Preview {
  try {
    return JSON.parse(stdout) as Preview;
  } catch (cause) {
    throw new Error(`expected one JSON document, found:\n${output}`, { cause });
  }
}

/** The steps of the Sync resource of one Application: the refresh, if it found something, then what is to be done. */
export function stepsOf({ steps }: Preview, application: string): readonly Step[] {
  return steps.filter(({ urn }) => urn.includes("gitops:Sync::") && urn.endsWith(`-${application}`));
}

/** Everything the state knows, by `pulumi stack export`. */
export interface Deployment {
  readonly deployment: {
    readonly resources?: readonly ResourceState[];
    readonly pending_operations?: readonly unknown[];
  };
}

/** The sentences about an Application's drift that the refresh of a preview has found; none when nothing is to be done. */
export function driftOf(preview: Preview, application: string): readonly string[] {
  const { oldState } = stepsOf(preview, application).at(-1) ?? {};
  const observed = oldState?.outputs?.["observed"] as string | Observed | undefined;
  return observed === undefined ? [] : unfoldObserved(observed).drift;
}

/** The outputs of a Sync as the program and the provider speak of them, wherever they stand in the state. */
export function outputsOf({ outputs }: Pick<ResourceState, "outputs">): FlatOutputs {
  return unfoldOutputs(outputs as unknown as StoredOutputs);
}
