import { describe, expect, it } from "@jest/globals";

import type { Remote } from "./remote.ts";
import { sshCommand } from "./ssh-command.ts";

const SSH: Remote = { repoURL: "git@host:x", url: "git@host:x", protocol: "ssh" };
const HTTPS: Remote = { repoURL: "https://host/x", url: "https://host/x", protocol: "https" };

function commandOf(variable: string | undefined, setting: string | undefined, remote = SSH): string {
  const credentials = setting === undefined ? [] : [{ key: "core.sshcommand", value: setting }];
  return sshCommand({ GIT_SSH_COMMAND: variable }, remote, credentials);
}

describe("sshCommand", () => {
  it.each([
    [undefined, undefined, "ssh"],
    ["ssh -i key", undefined, "ssh -i key"],
    [undefined, "ssh -i other", "ssh -i other"],
    ["ssh -i key", "ssh -i other", "ssh -i key"],
    ["ssh -o UserKnownHostsFile=hosts", undefined, "ssh -o UserKnownHostsFile=hosts"],
    ["ssh -o StrictHostKeyChecking=yes", undefined, "ssh -o StrictHostKeyChecking=yes"],
    ["ssh -o 'StrictHostKeyChecking true'", undefined, "ssh -o 'StrictHostKeyChecking true'"],
  ])("keeps ssh from asking and lending, with GIT_SSH_COMMAND %s and core.sshCommand %s", (variable, setting, own) => {
    expect(commandOf(variable, setting)).toBe(
      `${own} -a -x -o BatchMode=yes -o StrictHostKeyChecking=yes -o ClearAllForwardings=yes`,
    );
  });

  it.each([
    "ssh -o StrictHostKeyChecking=no",
    "ssh -oStrictHostKeyChecking=off",
    "ssh -o StrictHostKeyChecking=false",
    'ssh -o "stricthostkeychecking no"',
    "ssh -o StrictHostKeyChecking=accept-new",
    "ssh -o StrictHostKeyChecking=ask",
    "ssh -o StrictHostKeyChecking=$CHECK",
    "ssh -o StrictHostKeyChecking=yes -o StrictHostKeyChecking=no",
    "ssh -o UserKnownHostsFile=/dev/null",
    "ssh -o 'GlobalKnownHostsFile /dev/null'",
  ])("refuses %s, which trusts any host", (command) => {
    const expected = /git@host:x: ssh is told to trust any host; .* add the host to known_hosts/;
    expect(() => commandOf(command, undefined)).toThrow(expected);
    expect(() => commandOf(undefined, command)).toThrow(expected);
    expect(commandOf(command, undefined, HTTPS)).toContain(command);
  });
});
