import { parseArgs } from "node:util";

export type Scenario = "first-up" | "no-op" | "engine" | "drift" | "bump" | "broken" | "prune" | "render" | "startup";

/** In the order in which they run. */
export const SCENARIOS: readonly Scenario[] = [
  ...(["first-up", "no-op", "engine", "drift", "bump", "broken", "prune", "render", "startup"] as const),
];

/** What one run of the bench measures. */
export interface Options {
  readonly apps: number;
  /** Of all applications together. */
  readonly objects: number;
  /** Git repositories that the applications are spread over. */
  readonly repositories: number;
  /** Objects of somebody else in the cluster. */
  readonly foreign: number;
  /** How many objects somebody changes by hand, one round after another. */
  readonly drift: readonly number[];
  /** How often the no-op preview is measured; the median counts. */
  readonly runs: number;
  readonly scenarios: readonly Scenario[];
  /** Whether the engine's floor is measured, which takes as long as three scenarios. */
  readonly floor: boolean;
  /** The same seed gives the same bytes. */
  readonly seed: number;
  readonly wait: "healthy" | "applied";
  /** When the CLI writes the state: after each step, as it does by default, or once (PULUMI_SKIP_CHECKPOINTS). */
  readonly checkpoints: "each" | "end";
  readonly json: boolean;
  /** The JSON of a smaller run that this one is compared with: growth, foreign objects. */
  readonly against?: string;
  /** Folder for V8 CPU profiles of the program and the provider. */
  readonly cpuProfiles?: string;
}

export const HELP = `Measures the program with the real CLI on a sandbox of its own.

  npm run bench -- --apps 100 --objects 1000 --scenario first-up,no-op,drift

  --apps N            applications (default 20)
  --objects M         Kubernetes objects of all applications together (default 10 an application)
  --repositories R    Git repositories the applications are spread over (default 1)
  --foreign K         ConfigMaps of somebody else in the cluster (default 0; a few there are always)
  --scenario S        one or several with commas, or all (default): ${SCENARIOS.join(", ")}
                      the first up always runs, because all others need it
  --drift K           objects changed by hand, one round after another (default 1,1%,10%)
  --runs R            repetitions of the no-op preview, each beside one of the engine floor, and of the bump,
                      each after an up without changes; the medians count (default 1)
  --wait W            what a sync waits for: healthy or applied (default applied)
  --checkpoints C     when the CLI writes the state: after each step (each) or once (end, the default)
  --no-floor          leave out the engine's floor, and with it the ratios to it
  --seed S            the same seed gives the same applications (default 1)
  --against FILE      the JSON of another run: adds what each scenario takes now to what it took then
  --cpu-prof FOLDER   write CPU profiles of the Node processes there
  --json              one JSON document instead of tables
  --help

Exit code: 0 measured and every result right; 1 a result is wrong or a step failed; 2 wrong usage.
`;

const SHAPE = {
  apps: { type: "string", default: "20" },
  objects: { type: "string" },
  repositories: { type: "string", default: "1" },
  foreign: { type: "string", default: "0" },
  scenario: { type: "string", default: "all" },
  drift: { type: "string", default: "1,1%,10%" },
  runs: { type: "string", default: "1" },
  wait: { type: "string", default: "applied" },
  checkpoints: { type: "string", default: "end" },
  "no-floor": { type: "boolean", default: false },
  seed: { type: "string", default: "1" },
  against: { type: "string" },
  "cpu-prof": { type: "string" },
  json: { type: "boolean", default: false },
  help: { type: "boolean", default: false },
} as const;

/** Everything that is wrong with the arguments, a sentence each. */
export type Usage =
  | { readonly kind: "run"; readonly options: Options }
  | { readonly kind: "help" }
  | { readonly kind: "wrong"; readonly problems: readonly string[] };

export function readOptions(args: readonly string[]): Usage {
  let values;
  try {
    values = parseArgs({ args: [...args], options: SHAPE, strict: true }).values;
  } catch (error) {
    return { kind: "wrong", problems: [(error as Error).message] };
  }
  if (values.help) return { kind: "help" };
  const problems: string[] = [];
  const { number, oneOf, each } = readers(problems);
  const apps = number("apps", values.apps, 1);
  const objects = number("objects", values.objects ?? String(10 * (apps || 1)), 1);
  if (objects < apps) problems.push(`--objects: expected at least one an application (${apps}), found ${objects}`);
  const { against, "cpu-prof": cpuProfiles } = values;
  const options: Options = {
    ...{ apps, objects, json: values.json, floor: !values["no-floor"] },
    repositories: Math.min(apps, number("repositories", values.repositories, 1)),
    foreign: number("foreign", values.foreign, 0),
    scenarios: values.scenario === "all" ? SCENARIOS : each("scenario", values.scenario, SCENARIOS),
    drift: driftOf(values.drift, objects, problems),
    runs: number("runs", values.runs, 1),
    seed: number("seed", values.seed, 0),
    wait: oneOf("wait", values.wait, ["healthy", "applied"]),
    checkpoints: oneOf("checkpoints", values.checkpoints, ["each", "end"]),
    ...(against === undefined ? {} : { against }),
    ...(cpuProfiles === undefined ? {} : { cpuProfiles }),
  };
  return problems.length > 0 ? { kind: "wrong", problems } : { kind: "run", options };
}

function readers(problems: string[]) {
  function oneOf<T extends string>(name: string, text: string, allowed: readonly [T, ...(readonly T[])]): T {
    const found = allowed.find((one) => one === text);
    if (found === undefined)
      problems.push(`--${name}: expected ${allowed.join(" or ")}, found ${JSON.stringify(text)}`);
    return found ?? allowed[0];
  }
  function each<T extends string>(name: string, text: string, allowed: readonly T[]): readonly T[] {
    const names = text.split(",");
    const unknown = names.filter((one) => !allowed.some((known) => known === one));
    if (unknown.length > 0)
      problems.push(`--${name}: expected ${allowed.join(", ")} or all, found ${JSON.stringify(unknown.join(","))}`);
    return allowed.filter((one) => names.includes(one));
  }
  function number(name: string, text: string, least: number): number {
    if (!/^\d+$/.test(text) || Number(text) < least)
      problems.push(`--${name}: expected a whole number from ${least} on, found ${JSON.stringify(text)}`);
    return Number(text);
  }
  return { number, oneOf, each };
}

/** `1,1%,10%` of 1,000 objects are 1, 10 and 100; what comes out twice is measured once. */
function driftOf(text: string, objects: number, problems: string[]): readonly number[] {
  const amounts = text.split(",").map((amount) => {
    const [, digits, percent] = /^(\d+)(%?)$/.exec(amount) ?? [];
    if (digits === undefined || Number(digits) < 1) {
      problems.push(`--drift: expected numbers from 1 on or percentages, found ${JSON.stringify(amount)}`);
      return 1;
    }
    const wanted = percent === "%" ? Math.floor((objects * Number(digits)) / 100) : Number(digits);
    return Math.min(objects, Math.max(1, wanted));
  });
  return [...new Set(amounts)];
}
