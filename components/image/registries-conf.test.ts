import { describe, expect, it } from "@jest/globals";

import { formatFailure } from "../error.ts";
import { parseRegistriesConf } from "./registries-conf.ts";

function read(text: string) {
  const { registries, failures } = parseRegistriesConf({ file: "registries.conf", text });
  return { registries, failures: failures.map(formatFailure) };
}

describe("parseRegistriesConf", () => {
  it("reads Image Updater's own example", () => {
    const { registries, failures } = read(`
registries:
- name: Docker Hub
  api_url: https://registry-1.docker.io
  ping: yes
  credentials: env:DOCKER_HUB
  defaultns: library
  default: true
- name: Mirror
  prefix: Mirror.example.com/team
  api_url: http://127.0.0.1:5000
  insecure: yes
  limit: 20
  tagsortmode: latest-first
  credsexpire: 10h
  credentials: ext:/usr/local/bin/login
  realm: auth.example.com
  ca_file: /etc/ssl/mirror.pem
`);
    expect(failures).toEqual([]);
    expect(registries).toEqual([
      {
        ...{ name: "Docker Hub", prefix: "", apiUrl: "https://registry-1.docker.io", insecure: false },
        ...{ default: true, credentials: "env:DOCKER_HUB" },
      },
      {
        ...{ name: "Mirror", prefix: "mirror.example.com/team", apiUrl: "http://127.0.0.1:5000", insecure: true },
        ...{ default: false, limit: 20, credentials: "ext:/usr/local/bin/login", realm: "auth.example.com" },
        ...{ credentialsExpireMs: 36_000_000, newest: "first", ca: { file: "/etc/ssl/mirror.pem" } },
      },
    ]);
  });

  it.each(["", "registries: []", "{}"])("finds no registry in %j", (text) => {
    expect(read(text)).toEqual({ registries: [], failures: [] });
  });

  it.each([
    ["name: a", ":2: registries[0].api_url: required, but not there"],
    ["api_url: https://a.example", ":2: registries[0].name: required, but not there"],
    [
      "name: a\n  api_url: http://a.example",
      ":3: registries[0].api_url: plain http is for this machine only; use https",
    ],
    [
      "name: a\n  api_url: a.example",
      ":3: registries[0].api_url: expected an address such as https://registry.example.com",
    ],
    [
      "name: a\n  api_url: https://u:hunter2@a.example",
      ":3: registries[0].api_url: credentials do not belong into the address",
    ],
    ["name: a\n  api_url: https://a.example\n  insecure: true", "registries[0].insecure: not supported yet for https"],
    ["name: a\n  api_url: https://a.example\n  ca_data: x", "registries[0].ca_data: expected certificates in PEM"],
    [
      'name: a\n  api_url: https://a.example\n  ca_file: /x\n  ca_data: "-----BEGIN CERTIFICATE-----"',
      "registries[0].ca_data: expected ca_file or ca_data, found both",
    ],
    ["name: a\n  api_url: https://a.example\n  credsexpire: soon", 'credsexpire: expected a duration such as "10h"'],
    [
      "name: a\n  api_url: https://a.example\n  tagsortmode: random",
      'tagsortmode: expected latest-first, latest-last or none, found "random"',
    ],
    [
      "name: a\n  api_url: https://a.example\n  defaultns: mine",
      'registries[0].defaultns: not supported yet; only "library" is',
    ],
    ["name: a\n  api_url: https://a.example\n  limit: many", "registries[0].limit: expected a whole number"],
    ["name: a\n  api_url: https://a.example\n  credentials: user:hunter2", "credentials: expected pullsecret:"],
    ["name: a\n  api_url: https://a.example\n  credentials: ext:login", "credentials: expected pullsecret:"],
    ["name: a\n  api_url: https://a.example\n  prefixes: a", "registries[0].prefixes: "],
  ])("complains about - %s", (entry, expected) => {
    const { registries, failures } = read(`registries:\n- ${entry}\n`);
    expect(registries).toEqual([]);
    expect(failures).toEqual([expect.stringContaining(expected)]);
    expect(failures.join()).not.toContain("hunter2");
  });

  it("complains about what two entries cannot both be, and everything else at once", () => {
    const entry = (name: string, prefix: string) => `- name: ${name}\n  api_url: https://a.example\n${prefix}`;
    const prefixed = "  prefix: a.example\n";
    const { failures } = read(
      `registries:\n${entry("a", "")}${entry("b", "")}${entry("c", prefixed)}${entry("d", prefixed)}- name: 7\n`,
    );
    expect(failures).toEqual([
      expect.stringContaining("registries[4].name: expected a text, found the number 7"),
      expect.stringContaining("registries[4].api_url: required"),
      "registries.conf: registries: expected one default registry (one without prefix is), found a, b",
      "registries.conf: registries: the prefix a.example is given twice",
    ]);
  });
});
