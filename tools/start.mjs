import { spawnSync } from "node:child_process";
import { constants } from "node:os";
import { isAbsolute, join, relative } from "node:path";
import { performance } from "node:perf_hooks";
import { deploy, healDrift, lookAtClean, promoteQa, promoteRelease, pruneRemoved } from "./start/chapters.mjs";
import { fillSandbox } from "./start/services.mjs";
import { Interrupted, passThrough, resume } from "./start/shell.mjs";
import { setStackFilesAside } from "./start/stack-files.mjs";
import { Mismatch, createStory } from "./start/story.mjs";
import { bold, colour, failed, heading, ok, print, say } from "./start/terminal.mjs";

const USAGE = `Usage: npm start -- [--once]

Brings up a sandbox of real programs on this machine (Kubernetes API server, image registry, Git server), deploys QA and production into it with the
real Pulumi CLI, and shows what happens to a change by hand, a removal from Git and a new release. Each step is checked; the first one that
does not do what it says ends the run with exit code 1.

Starts from nothing each time: a sandbox that runs in the same folder is removed first. Leaves its own running, for you to go on.

  --once   remove the sandbox at the end, whatever happened
  --help   this text

The sandbox lives in .sandbox of the checkout, or in the folder that SANDBOX_DIR names.
`;

const root = join(import.meta.dirname, "..");
const CHAPTERS = [deploy, lookAtClean, healDrift, pruneRemoved, promoteRelease, promoteQa];

/** Plain JavaScript of Node 20: on a fresh clone nothing is installed when this starts. */
async function main(args) {
  const unknown = args.find((arg) => !["--once", "--help"].includes(arg));
  if (unknown !== undefined) {
    process.stderr.write(`start: unknown option ${unknown}\n\n${USAGE}`);
    return 2;
  }
  if (args.includes("--help")) {
    process.stdout.write(USAGE);
    return 0;
  }
  const once = args.includes("--once");
  const restore = setStackFilesAside(root);
  try {
    const started = performance.now();
    const story = await tell();
    const minutes = ((performance.now() - started) / 60_000).toFixed(1);
    print();
    ok(`every step did what it said (${minutes} min)`);
    if (!once) goOn(story);
    return 0;
  } catch (error) {
    return explain(error, once);
  } finally {
    restore();
    if (once) await tearDown();
  }
}

async function tell() {
  heading("Set-up");
  await node("setup.mjs");
  heading("A cluster, a registry and a Git server of your own");
  await node("sandbox.mjs", "down");
  await node("sandbox.mjs", "up");
  const env = sandboxEnvironment();
  const work = shortest(join(env["SANDBOX_DIR"], "work"));
  const story = createStory({ cwd: root, env });
  await fillSandbox(story, { root, work });
  for (const chapter of CHAPTERS) await chapter(story, { work });
  return { work };
}

/** Our own tools print for themselves. */
async function node(script, ...args) {
  const status = await passThrough(process.execPath, [join("tools", script), ...args], { cwd: root, env: process.env });
  if (status !== 0) throw new Mismatch(`exit code 0 from tools/${[script, ...args].join(" ")}, found ${status}`, "");
}

function sandboxEnvironment() {
  const { stdout, status } = spawnSync(process.execPath, [join("tools", "sandbox.mjs"), "env", "--json"], {
    cwd: root,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
  });
  if (status !== 0) throw new Mismatch(`exit code 0 from tools/sandbox.mjs env, found ${status}`, "");
  return { ...process.env, ...JSON.parse(stdout), PULUMI_OPTION_COLOR: colour ? "always" : "never" };
}

/** As a person at the root of the checkout would type it. */
function shortest(path) {
  const inside = relative(root, path);
  return inside.startsWith("..") || isAbsolute(inside) ? path : inside;
}

function goOn({ work }) {
  heading("Your turn");
  say("The sandbox goes on running. Lead your shell to it, and pulumi, kubectl, git and crane talk to it:");
  const commands = [
    'eval "$(npm run --silent sandbox -- env)"',
    "kubectl edit deployment/api-service --namespace qa    # change what you like, then",
    "pulumi preview --stack qa --diff",
    "pulumi up --stack qa --yes",
    `cd ${work}/api-service    # edit, commit, push to develop (QA) or main (production)`,
    "npm run --silent sandbox -- image my-org/api-service:v1.4.0",
    "pulumi stack output applications --stack production",
    "npm run sandbox -- down    # stop everything and remove the data",
  ];
  print();
  for (const command of commands) print(`  ${bold(command)}`);
}

function explain(error, once) {
  if (error instanceof Interrupted) {
    print();
    print(once ? error.message : `${error.message}; what is up of the sandbox stays up: npm run sandbox -- down`);
    return 128 + constants.signals[error.signal];
  }
  if (!(error instanceof Mismatch)) throw error;
  failed(error.message);
  if (error.found !== "") print(`Found:\n${error.found.trimEnd()}`);
  return 1;
}

async function tearDown() {
  resume();
  heading("Tear-down");
  await node("sandbox.mjs", "down");
}

process.exitCode = await main(process.argv.slice(2));
