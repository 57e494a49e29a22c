import { parseArgs } from "node:util";

import { reportAccess } from "../components/access-report.ts";
import { causeOf, formatFailure } from "../components/error.ts";
import { chooseClusters, describeSeveral, formatAccess } from "./access-text.ts";
import { decodeSettings } from "./keys.ts";
import { readStackConfiguration } from "./stack-file.ts";

const USAGE = `Usage: npm run --silent access -- --stack NAME [--cluster NAME] | kubectl apply --server-side -f -

Prints what a cluster administrator has to apply once so that nobody else needs to be one: for the environment of the stack two
service accounts, one that deploys and one that previews, with roles for exactly the kinds that its Applications render, in exactly
their namespaces. An environment on several clusters has such accounts in each of them, with the rights for what goes there. It reads the same files and renders the same commits as "pulumi preview" and asks no cluster.

Run it again when an Application has a kind that it did not have before; after the last object of a kind is gone from Git, first
let "pulumi up" prune it.

  --stack NAME    the stack, which has a file Pulumi.<stack>.yaml
  --cluster NAME  only for this cluster, by its name in gitops:clusters; the environment's own is in-cluster
  --help          this text

Exit code: 0 when the rights are printed; 1 when they are not known, and then nothing is printed.
`;

async function main(args: readonly string[]): Promise<number> {
  const text = { type: "string" } as const;
  const options = { stack: text, cluster: text, help: { type: "boolean", short: "h", default: false } } as const;
  const { values } = parseArgs({ args: [...args], options });
  if (values.help) return print(USAGE);
  // Pulumi takes <organization>/<project>/<stack> as well.
  const stack = values.stack?.split("/").at(-1);
  if (stack === undefined) throw new Error("--stack is missing");
  const { values: texts, failures } = readStackConfiguration(".", stack);
  const decoded = decodeSettings(texts, stack);
  const mistakes = [...failures, ...decoded.failures].map(formatFailure);
  if (decoded.settings === undefined || mistakes.length > 0) return refuse(mistakes);
  const report = await reportAccess(decoded.settings);
  if (report.problems.length > 0) return refuse(report.problems);
  const clusters = chooseClusters(report.clusters, values.cluster);
  if (typeof clusters === "string") throw new Error(clusters);
  process.stderr.write(describeSeveral(clusters));
  return print(formatAccess(clusters, decoded.settings.environment));
}

function refuse(problems: readonly string[]): number {
  process.stderr.write(`access: the rights are not known:\n${problems.map((line) => `  ${line}\n`).join("")}`);
  return 1;
}

function print(text: string): number {
  process.stdout.write(text);
  return 0;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`access: ${causeOf(error)}\nnpm run access -- --help says what is possible\n`);
  process.exitCode = 1;
}
