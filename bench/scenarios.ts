import pMap from "p-map";

import type { ApiObject } from "../components/kubernetes/client.ts";
import type { Preview } from "../test/support/pulumi.ts";
import { parsePreview } from "../test/support/pulumi.ts";
import type { Bed } from "./bed.ts";
import type { Measured } from "./cli.ts";
import { measure, requireExit } from "./cli.ts";
import type { Fleet, FleetObject } from "./fleet.ts";
import type { Options } from "./options.ts";
import { cpuSecondsOf } from "./processes.ts";
import { randomFrom } from "./random.ts";
import type { Roofs } from "./roofs.ts";
import { compareWithGit } from "./verify.ts";

/** One command and what it is to be compared with. */
export interface Result {
  readonly name: string;
  readonly seconds: number;
  /** Of each repetition. */
  readonly runs: readonly number[];
  readonly firstLineSeconds: number;
  /** Names the roof. */
  readonly roof: string;
  readonly roofSeconds: number;
  /** Processor time of all processes of the CLI, in seconds. */
  readonly cpuSeconds: number;
  /** The same of the roof, where it is a command of the CLI. */
  readonly roofCpuSeconds?: number;
  readonly requests: Measured["requests"];
  readonly usage: Measured["usage"];
  readonly controlPlaneCpu: number;
  readonly stateBytes: number;
  /** What came out wrong, a sentence each. */
  readonly problems: readonly string[];
}

export interface Scene {
  readonly bed: Bed;
  readonly fleet: Fleet;
  readonly options: Options;
  readonly roofs: Roofs;
  readonly foreign: readonly ApiObject[];
}

const MEDDLER = "kubectl-edit";
const UP = ["up", "--yes", "--skip-preview"];

/** Everything is new: the caches of Git and of renders are empty as well. */
export async function firstUp(scene: Scene): Promise<Result> {
  const { bed, roofs } = scene;
  const measured = await measure(bed, UP, profiles(scene, "first-up"));
  requireExit(measured, 0, "first up");
  const roof = { name: "dry-run + apply", seconds: roofs.dryRun + roofs.apply };
  return resultOf(scene, "first up", [measured], roof, await wrongObjects(scene));
}

/** Nothing has changed, the caches are warm. */
export async function noOpPreview(scene: Scene): Promise<Result> {
  const { bed, options, roofs } = scene;
  const all: Measured[] = [];
  for (let run = 0; run < options.runs; run++) {
    const measured = await measure(bed, ["preview", "--expect-no-changes"], profiles(scene, "no-op"));
    requireExit(measured, 0, "no-op preview");
    all.push(measured);
  }
  return resultOf(scene, "no-op preview", all, { name: "engine floor", ...roofs.engine.preview }, writesOf(all));
}

/** Objects are changed by hand; a preview has to show exactly these, and an `up` to put them right. */
export async function drift(scene: Scene): Promise<readonly Result[]> {
  const { bed, fleet, options, roofs } = scene;
  const objects = fleet.applications.flatMap((each) => each.objects);
  const victims = randomFrom(options.seed).sample(objects, options.drift);
  await pMap(victims, (victim) => meddle(bed, victim), { concurrency: 16 });
  const preview = await measure(bed, ["preview"], profiles(scene, "drift-preview"));
  requireExit(preview, 0, "preview of drift");
  const shown = parsePreview((await measure(bed, ["preview", "--json"])).run);
  const found = await resultOf(
    ...[scene, `preview of ${victims.length} drifted`, [preview]],
    { name: "engine floor", ...roofs.engine.preview },
    [...writesOf([preview]), ...mistakes(victims, driftedIn(shown))],
  );
  const heal = await measure(bed, UP, profiles(scene, "heal"));
  requireExit(heal, 0, "up after drift");
  const after = await measure(bed, ["preview", "--expect-no-changes"]);
  const still = after.run.code === 0 ? [] : ["a preview after the heal still shows changes"];
  const roof = { name: "engine floor", ...roofs.engine.noOpUp };
  const healed = await resultOf(scene, `up heals ${victims.length} drifted`, [heal], roof, [
    ...(await wrongObjects(scene)),
    ...still,
  ]);
  return [found, healed];
}

