import { parseArgs } from "node:util";

export type Scenario = "first-up" | "no-op" | "drift";

export const SCENARIOS: readonly Scenario[] = ["first-up", "no-op", "drift"];

/** What one run of the bench measures. */
export interface Options {
  readonly apps: number;
  /** Of all applications together. */
  readonly objects: number;
  /** Git repositories that the applications are spread over. */
  readonly repositories: number;
  /** Objects that somebody changes by hand. */
  readonly drift: number;
  /** How often the no-op preview is measured; the median counts. */
  readonly runs: number;
  readonly scenarios: readonly Scenario[];
  /** The same seed gives the same bytes. */
  readonly seed: number;
  readonly wait: "healthy" | "applied";
  /** When the CLI writes the state: after each step, as it does by default, or once (PULUMI_SKIP_CHECKPOINTS). */
  readonly checkpoints: "each" | "end";
  readonly json: boolean;
  /** Folder for V8 CPU profiles of the program and the provider. */
  readonly cpuProfiles?: string;
}

export const HELP = `Measures the program with the real CLI on a sandbox of its own.

  npm run bench -- --apps 100 --objects 1000 --scenario all

  --apps N            applications (default 20)
  --objects M         Kubernetes objects of all applications together (default 10 an application)
  --repositories R    Git repositories the applications are spread over (default 1)
  --scenario S        first-up, no-op, drift or all (default all)
  --drift K           objects changed by hand (default 1 in 100, at least one)
  --runs R            repetitions of the no-op preview, the median counts (default 1)
  --wait W            what a sync waits for: healthy or applied (default healthy)
  --checkpoints C     when the CLI writes the state: after each step (each) or once (end) (default each)
  --seed S            the same seed gives the same applications (default 1)
  --cpu-prof FOLDER   write CPU profiles of the Node processes there
  --json              one JSON document instead of tables
  --help

Exit code: 0 measured and every result right; 1 a result is wrong or a step failed; 2 wrong usage.
`;

const SHAPE = {
  apps: { type: "string", default: "20" },
  objects: { type: "string" },
  repositories: { type: "string", default: "1" },
  scenario: { type: "string", default: "all" },
  drift: { type: "string" },
  runs: { type: "string", default: "1" },
  wait: { type: "string", default: "healthy" },
  checkpoints: { type: "string", default: "each" },
  seed: { type: "string", default: "1" },
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
  const number = (name: string, text: string, least: number): number => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < least)
      problems.push(`--${name}: expected a whole number from ${least} on, found ${JSON.stringify(text)}`);
    return value;
  };
  const apps = number("apps", values.apps, 1);
  const objects = number("objects", values.objects ?? String(10 * (apps || 1)), 1);
  const scenarios = SCENARIOS.filter((name) => values.scenario === "all" || values.scenario === name);
  const { wait, checkpoints, "cpu-prof": cpuProfiles } = values;
  if (scenarios.length === 0)
    problems.push(`--scenario: expected ${SCENARIOS.join(", ")} or all, found ${JSON.stringify(values.scenario)}`);
  if (wait !== "healthy" && wait !== "applied")
    problems.push(`--wait: expected healthy or applied, found ${JSON.stringify(wait)}`);
  if (checkpoints !== "each" && checkpoints !== "end")
    problems.push(`--checkpoints: expected each or end, found ${JSON.stringify(checkpoints)}`);
  if (objects < apps) problems.push(`--objects: expected at least one an application (${apps}), found ${objects}`);
  const options: Options = {
    ...{ apps, objects, scenarios, json: values.json, wait: wait === "applied" ? "applied" : "healthy" },
    checkpoints: checkpoints === "end" ? "end" : "each",
    repositories: Math.min(apps, number("repositories", values.repositories, 1)),
    drift: Math.min(objects, number("drift", values.drift ?? String(Math.max(1, Math.floor(objects / 100))), 1)),
    runs: number("runs", values.runs, 1),
    seed: number("seed", values.seed, 0),
    ...(cpuProfiles === undefined ? {} : { cpuProfiles }),
  };
  return problems.length > 0 ? { kind: "wrong", problems } : { kind: "run", options };
}
