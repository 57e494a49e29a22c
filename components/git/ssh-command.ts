import { GitOpsError } from "../error.ts";
import type { Credentials } from "./credentials.ts";
import type { Remote } from "./remote.ts";

/**
 * Nobody is asked, hosts must be known, and a server that is not trusted gets nothing of this machine's: no agent, no display, no tunnel.
 * Of two values of an option ssh takes the first, so one in the user's own command wins over these; of its flags it takes the last.
 */
const STRICT = [
  "-a",
  "-x",
  ...["BatchMode=yes", "StrictHostKeyChecking=yes", "ClearAllForwardings=yes"].map((option) => `-o ${option}`),
];

const HOST_CHECKS = /StrictHostKeyChecking[\s="']*([\w-]*)/gi;
const NO_HOSTS = /KnownHostsFile[\s="']*\/dev\/null/i;

/**
 * The user's own ssh command, with its options and keys, made strict: for `GIT_SSH_COMMAND`.
 * @throws GitOpsError Refused when it trusts hosts that are not known
 */
export function sshCommand(env: NodeJS.ProcessEnv, { repoURL, protocol }: Remote, credentials: Credentials): string {
  const own = env["GIT_SSH_COMMAND"] ?? credentials.findLast(({ key }) => key === "core.sshcommand")?.value ?? "ssh";
  if (protocol === "ssh" && trustsAnyHost(own)) {
    const advice = "take that out of GIT_SSH_COMMAND or core.sshCommand and add the host to known_hosts";
    throw new GitOpsError(`${repoURL}: ssh is told to trust any host; ${advice}`, { code: "Refused" });
  }
  return [own, ...STRICT].join(" ");
}

/** Every word for it but the two that mean yes: ssh knows several for no, and the shell can hide one. */
function trustsAnyHost(command: string): boolean {
  const checks = [...command.matchAll(HOST_CHECKS)].map(([, value = ""]) => value.toLowerCase());
  return NO_HOSTS.test(command) || checks.some((value) => value !== "yes" && value !== "true");
}
