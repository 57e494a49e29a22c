import type { Scenario } from "./options.ts";
import type { Outcome, Result, Scene } from "./scene.ts";
import { broken } from "./scenarios/broken.ts";
import { bump } from "./scenarios/bump.ts";
import { drift } from "./scenarios/drift.ts";
import { engineAlone } from "./scenarios/engine.ts";
import { firstUp } from "./scenarios/first-up.ts";
import { noOp } from "./scenarios/no-op.ts";
import { prune } from "./scenarios/prune.ts";
import { render } from "./scenarios/render.ts";
import { startup } from "./scenarios/startup.ts";

const PLAYS: Readonly<Record<Scenario, (scene: Scene) => Promise<Outcome>>> = {
  "first-up": firstUp,
  "no-op": noOp,
  engine: engineAlone,
  ...{ drift, bump, broken, prune, render, startup },
};

/** What was measured, and why the rest was not. */
export interface Played {
  readonly results: readonly Result[];
  readonly failure: readonly string[];
}

/**
 * Each scenario starts where the one before it ended; all need the first `up`. A failure ends them, not the report.
 * @param say is told which one begins, and what came out
 */
export async function play(scene: Omit<Scene, "earlier">, say: (what: string | Result) => void): Promise<Played> {
  const { scenarios } = scene.options;
  const results: Result[] = [];
  let { fleet } = scene;
  const wanted = () => results.filter(({ scenario }) => scenarios.includes(scenario));
  try {
    for (const name of new Set<Scenario>(["first-up", ...scenarios])) {
      say(name);
      const outcome = await PLAYS[name]({ ...scene, fleet, earlier: results });
      fleet = outcome.fleet;
      results.push(outcome.result);
      say(outcome.result);
    }
    return { results: wanted(), failure: [] };
  } catch (error) {
    return { results: wanted(), failure: [error instanceof Error ? error.message : String(error)] };
  }
}
