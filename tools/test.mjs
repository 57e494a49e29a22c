import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join, relative } from "node:path";

const USAGE = `Usage: npm test -- [--checked] [ARGUMENT OF JEST]...

Set-up, then format, lint and types, then the unit tests, then the integration and end-to-end tests on a sandbox of their own.
Stops at the first of these that fails. Arguments of Jest narrow the tests down: npm test -- -t prune
Where up to three files of the tests with real programs fail, these are run once more, and what passes only then is named.

  --checked   format, lint and types have just passed, skip them
  --help      this text

The last line is "N passed, N failed"; a check or a run of Jest that broke counts as one failure.
`;

const root = join(import.meta.dirname, "..");
const bin = join(root, "node_modules", ".bin");
const CHECKS = ["format", "lint", "types"];
const NODE_OPTIONS = ["--experimental-vm-modules", "--disable-warning=ExperimentalWarning"];
const SANDBOX = join("tools", "sandbox.mjs");

/** More than that is no accident. */
const MOST_FILES_AGAIN = 3;

let running;
let signal;

/** Plain JavaScript of Node 20: on a fresh clone nothing is installed when this starts. */
async function main(args) {
  if (args.includes("--help")) {
    process.stdout.write(USAGE);
    return 0;
  }
  const jestArgs = args.filter((arg) => arg !== "--checked");
  const { passed, failed } = await runAll({ checked: args.includes("--checked"), jestArgs });
  process.stdout.write(`${passed} passed, ${failed} failed\n`);
  return failed === 0 && passed > 0 ? 0 : 1;
}

async function runAll({ checked, jestArgs }) {
  if (!(await prepared(checked))) return { passed: 0, failed: 1 };
  const unit = await jest(["unit"], jestArgs, {});
  if (unit.failed > 0) return unit;
  const real = await inSandbox((env) => jestTwice(["integration", "e2e"], jestArgs, env));
  return { passed: unit.passed + real.passed, failed: unit.failed + real.failed };
}

/**
 * One sandbox for the run, removed whatever happens. It lies in the folder for temporary files of the run, so that sandboxes of single
 * tests are found there too.
 */
async function inSandbox(work) {
  const folder = mkdtempSync(join(tmpdir(), "pulumi-gitops-test-"));
  const env = { TMPDIR: folder, SANDBOX_DIR: join(folder, "sandbox") };
  try {
    if ((await run(process.execPath, [SANDBOX, "up"], env)) !== 0) return { passed: 0, failed: 1 };
    return await work(env);
  } finally {
    signal = undefined;
    const sandboxes = readdirSync(folder).filter((name) => existsSync(join(folder, name, "sandbox.json")));
    for (const name of sandboxes) await run(process.execPath, [SANDBOX, "down"], { SANDBOX_DIR: join(folder, name) });
    rmSync(folder, { recursive: true, force: true });
  }
}

async function prepared(checked) {
  if ((await run(process.execPath, [join("tools", "setup.mjs")])) !== 0) return false;
  for (const check of checked ? [] : CHECKS) {
    if ((await run("npm", ["run", "--silent", check])) === 0) continue;
    process.stderr.write(`test: ${check} failed (npm run ${check})\n`);
    return false;
  }
  return true;
}

/**
 * Real programs on a loaded machine meet moments that nobody can arrange. A failure counts when it comes twice; one that does not is a defect
 * all the same, and it is named so that somebody finds it.
 */
async function jestTwice(projects, args, env) {
  const first = await jest(projects, args, env);
  if (first.failedFiles.length === 0 || first.failedFiles.length > MOST_FILES_AGAIN) return first;
  process.stdout.write(`test: run once more: ${first.failedFiles.join(", ")}\n`);
  const again = await jest(projects, [...args, "--runTestsByPath", ...first.failedFiles], env);
  const unsteady = first.failedFiles.filter((file) => !again.failedFiles.includes(file));
  for (const file of unsteady) process.stdout.write(`test: UNSTEADY, passed only when run once more: ${file}\n`);
  return { passed: first.passed - first.passedInFailedFiles + again.passed, failed: again.failed };
}

async function jest(projects, args, env) {
  const folder = mkdtempSync(join(tmpdir(), "pulumi-gitops-test-"));
  const file = join(folder, "results.json");
  try {
    const program = [...NODE_OPTIONS, join("node_modules", "jest", "bin", "jest.js")];
    const narrowed = args.length === 0 ? [] : ["--passWithNoTests"];
    const options = ["--selectProjects", ...projects, "--json", "--outputFile", file, ...narrowed, ...args];
    return count(await run(join(bin, "node"), [...program, ...options], env), readResults(file));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Jest's exit code alone is not enough: it may be 0 without a test, and its count leaves out suites that did not load. */
function count(status, results) {
  if (results === undefined) return { passed: 0, failed: 1, failedFiles: [], passedInFailedFiles: 0 };
  const { numPassedTests: passed, numFailedTests, numRuntimeErrorTestSuites, testResults } = results;
  const failed = numFailedTests + numRuntimeErrorTestSuites;
  const files = testResults.filter((file) => file.status === "failed");
  const isPassed = (test) => test.status === "passed";
  return {
    passed,
    failed: failed === 0 && status !== 0 ? 1 : failed,
    failedFiles: files.map(({ name }) => relative(root, name)),
    passedInFailedFiles: files.flatMap(({ assertionResults }) => assertionResults).filter(isPassed).length,
  };
}

function readResults(file) {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return undefined;
  }
}

/** Its exit code. What it prints goes straight through. After a signal nothing new is started. */
function run(command, args, variables = {}) {
  if (signal !== undefined) return Promise.resolve(1);
  const env = { ...process.env, ...variables, PATH: `${bin}${delimiter}${process.env["PATH"]}` };
  // A group of its own, so that a signal reaches the workers of Jest too: they outlive it otherwise.
  const child = spawn(command, args, { cwd: root, env, detached: true, stdio: ["ignore", "inherit", "inherit"] });
  running = child;
  return new Promise((resolve) => {
    child.once("error", ({ message }) => {
      process.stderr.write(`test: ${command}: ${message}\n`);
      resolve(1);
    });
    child.once("exit", (status) => resolve(status ?? 1));
  }).finally(() => (running = undefined));
}

for (const name of ["SIGINT", "SIGTERM", "SIGHUP"])
  process.on(name, () => {
    signal = name;
    // The one signal after which the Pulumi CLI ends its plugins before itself.
    if (running?.pid !== undefined) process.kill(-running.pid, "SIGINT");
  });

process.exitCode = await main(process.argv.slice(2));
