import { setTimeout as sleep } from "node:timers/promises";

import { getOrganization, getProject, getStack, runtime } from "@pulumi/pulumi";

import type { FollowedSource } from "./follow-charts.ts";
import type { Running } from "./image/guard.ts";
import type { ApplicationStatus } from "./status.ts";

/** What the last runs left. */
export interface Deployed {
  /** What the sources of Applications were at when they were deployed, by the Application's name. */
  readonly sources: ReadonlyMap<string, readonly FollowedSource[]>;
  /** Objects of the Applications that were in sync at the end of the last run, by the Application's name. */
  readonly settled: ReadonlyMap<string, readonly string[]>;
  /** Images and when they were built, as far as that was asked, by the Application's name. */
  readonly images: ReadonlyMap<string, Running>;
  /** Names of the projects that were in force. */
  readonly projects: readonly string[];
}

/**
 * Reads the stack's own output of the last run. Of all that the state holds this is the part that a program can ask the engine for, and
 * the engine keeps it when a run fails (docs/adr/0014-the-stack-output-is-the-memory.md).
 * @param ask the engine, which answers with the outputs of the last run
 * @throws what the engine says, when it still says so after five seconds
 */
export async function readDeployed(
  ask: Ask = askEngine,
  pause: (ms: number) => Promise<unknown> = sleep,
): Promise<Deployed> {
  const { outputs: { applications = {}, projects = [] } = {} } = await patiently(ask, pause);
  const statuses = Object.entries(applications);
  const settled = statuses.filter(([, { sync }]) => sync === "Synced");
  return {
    sources: new Map(statuses.map(([name, { sources }]) => [name, sources ?? []])),
    images: new Map(statuses.map(([name, { images = {}, builtAt = {} }]) => [name, { images, created: builtAt }])),
    settled: new Map(settled.map(([name, { resources }]) => [name, resources ?? []])),
    projects,
  };
}

type Ask = () => Promise<Answer>;

const ATTEMPTS = 20;
const PAUSE_MS = 250;

/**
 * The engine notes each step in the state meanwhile. On disk that is two files, of which one is not replaced at once but written in place;
 * who reads it in that moment is told `failed to load checkpoint: EOF`.
 */
async function patiently(ask: Ask, pause: (ms: number) => Promise<unknown>): Promise<Answer> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await ask();
    } catch (error) {
      if (attempt === ATTEMPTS) throw error;
      await pause(PAUSE_MS);
    }
  }
}

function askEngine(): Promise<Answer> {
  return runtime.invoke("pulumi:pulumi:readStackOutputs", { name: ownName() }) as Promise<Answer>;
}

interface Answer {
  readonly outputs?: {
    readonly applications?: Readonly<Record<string, Partial<ApplicationStatus>>>;
    readonly projects?: readonly string[];
  };
}

/** Pulumi's own file and object storage backends know one organization, and older ones no projects either. */
function ownName(): string {
  const organization = getOrganization();
  return organization === "organization" ? getStack() : `${organization}/${getProject()}/${getStack()}`;
}
