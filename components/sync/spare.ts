import type { Manifest } from "../manifest/object.ts";
import { assignmentsOf } from "./assignments.ts";
import type { Attempt } from "./attempt.ts";
import type { Fate } from "./fate.ts";
import { fateOf } from "./fate.ts";
import { textOf } from "./plan.ts";

type Waves = readonly (readonly Manifest[])[];

export interface Spared {
  /** What is left to be pruned. */
  readonly waves: Waves;
  /** What the Application need not know of any more. */
  readonly forgotten: readonly string[];
  /** What stays, and why: sentences. */
  readonly kept: readonly string[];
}

/**
 * Takes out of a prune what another Application of the environment states by now, and what may be so as long as not all of them could
 * be read; and what this very sync has applied, which the cluster shows under another API group as well.
 */
export async function spare(waves: Waves, { inputs, progress, report }: Attempt): Promise<Spared> {
  if (waves.length === 0) return { waves, forgotten: [], kept: [] };
  const { environment, application, manifests } = inputs;
  const known = await assignmentsOf(environment);
  const applied = Object.entries(progress.memory().applied).filter(([text]) => Object.hasOwn(manifests, text));
  const uids = new Set(applied.map(([, { uid }]) => uid));
  const judge = (object: Manifest): Fate =>
    uids.has(object.metadata.uid ?? "")
      ? { fate: "moved", to: application }
      : fateOf(textOf(object), application, known);
  const judged = waves.flat().map((object) => ({ text: textOf(object), ...judge(object) }));
  for (const one of judged)
    if (one.fate === "moved") report.info(`${one.text} belongs to application ${one.to} from now on`);
  const free = new Set(judged.filter(({ fate }) => fate === "free").map(({ text }) => text));
  return {
    waves: waves.map((wave) => wave.filter((object) => free.has(textOf(object)))),
    forgotten: judged.filter(({ fate }) => fate === "moved").map(({ text }) => text),
    kept: judged.flatMap((one) =>
      one.fate === "unclear" ? [`${one.text}: is not in Git, but kept for now: ${one.reason}`] : [],
    ),
  };
}
