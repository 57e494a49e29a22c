import { bin } from "./setup/paths.mjs";
import { prepare } from "./setup/prepare.mjs";
import { duration, say } from "./setup/progress.mjs";

const USAGE = `Usage: npm run setup -- [--npm-only]

Installs the npm packages and builds the programs that tests and the sandbox run: etcd, kube-apiserver,
kube-controller-manager, kube-scheduler, kwok, registry, crane, git-ssh, pulumi, pulumi-language-nodejs, kubectl, helm.
Does only what is not done yet. May be interrupted and started again at any time.

  --npm-only   npm packages only
  --help       this text

Binaries are kept in \${XDG_CACHE_HOME:-~/.cache}/pulumi-gitops and shared by all checkouts. They are linked in
${bin}
`;

/** Plain JavaScript of Node 20 without packages, here and in setup/: it runs before anything is installed. */
async function main(args) {
  const unknown = args.find((arg) => !["--npm-only", "--help"].includes(arg));
  if (unknown !== undefined) {
    process.stderr.write(`setup: unknown option ${unknown}\n\n${USAGE}`);
    return 2;
  }
  if (args.includes("--help")) {
    process.stdout.write(USAGE);
    return 0;
  }
  const started = performance.now();
  const busy = await prepare({ npmOnly: args.includes("--npm-only") });
  say(busy ? `done in ${duration(performance.now() - started)}` : "everything is in place");
  return 0;
}

// Leaving through exit() releases locks and stops a running build.
process.on("SIGINT", () => process.exit(130));
process.on("SIGTERM", () => process.exit(143));

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  say(error.message);
  process.exitCode = 1;
}
