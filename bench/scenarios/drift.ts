import pMap from "p-map";

import { parsePreview } from "../../test/support/pulumi.ts";
import type { Bed } from "../bed.ts";
import { measure, requireExit } from "../cli.ts";
import { driftedIn, refText } from "../drifted.ts";
import type { Figure } from "../figures.ts";
import { atMost, exactly, told } from "../figures.ts";
import type { FleetObject } from "../fleet.ts";
import { groupOf } from "../fleet.ts";
import { randomFrom } from "../random.ts";
import type { Command, Outcome, Result, Scene } from "../scene.ts";
import { commandOf, earlierCommand, isHundred, profiles } from "../scene.ts";
import { compareWithGit } from "../verify.ts";
import { UP } from "./first-up.ts";
import { NO_OP, writesOf } from "./no-op.ts";

const MEDDLER = { manager: "kubectl-edit" };
/** One victim in so many is deleted; of the others one value is replaced. */
const DELETED_EVERY = 5;
const MEDDLED_AT_ONCE = 16;

/** Objects are changed and deleted by hand; a preview has to show exactly these, and an `up` to put them right. */
export async function drift(scene: Scene): Promise<Outcome> {
  const rounds: Result[] = [];
  for (const count of scene.options.drift) rounds.push(await driftOnce(scene, count));
  return {
    fleet: scene.fleet,
    result: {
      scenario: "drift",
      commands: rounds.flatMap(({ commands }) => commands),
      figures: rounds.flatMap(({ figures }) => figures),
      problems: rounds.flatMap(({ problems }) => problems),
    },
  };
}

async function driftOnce(scene: Scene, count: number): Promise<Result> {
  const { bed, fleet, options, foreign } = scene;
  const objects = fleet.applications.flatMap((each) => each.objects);
  const victims = randomFrom(options.seed + count).sample(objects, count);
  await pMap(victims, (victim, index) => meddle(bed, victim, index), { concurrency: MEDDLED_AT_ONCE });
  const preview = await measure(bed, ["preview", "--json"], profiles(scene, `drift-preview-${count}`));
  requireExit(preview, 0, "preview of drift");
  const shown = driftedIn(parsePreview(preview.run));
  const heal = await measure(bed, UP, profiles(scene, `heal-${count}`));
  requireExit(heal, 0, "up after drift");
  const commands = [
    commandOf(`preview of ${count} drifted`, preview),
    commandOf(`up heals ${count} drifted`, heal),
  ] as const;
  const expected = new Set(victims.map(({ expected: object }) => refText(object)));
  const written = new Set(heal.requests.written.map((write) => write.split("?")[0]));
  return {
    ...{ scenario: "drift", commands },
    figures: figuresOf(scene, { count, expected, shown, written: written.size }, commands),
    problems: [
      ...writesOf(preview.requests),
      ...[...expected.difference(shown)].map((name) => `${name} was changed by hand and not shown`),
      ...[...shown.difference(expected)].map((name) => `${name} is shown as drifted and is not`),
      ...(await compareWithGit(bed.client, fleet, foreign)),
    ],
  };
}

async function meddle({ client }: Bed, { expected, meddling }: FleetObject, index: number): Promise<void> {
  const { kind, metadata } = expected;
  const target = { group: groupOf(expected), kind, namespace: metadata.namespace ?? "", name: metadata.name };
  if (index % DELETED_EVERY !== DELETED_EVERY - 1) {
    await client.patchJson(target, [{ op: "replace", ...meddling }], MEDDLER);
    return;
  }
  const { uid = "", resourceVersion = "" } = (await client.get(target))?.metadata ?? {};
  await client.remove(target, { uid, resourceVersion, propagation: "Background" });
}

interface Round {
  readonly count: number;
  readonly expected: ReadonlySet<string>;
  readonly shown: ReadonlySet<string>;
  /** Objects that the heal wrote. */
  readonly written: number;
}

function figuresOf(scene: Scene, round: Round, [preview, heal]: readonly [Command, Command]): readonly Figure[] {
  const { count, expected, shown, written } = round;
  const noOp = earlierCommand(scene, NO_OP);
  const named = (name: string) => `${name} of ${count} drifted`;
  return [
    exactly(named("found"), "objects", expected.intersection(shown).size, count),
    exactly(named("false positives beside"), "objects", shown.difference(expected).size, 0),
    exactly(named("objects written by the heal"), "objects", written, count),
    told(named("LISTs of one kind by the heal"), "requests", heal.requests.listsOfOneKind),
    ...(noOp === undefined
      ? []
      : [
          told(named("preview beyond the no-op"), "s", preview.seconds - noOp.seconds),
          told(named("heal beyond the no-op"), "s", heal.seconds - noOp.seconds),
          told(named("processor time of preview beyond the no-op"), "CPU s", preview.cpuSeconds - noOp.cpuSeconds),
          told(named("processor time of heal beyond the no-op"), "CPU s", heal.cpuSeconds - noOp.cpuSeconds),
        ]),
    ...(isHundred(scene) && count === 10
      ? [atMost("preview + heal of 10 at this size", "s", preview.seconds + heal.seconds, 9)]
      : []),
  ];
}
