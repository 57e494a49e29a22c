import { hasHelper } from "./credentials.ts";
import type { Credentials } from "./credentials.ts";
import type { Remote } from "./remote.ts";
import { sshCommand } from "./ssh-command.ts";
import type { ConfigEntry } from "./user-config.ts";

/** Names a person's shell passes on to every Git call; `HOME` is for ssh and credential helpers, Git's own files there are not read. */
const PASSED = [
  ...["PATH", "HOME", "USER", "LOGNAME", "TMPDIR", "TZ", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_RUNTIME_DIR"],
  ...["SSH_AUTH_SOCK", "GIT_ASKPASS", "GIT_SSL_CAINFO", "GIT_SSL_CAPATH", "SSL_CERT_FILE", "SSL_CERT_DIR"],
  ...["http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY", "no_proxy", "NO_PROXY"],
];

/** Nothing of the user's, the machine's or a repository's configuration is read; what replaces it stands here (git-config(1)). */
const HARDENED: readonly ConfigEntry[] = entries({
  "core.hooksPath": "/dev/null",
  "core.symlinks": "false",
  "core.fsmonitor": "false",
  "protocol.allow": "never",
  "protocol.version": "2",
  "transfer.fsckObjects": "true",
  "transfer.bundleURI": "false",
  "fetch.recurseSubmodules": "false",
  "fetch.negotiationAlgorithm": "noop",
  // Objects stay in packs, whose names are their content: two processes may add to one repository.
  "fetch.unpackLimit": "1",
  "submodule.recurse": "false",
  "gc.auto": "0",
  "maintenance.auto": "false",
  "http.followRedirects": "false",
  "http.lowSpeedLimit": "1000",
  "http.lowSpeedTime": "20",
  "credential.interactive": "false",
});

const FIXED: Readonly<Record<string, string>> = {
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_ATTR_NOSYSTEM: "1",
  GIT_TERMINAL_PROMPT: "0",
  GCM_INTERACTIVE: "never",
  SSH_ASKPASS_REQUIRE: "never",
  GIT_LFS_SKIP_SMUDGE: "1",
  GIT_NO_REPLACE_OBJECTS: "1",
  GIT_NO_LAZY_FETCH: "1",
  GIT_OPTIONAL_LOCKS: "0",
  // Its messages are told apart by their words.
  LC_ALL: "C",
};

/** For Git calls that touch no network. */
export function localEnvironment(env: NodeJS.ProcessEnv): Record<string, string> {
  return { ...pick(env, ["PATH", "TMPDIR"]), ...FIXED, GIT_ALLOW_PROTOCOL: "none", ...settings(HARDENED) };
}

/** For Git calls that check a signature: with these settings, and gpg's own folder. */
export function verifyingEnvironment(
  env: NodeJS.ProcessEnv,
  own: Readonly<Record<string, string>>,
  gpgHome: string,
): Record<string, string> {
  const base = localEnvironment(env);
  return { ...base, HOME: gpgHome, GNUPGHOME: gpgHome, ...settings([...HARDENED, ...entries(own)]) };
}

/**
 * For Git calls that ask a repository. Secrets travel here, in the environment of one child, never on its command line.
 * A credential helper may be any command of the user's and need any variable, so only with one does the rest of the environment come along.
 * @throws GitOpsError Refused when the user's own ssh command trusts any host
 */
export function remoteEnvironment(
  env: NodeJS.ProcessEnv,
  remote: Remote,
  credentials: Credentials,
): Record<string, string> {
  const passed = hasHelper(credentials, remote.url)
    ? Object.keys(env).filter((name) => !/^(GIT|PULUMI)_/.test(name))
    : [];
  return {
    ...pick(env, [...passed, ...PASSED]),
    ...FIXED,
    GIT_ALLOW_PROTOCOL: remote.protocol,
    GIT_SSH_COMMAND: sshCommand(env, remote, credentials),
    ...settings([
      ...HARDENED,
      ...entries({ [`protocol.${remote.protocol}.allow`]: "always" }),
      ...credentials,
      ...authorize(remote),
    ]),
  };
}

function authorize({ url, authorization }: Remote): readonly ConfigEntry[] {
  if (authorization === undefined) return [];
  return [{ key: `http.${new URL(url).origin}/.extraHeader`, value: `Authorization: ${authorization}` }];
}

/** Settings as environment variables (git-config(1), GIT_CONFIG_COUNT), which other users of the machine cannot read. */
function settings(list: readonly ConfigEntry[]): Record<string, string> {
  const pairs = list.flatMap(({ key, value }, index): [string, string][] => [
    [`GIT_CONFIG_KEY_${index}`, key],
    [`GIT_CONFIG_VALUE_${index}`, value],
  ]);
  return { GIT_CONFIG_COUNT: String(list.length), ...Object.fromEntries(pairs) };
}

function entries(values: Readonly<Record<string, string>>): readonly ConfigEntry[] {
  return Object.entries(values).map(([key, value]) => ({ key, value }));
}

function pick(env: NodeJS.ProcessEnv, names: readonly string[]): Record<string, string> {
  const picked = names.map((name) => [name, env[name]] as const);
  return Object.fromEntries(picked.filter((entry): entry is [string, string] => entry[1] !== undefined));
}
