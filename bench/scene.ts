import type { ApiObject } from "../components/kubernetes/client.ts";
import type { Bed } from "./bed.ts";
import type { Measured } from "./cli.ts";
import type { Figure, Roof } from "./figures.ts";
import type { Fleet } from "./fleet.ts";
import type { Options, Scenario } from "./options.ts";
import type { Roofs } from "./roofs.ts";

/** What a scenario begins with. */
export interface Scene {
  readonly bed: Bed;
  /** What Git holds now. */
  readonly fleet: Fleet;
  readonly options: Options;
  readonly roofs: Roofs;
  readonly foreign: readonly ApiObject[];
  /** What ran before, in the same bed. */
  readonly earlier: readonly Result[];
}

/** What came out of a scenario. */
export interface Result {
  readonly scenario: Scenario;
  readonly commands: readonly Command[];
  readonly figures: readonly Figure[];
  /** What came out wrong, a sentence each. */
  readonly problems: readonly string[];
}

/** A result, and what Git holds afterwards. */
export interface Outcome {
  readonly result: Result;
  readonly fleet: Fleet;
}

/** One command of the CLI, as it is reported. */
export interface Command extends Omit<Measured, "run" | "requests"> {
  readonly name: string;
  readonly requests: Omit<Measured["requests"], "written"> & { readonly written: number };
}

export function commandOf(name: string, measured: Measured): Command {
  const { seconds, firstLineSeconds, cpuSeconds, usage, servers, controlPlaneCpu, stateBytes, stateWrites } = measured;
  const requests = { ...measured.requests, written: measured.requests.written.length };
  return {
    ...{ name, seconds, firstLineSeconds, cpuSeconds, usage, requests, servers, controlPlaneCpu },
    ...{ stateBytes, stateWrites },
  };
}

/** What an earlier command took, as a roof for a later one; undefined when its scenario was not asked for. */
export function earlierCommand({ earlier }: Scene, name: string): Command | undefined {
  return earlier.flatMap(({ commands }) => commands).find((command) => command.name === name);
}

export function secondsRoof(command: Pick<Command, "name" | "seconds">): Roof {
  return { name: command.name, value: command.seconds };
}

export function kindsIn({ applications }: Fleet): number {
  const objects = applications.flatMap((each) => each.objects.map(({ expected }) => expected));
  return new Set(objects.map(({ apiVersion, kind }) => `${apiVersion} ${kind}`)).size;
}

export function objectsIn({ applications }: Fleet): number {
  return applications.reduce((total, { objects }) => total + objects.length, 0);
}

/** Where V8 profiles of a command go, if they are wanted. */
export function profiles({ options: { cpuProfiles } }: Scene, name: string): { readonly cpuProfiles?: string } {
  return cpuProfiles === undefined ? {} : { cpuProfiles: `${cpuProfiles}/${name}` };
}

/** Whether this is the size that the goals in seconds are stated for. */
export function isHundred({ options: { apps, objects } }: Scene): boolean {
  return apps === 100 && objects === 1000;
}
