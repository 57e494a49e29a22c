import { parseArgs } from "node:util";

import { causeOf, formatFailure } from "../components/error.ts";
import type { ApplicationImages } from "../components/images.ts";
import { reportImages } from "../components/images.ts";
import type { Registry } from "../components/registries.ts";
import { openRegistry, readRegistries } from "../components/registries.ts";
import type { StackImages } from "./images-text.ts";
import { formatStacks } from "./images-text.ts";
import type { Settings } from "./keys.ts";
import { decodeSettings } from "./keys.ts";
import { readStackConfiguration, stacksIn } from "./stack-file.ts";

const USAGE = `Usage: npm run images -- [APPLICATION ...] [--stack NAME] [--gate FILE] [--json]

Lists every tag that is considered for each image of the Applications in the project, whether it is selected, allowed or
refused, and why; with the rules that apply and where each of them stands. It reads the same files as "pulumi preview"
(infra/applications, infra/image-updaters, Pulumi.yaml, Pulumi.<stack>.yaml, registries.conf or PULUMI_GITOPS_REGISTRIES) and asks the same
registries. It asks neither Pulumi nor Git nor a cluster, so it does not know what runs: whether a selected tag is
promoted, or held because it would be a step back, is for "pulumi preview" to say.

  --stack NAME  only this stack; may be repeated. Default: every stack that has a file Pulumi.<stack>.yaml
  --gate FILE   what "pulumi stack output applications --json" printed for the stack that gitops:gate names
  --json        one JSON document ("schema": 1); with npm: npm run --silent images -- --json
  --help        this text

Exit code: 0 when every question was answered, also when no tag is allowed; 1 when there is a problem.
`;

/** Grows when a field of the JSON document changes its meaning. */
const SCHEMA = 1;

async function main(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      stack: { type: "string", multiple: true },
      gate: { type: "string" },
      json: { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) return print(USAGE, 0);
  const report = createReporter(positionals, values.gate);
  const stacks = await Promise.all(stacksOf(values.stack).map(report));
  const text = values.json ? `${JSON.stringify({ schema: SCHEMA, stacks }, undefined, 2)}\n` : formatStacks(stacks);
  return print(text, stacks.some(hasProblem) ? 1 : 0);
}

function stacksOf(asked: readonly string[] | undefined): readonly string[] {
  const known = stacksIn(".");
  if (known.length === 0) throw new Error("there is no Pulumi.<stack>.yaml in this folder");
  // Pulumi takes <organization>/<project>/<stack> as well.
  const stacks = asked?.map((name) => name.split("/").at(-1) ?? "") ?? known;
  const missing = stacks.filter((stack) => !known.includes(stack));
  if (missing.length === 0) return [...new Set(stacks)];
  throw new Error(
    `there is no ${missing.map((stack) => `Pulumi.${stack}.yaml`).join(", ")}; found ${known.join(", ")}`,
  );
}

/** All stacks with the same registries share what is asked of them. */
function createReporter(
  only: readonly string[],
  gateFile: string | undefined,
): (stack: string) => Promise<StackImages> {
  const opened = new Map<string | undefined, Registry>();
  return async (stack) => {
    const { settings, failures } = readSettingsOf(stack);
    const { registries, failures: unread } = readRegistries(settings?.registries);
    const problems = [...failures, ...unread].map(formatFailure);
    if (settings === undefined || problems.length > 0) return { stack, environment: null, problems, applications: [] };
    const registry = opened.get(settings.registries) ?? openRegistry(registries, settings.pullSecrets);
    opened.set(settings.registries, registry);
    return {
      stack,
      environment: settings.environment,
      ...(await reportImages(withGate(settings, gateFile), registry, only)),
    };
  };
}

function withGate(settings: Settings, file: string | undefined): Settings {
  const { gate } = settings;
  if (file === undefined || gate === undefined) return settings;
  return { ...settings, gate: { healthyForMs: gate.healthyForMs, file } };
}

function readSettingsOf(stack: string): ReturnType<typeof decodeSettings> {
  const { values, failures } = readStackConfiguration(".", stack);
  const decoded = decodeSettings(values, stack);
  const located = decoded.failures.map((failure) => ({ file: `Pulumi.${stack}.yaml`, ...failure }));
  return { settings: decoded.settings, failures: [...failures, ...located] };
}

function hasProblem({ problems, applications }: StackImages): boolean {
  const isBad = (application: ApplicationImages) =>
    application.problems.length > 0 || application.images.some(({ problem }) => problem !== null);
  return problems.length > 0 || applications.some(isBad);
}

function print(text: string, exitCode: number): number {
  // `| head` closes the pipe when it has seen enough.
  process.stdout.on("error", () => process.exit(exitCode));
  process.stdout.write(text);
  return exitCode;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`images: ${causeOf(error)}\nnpm run images -- --help says what is possible\n`);
  process.exitCode = 1;
}
