import { parseJson } from "../exact-json.ts";
import type { Phase, Placed } from "../manifest/arrange.ts";
import { arrange, arrangeForRemoval } from "../manifest/arrange.ts";
import type { Hook } from "../manifest/hook.ts";
import { hookOf } from "../manifest/hook.ts";
import type { Manifest } from "../manifest/object.ts";
import { formatRef, refOf } from "../manifest/object.ts";
import { waveOf } from "../manifest/wave.ts";
import type { Policy } from "../sync.protocol.ts";
import type { Awaiting } from "./approval.ts";
import { extrasIn, judgeExtra, wantedUids } from "./extra.ts";
import type { Observation } from "./observe.ts";
import { optionsOf } from "./options.ts";
import type { Memory } from "./pack.ts";

export type Change =
  | {
      readonly action: "apply";
      readonly text: string;
      readonly manifest: Manifest;
      readonly live: Manifest | undefined;
    }
  | { readonly action: "unchanged"; readonly text: string; readonly manifest: Manifest };

/** Something that runs at its place in the sync and is not compared with Git afterwards. */
export interface HookTask extends Placed {
  readonly action: "hook";
  readonly text: string;
  readonly hook: Hook;
}

/** One thing to do, or to be sure of, at its place in the sync. */
export type Task = (Change & Placed) | HookTask;

/** What happens at once, as far as the order of kinds allows. */
export interface Step<T extends Placed = Task> {
  readonly phase: Phase;
  readonly wave: number;
  /** In apply order. */
  readonly tasks: readonly T[];
}

export interface Plan {
  /** A step begins when everything in the ones before it is healthy. */
  readonly steps: readonly Step[];
  /** Wave by wave, highest first: what depends on others goes before them. */
  readonly prune: readonly (readonly Manifest[])[];
  /** What Git does not have and stays, and why: sentences. */
  readonly kept: readonly string[];
}

/** What Git has: object -> manifest text. */
export interface Wanted {
  readonly desired: Readonly<Record<string, string>>;
  readonly hooks: Readonly<Record<string, string>>;
  /** Whether hooks run in this sync. */
  readonly runHooks: boolean;
}

/** The phases of a sync that goes well. */
const SYNC_PHASES: readonly Phase[] = ["PreSync", "Sync", "PostSync"];

/**
 * What has to happen so that the cluster holds exactly the desired objects. Pure.
 * @param awaiting since when removals have been waiting for approval
 */
export function plan(
  { desired, hooks, runHooks }: Wanted,
  memory: Memory,
  { live, suspects }: Pick<Observation, "live" | "suspects">,
  policy: Policy,
  awaiting: Awaiting = {},
): Plan {
  const changes = Object.entries(desired).map(([text, json]) => target(text, json, memory, live, suspects));
  const uids = wantedUids(live, desired);
  const verdicts = [...extrasIn(live, desired, hooks)].map(([text, object]) => ({
    object,
    verdict: judgeExtra(object, policy, uids, awaiting[text]),
  }));
  const surplus = verdicts.filter(({ verdict }) => verdict === "prune").map(({ object }) => object);
  return {
    steps: stepsOf([...changes.map(place), ...(runHooks ? hookTasks(hooks, SYNC_PHASES) : [])]),
    prune: arrangeForRemoval(surplus, (object) => optionsOf(object, policy.syncOptions).pruneLast),
    kept: verdicts.flatMap(({ object, verdict }) =>
      typeof verdict === "string" ? [] : [`${textOf(object)}: ${verdict.keep}`],
    ),
  };
}

function target(
  text: string,
  json: string,
  memory: Memory,
  live: ReadonlyMap<string, Manifest>,
  suspects: ReadonlySet<string>,
): Change {
  const manifest = parseJson(json) as Manifest;
  const object = live.get(text);
  const same = object !== undefined && memory.manifests[text] === json && !suspects.has(text);
  return same ? { action: "unchanged", text, manifest } : { action: "apply", text, manifest, live: object };
}

/** The steps of hooks alone: those of a sync that failed, or of a deletion. */
export function hookSteps(hooks: Wanted["hooks"], phase: Phase): readonly Step<HookTask>[] {
  return stepsOf(hookTasks(hooks, [phase]));
}

/** The hooks of a sync that goes well, without those of a failed one or of a deletion. */
export function hooksOfSync(hooks: Wanted["hooks"]): Wanted["hooks"] {
  const texts = new Set(hookTasks(hooks, SYNC_PHASES).map(({ text }) => text));
  return Object.fromEntries(Object.entries(hooks).filter(([text]) => texts.has(text)));
}

/** One task for each phase that a hook names. */
export function hookTasks(hooks: Wanted["hooks"], phases: readonly Phase[]): readonly HookTask[] {
  return Object.entries(hooks).flatMap(([text, json]) => {
    const manifest = parseJson(json) as Manifest;
    const hook = hookOf(manifest);
    if (hook === undefined || hook.types.includes("Skip")) return [];
    const wave = waveOf(manifest);
    return phases
      .filter((phase) => hook.types.includes(phase))
      .map((phase) => ({ action: "hook", text, manifest, hook, phase, wave }));
  });
}

function place(change: Change): Change & Placed {
  return { ...change, phase: "Sync", wave: waveOf(change.manifest) };
}

function stepsOf<T extends Placed>(tasks: readonly T[]): readonly Step<T>[] {
  const steps = Map.groupBy(arrange(tasks), ({ phase, wave }) => `${phase} ${wave}`);
  return [...steps.values()].flatMap((group) => {
    const [first] = group;
    return first === undefined ? [] : [{ phase: first.phase, wave: first.wave, tasks: group }];
  });
}

/** `apps/Deployment qa/api` of an object. */
export function textOf(object: Manifest): string {
  return formatRef(refOf(object));
}