async function meddle({ client }: Bed, { expected, meddling }: FleetObject): Promise<void> {
  const { apiVersion, kind, metadata } = expected;
  const group = apiVersion.includes("/") ? apiVersion.slice(0, apiVersion.indexOf("/")) : "";
  const target = { group, kind, namespace: metadata.namespace ?? "", name: metadata.name };
  await client.patchJson(target, [{ op: "replace", ...meddling }], { manager: MEDDLER });
}

/** `apps/Deployment bench-0/app-0000` of every object whose text differs between what lives and what is desired. */
function driftedIn({ steps }: Preview): ReadonlySet<string> {
  const manifestsOf = (inputs: Readonly<Record<string, unknown>> = {}) =>
    (inputs["manifests"] ?? {}) as Readonly<Record<string, unknown>>;
  const changed = steps
    .filter(({ op, urn }) => op === "update" && urn.includes("gitops:Sync::"))
    .flatMap(({ oldState, newState }) => {
      const [live, desired] = [manifestsOf(oldState?.inputs), manifestsOf(newState?.inputs)];
      const names = new Set([...Object.keys(live), ...Object.keys(desired)]);
      return [...names].filter((name) => JSON.stringify(live[name]) !== JSON.stringify(desired[name]));
    });
  return new Set(changed);
}

function mistakes(victims: readonly FleetObject[], shown: ReadonlySet<string>): readonly string[] {
  const expected = new Set(
    victims.map(({ expected: { apiVersion, kind, metadata } }) => {
      const group = apiVersion.includes("/") ? `${apiVersion.slice(0, apiVersion.indexOf("/"))}/` : "";
      return `${group}${kind} ${metadata.namespace ?? ""}/${metadata.name}`;
    }),
  );
  const missed = [...expected.difference(shown)].map((name) => `${name} was changed by hand and not shown`);
  return [...missed, ...[...shown.difference(expected)].map((name) => `${name} is shown as drifted and is not`)];
}

function writesOf(all: readonly Measured[]): readonly string[] {
  const reads = new Set(["get", "list", "watch"]);
  const writes = all.flatMap(({ requests }) => Object.keys(requests.byVerb).filter((verb) => !reads.has(verb)));
  return writes.length === 0 ? [] : [`a preview wrote: ${writes.join(", ")}`];
}

function wrongObjects({ bed, fleet, foreign }: Scene): Promise<readonly string[]> {
  return compareWithGit(bed.client, fleet, foreign);
}

async function resultOf(
  { bed }: Scene,
  name: string,
  all: readonly Measured[],
  roof: { readonly name: string; readonly seconds: number; readonly cpuSeconds?: number },
  problems: readonly string[],
): Promise<Result> {
  const median = all.toSorted((a, b) => a.seconds - b.seconds)[Math.floor((all.length - 1) / 2)];
  if (median === undefined) throw new Error(`${name} was not measured`);
  const { seconds, firstLineSeconds, requests, usage, controlPlaneCpu } = median;
  return {
    ...{ name, seconds, runs: all.map((each) => each.seconds), firstLineSeconds, requests, usage, controlPlaneCpu },
    cpuSeconds: cpuSecondsOf(usage),
    ...(roof.cpuSeconds === undefined ? {} : { roofCpuSeconds: roof.cpuSeconds }),
    ...{ roof: roof.name, roofSeconds: roof.seconds, stateBytes: await bed.stateBytes(), problems },
  };
}

function profiles({ options: { cpuProfiles } }: Scene, name: string) {
  return cpuProfiles === undefined ? {} : { cpuProfiles: `${cpuProfiles}/${name}` };
}
