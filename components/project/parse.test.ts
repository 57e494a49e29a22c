import { describe, expect, it } from "@jest/globals";

import { formatFailure } from "../error.ts";
import { parseProjects } from "./parse.ts";

const PROJECT = `apiVersion: argoproj.io/v1alpha1
kind: AppProject
metadata:
  name: team-a
  namespace: argocd
  finalizers: [resources-finalizer.argocd.argoproj.io]
spec:
  description: Payments
  sourceRepos: ['https://github.com/my-org/*', '!https://github.com/my-org/secret']
  destinations:
    - { server: https://kubernetes.default.svc, namespace: team-a-* }
    - { name: eu, namespace: '!kube-system' }
  clusterResourceWhitelist:
    - { group: '', kind: Namespace, name: team-a-* }
  namespaceResourceBlacklist:
    - { group: '', kind: ResourceQuota }
  namespaceResourceWhitelist:
    - { group: '*', kind: '*' }
  signatureKeys: [{ keyID: 4AEE18F83AFDEB23 }]
  syncWindows:
    - kind: deny
      schedule: 0 22 * * *
      duration: 1h30m
      timeZone: Europe/Berlin
      applications: ['*']
      manualSync: true
  roles: [{ name: admins, policies: ['p, proj:team-a:admins, applications, *, team-a/*, allow'] }]
  orphanedResources: { warn: true }
`;

function parse(text: string) {
  const [file] = parseProjects([{ file: "team.yaml", text }]);
  return { projects: file!.resources, failures: file!.broken.flatMap(({ failures }) => failures.map(formatFailure)) };
}

describe("an AppProject", () => {
  it("is read in full", () => {
    const { projects, failures } = parse(PROJECT);
    expect(failures).toEqual([]);
    expect(projects).toEqual([
      {
        ...{ name: "team-a", file: "team.yaml" },
        sourceRepos: ["https://github.com/my-org/*", "!https://github.com/my-org/secret"],
        destinations: [
          { server: "https://kubernetes.default.svc", namespace: "team-a-*" },
          { name: "eu", namespace: "!kube-system" },
        ],
        clusterAllow: [{ group: "", kind: "Namespace", name: "team-a-*" }],
        clusterDeny: [],
        namespaceAllow: [{ group: "*", kind: "*" }],
        namespaceDeny: [{ group: "", kind: "ResourceQuota" }],
        signatureKeys: ["4AEE18F83AFDEB23"],
        syncWindows: [
          {
            ...{ kind: "deny", schedule: "0 22 * * *", durationMs: 5_400_000, timeZone: "Europe/Berlin" },
            ...{ applications: ["*"], namespaces: [], clusters: [] },
            ...{ manualSync: true, andOperator: false, syncOverrun: false },
          },
        ],
        unenforced: [
          "spec.roles is not enforced here: whoever may write to Git and run Pulumi decides, there are no roles",
          "spec.orphanedResources is not enforced here: objects that belong to no Application are not looked for",
        ],
      },
    ]);
  });

  it("that says nothing permits nothing", () => {
    const { projects } = parse("apiVersion: argoproj.io/v1alpha1\nkind: AppProject\nmetadata: { name: empty }\n");
    expect(projects).toEqual([expect.objectContaining({ sourceRepos: [], destinations: [], clusterAllow: [] })]);
  });

  it("tells no allowed kind from no word about kinds", () => {
    const { projects } = parse(
      PROJECT.replace(/namespaceResourceWhitelist:\n.*\n/, "namespaceResourceWhitelist: []\n"),
    );
    expect(projects[0]?.namespaceAllow).toEqual([]);
  });
});

describe("a mistake in an AppProject", () => {
  it.each<[from: string, to: string, mistake: string]>([
    ["sourceRepos:", "sourceRepo:", 'team.yaml:9: spec.sourceRepo: unknown field, did you mean "sourceRepos"?'],
    [
      "'https://github.com/my-org/*'",
      "'https://[/*'",
      'team.yaml:9: spec.sourceRepos[0]: expected a name or a pattern with *, ?, [a-z] or {a,b}, found "https://[/*"',
    ],
    ["name: eu, ", "", "team.yaml:12: spec.destinations[1]: expected server or name, found neither"],
    ["kind: deny", "kind: forbid", 'team.yaml:21: spec.syncWindows[0].kind: expected allow or deny, found "forbid"'],
    [
      "0 22 * * *",
      "'@daily'",
      'team.yaml:22: spec.syncWindows[0].schedule: expected five cron fields like "0 22 * * 1-5", found "@daily"',
    ],
    [
      "0 22 * * *",
      "0 25 * * *",
      'team.yaml:22: spec.syncWindows[0].schedule: expected cron fields within minute 0-59, hour 0-23, day 1-31, month 1-12, day of week 0-6, found "0 25 * * *"',
    ],
    [
      "0 22 * * *",
      "0 0 31 2 *",
      'team.yaml:22: spec.syncWindows[0].schedule: expected a schedule that ever comes, found "0 0 31 2 *"',
    ],
    [
      "1h30m",
      "90",
      "team.yaml:23: spec.syncWindows[0].duration: expected a text, found the number 90: put it in quotes",
    ],
    ["1h30m", "'90'", 'team.yaml:23: spec.syncWindows[0].duration: expected a duration like "1h30m", found "90"'],
    ["1h30m", "0s", 'team.yaml:23: spec.syncWindows[0].duration: expected a duration like "1h30m", found "0s"'],
    [
      "Europe/Berlin",
      "Mars/Base",
      'team.yaml:24: spec.syncWindows[0].timeZone: expected a time zone like "Europe/Berlin", found "Mars/Base"',
    ],
    [
      "      applications: ['*']\n",
      "",
      "team.yaml:21: spec.syncWindows[0]: expected at least one of applications, namespaces, clusters, found none: the window would concern nothing",
    ],
    [
      "4AEE18F83AFDEB23",
      "me@example.com",
      'team.yaml:19: spec.signatureKeys[0].keyID: expected the id of a key, 16 or 40 hexadecimal digits, found "me@example.com"',
    ],
    [
      "  roles:",
      "  sourceIntegrity: { git: {} }\n  roles:",
      "team.yaml:27: spec.sourceIntegrity: not supported yet: say in gitops:signatures whose commits are to be signed, and by which keys",
    ],
  ])("%s -> %s is named with file and line", (from, to, mistake) => {
    expect(PROJECT).toContain(from);
    expect(parse(PROJECT.replace(from, to)).failures).toEqual([mistake]);
  });

  it("in one project leaves the others usable; two of one name break each other", () => {
    const other = PROJECT.replace("team-a\n", "team-b\n");
    const files = [
      { file: "a.yaml", text: PROJECT.replace("kind: deny", "kind: x") },
      { file: "b.yaml", text: `${other}---\n${other}` },
      { file: "c.yaml", text: PROJECT.replace("team-a\n", "team-c\n") },
    ];
    const parsed = parseProjects(files);
    expect(parsed.map(({ resources, broken }) => [resources.length, broken.map(({ name }) => name)])).toEqual([
      [0, ["team-a"]],
      [0, ["team-b", "team-b"]],
      [1, []],
    ]);
  });
});
