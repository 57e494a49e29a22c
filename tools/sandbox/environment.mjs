import { join } from "node:path";
import { bin, root } from "../setup/paths.mjs";
import { REGISTRY_USERNAME } from "./credentials.mjs";
import { filesIn, requireRecord } from "./folder.mjs";
import { gitServer, gitSettings } from "./git.mjs";
import { metrics } from "./metrics.mjs";

/** Programs of the checkout go before those of the machine: Node 24 first. */
const folders = [join(root, "node_modules", ".bin"), bin];

/** The environment in which pulumi, kubectl, helm, git and crane work with this sandbox, as the variables to set. */
export function environment(dir) {
  return { ...variables(dir), PATH: [...folders, process.env["PATH"]].join(":") };
}

/** The same as commands of a POSIX shell. */
export function shellExports(dir) {
  const lines = Object.entries(variables(dir)).map(([name, value]) => `export ${name}=${quote(value)}`);
  return `${lines.join("\n")}\nexport PATH=${quote(folders.join(":"))}:"$PATH"\n`;
}

function variables(dir) {
  const record = requireRecord(dir);
  const { credentials, ports } = record;
  const files = filesIn(dir);
  return {
    SANDBOX_DIR: dir,
    KUBECONFIG: files.kubeconfig,
    SANDBOX_DEPLOYER_TOKEN: credentials.tokens.deployer,
    SANDBOX_VIEWER_TOKEN: credentials.tokens.viewer,
    SANDBOX_METRICS_URL: metrics.address(record),
    SANDBOX_GIT_URL: gitServer.address(record),
    SANDBOX_GIT_TOKEN: credentials.gitToken,
    ...gitEnvironment(gitSettings(record)),
    SANDBOX_REGISTRY: `127.0.0.1:${ports.registry}`,
    SANDBOX_REGISTRY_USERNAME: REGISTRY_USERNAME,
    SANDBOX_REGISTRY_PASSWORD: credentials.registryPassword,
    DOCKER_CONFIG: files.docker,
    PULUMI_GITOPS_REGISTRIES: files.registries,
    PULUMI_BACKEND_URL: `file://${files.pulumiState}`,
    PULUMI_HOME: files.pulumiHome,
    // Always the same, and nothing secret lives here: Pulumi writes a salt that belongs to it into stack files, and those outlive a sandbox.
    PULUMI_CONFIG_PASSPHRASE: "sandbox",
    PULUMI_FALLBACK_TO_STATE_SECRETS_MANAGER: "true",
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_SKIP_CONFIRMATIONS: "true",
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    PULUMI_DISABLE_REGISTRY_RESOLVE: "true",
    // One application that fails must not stop the others.
    PULUMI_CONTINUE_ON_ERROR: "true",
    // Nor may those that are waited for.
    PULUMI_PARALLEL: "1000",
  };
}

/** Settings by environment (git-config(1), GIT_CONFIG_COUNT), after those the caller already has, without those of an earlier sandbox. */
function gitEnvironment(settings) {
  const all = [...inherited(), ...settings];
  const entries = all.flatMap(([key, value], index) => [
    [`GIT_CONFIG_KEY_${index}`, key],
    [`GIT_CONFIG_VALUE_${index}`, value],
  ]);
  return { GIT_CONFIG_COUNT: String(all.length), ...Object.fromEntries(entries) };
}

function inherited() {
  const count = Number(process.env["GIT_CONFIG_COUNT"] ?? 0);
  const all = Array.from({ length: count }, (_, index) => [
    process.env[`GIT_CONFIG_KEY_${index}`] ?? "",
    process.env[`GIT_CONFIG_VALUE_${index}`] ?? "",
  ]);
  return all.filter(([key]) => key !== "" && !/^(url|credential)\.http:\/\/127\.0\.0\.1:\d+/.test(key));
}

function quote(value) {
  return `'${value.replaceAll("'", `'\\''`)}'`;
}
