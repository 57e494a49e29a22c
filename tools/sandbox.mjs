import { parseArgs } from "node:util";
import { prepare } from "./setup/prepare.mjs";

const USAGE = `Usage: npm run sandbox -- COMMAND

A Kubernetes control plane, an image registry and a Git server on this machine, for tests and for trying things out.

  up                 start what does not run, return when all is ready
  down [--keep]      stop everything and remove the data; with --keep the next up goes on with it
  status [--json]    what runs where; ends with 3 when not everything runs
  env [--json]       the environment for pulumi, kubectl, helm, git and crane:
                     eval "$(npm run --silent sandbox -- env)"
  stop COMPONENT     stop one component, for example kube-apiserver
  start COMPONENT    start it again on the same port
  repo NAME...       make empty Git repositories my-org/NAME.git
  image REF...       push tiny images, for example my-org/api-service:v1.2.0
  load NS/POD PERCENT
                     let pods whose names start so use that much of the CPU they request (50 at first):
                     autoscalers act on it

It lives in .sandbox of the checkout, or in the folder that SANDBOX_DIR names.
`;

const print = (text) => process.stdout.write(`${text}\n`);

const commands = {
  up: async (sandbox, dir) => {
    const started = performance.now();
    const names = await sandbox.up(dir);
    print(table(await sandbox.status(dir)));
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    print(
      names.length === 0
        ? "Everything ran already."
        : `Ready after ${seconds} s. Next: eval "$(npm run --silent sandbox -- env)"`,
    );
  },
  down: async (sandbox, dir, _, { keep }) => {
    const found = (await sandbox.status(dir)).length > 0;
    await sandbox.down(dir, { keep });
    if (!found) print(`There is no sandbox in ${dir}.`);
    else print(keep ? `Stopped. The data stays in ${dir}.` : "Stopped and removed.");
  },
  status: async (sandbox, dir, _, { json }) => {
    const rows = await sandbox.status(dir);
    print(
      json ? JSON.stringify(rows, undefined, 2) : rows.length === 0 ? `There is no sandbox in ${dir}.` : table(rows),
    );
    return rows.length > 0 && rows.every(({ state }) => state === "running") ? 0 : 3;
  },
  env: (sandbox, dir, _, { json }) => {
    process.stdout.write(
      json ? `${JSON.stringify(sandbox.environment(dir), undefined, 2)}\n` : sandbox.shellExports(dir),
    );
  },
  stop: (sandbox, dir, names) => eachOf(names, "COMPONENT", (name) => sandbox.stop(dir, name)),
  start: (sandbox, dir, names) => eachOf(names, "COMPONENT", (name) => sandbox.start(dir, name)),
  repo: (sandbox, dir, names) =>
    eachOf(names, "NAME", (name) => {
      const { url, sandboxUrl } = sandbox.createRepository(dir, name);
      print(`${url}  ->  ${sandboxUrl}`);
    }),
  image: async (sandbox, dir, references) => {
    if (references.length === 0) throw new UsageError("REF is missing");
    for (const { repository, tag, digest } of await sandbox.pushImages(dir, references))
      print(`${repository}:${tag} ${digest}`);
  },
  load: async (sandbox, dir, [pods = "", percentage]) => {
    const [namespace, prefix, ...rest] = pods.split("/");
    if (!namespace || !prefix || rest.length > 0 || percentage === undefined)
      throw new UsageError("NS/POD and PERCENT are needed");
    await sandbox.setLoad(dir, namespace, prefix, percentage);
  },
};

class UsageError extends Error {}

async function eachOf(values, what, action) {
  if (values.length === 0) throw new UsageError(`${what} is missing`);
  for (const value of values) await action(value);
}

function table(rows) {
  const cells = rows.map(({ name, pid, address, state }) => [name, String(pid ?? "-"), address, state]);
  const all = [["component", "pid", "address", "state"], ...cells];
  const widths = all[0].map((_, column) => Math.max(...all.map((row) => row[column].length)));
  return all
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column]))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

function parse(args) {
  const options = { json: { type: "boolean" }, keep: { type: "boolean" }, help: { type: "boolean" } };
  try {
    const { positionals, values } = parseArgs({ args, options, allowPositionals: true });
    const [command, ...rest] = positionals;
    if (!values.help && !Object.hasOwn(commands, command ?? ""))
      throw new Error(command ? `unknown command ${command}` : "COMMAND is missing");
    return { command, rest, values };
  } catch (error) {
    throw new UsageError(error.message);
  }
}

async function main(args) {
  const { command, rest, values } = parse(args);
  if (values.help) return process.stdout.write(USAGE);
  if (command === "up") await prepare();
  // Only now: these files need npm packages, which may just have been installed.
  const sandbox = await import("./sandbox/index.mjs");
  process.exitCode = await commands[command](sandbox, sandbox.defaultFolder(), rest, values);
}

process.on("SIGINT", () => process.exit(130));
process.on("SIGTERM", () => process.exit(143));

try {
  await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`sandbox: ${error.message}\n${error instanceof UsageError ? `\n${USAGE}` : ""}`);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
