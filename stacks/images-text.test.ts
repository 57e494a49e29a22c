import { describe, expect, it } from "@jest/globals";

import type { ExplainedSetting, ImageReport } from "../components/images.ts";
import type { StackImages } from "./images-text.ts";
import { formatStacks } from "./images-text.ts";

const PREFIX = "argocd-image-updater.argoproj.io/";
const NOTHING: ExplainedSetting = { value: null, source: "default", key: null };

function setting(value: string, source: ExplainedSetting["source"], key: string | null): ExplainedSetting {
  return { value, source, key };
}

const IMAGE: ImageReport = {
  ...{ image: "registry.example.com/api", alias: "app", chosen: "qa-v1.0.10", selected: "qa-v1.0.10" },
  policy: {
    strategy: setting("semver", "annotation", `${PREFIX}app.update-strategy`),
    constraint: NOTHING,
    allowTags: setting("regexp:^qa-(v1.*)$", "stack", "gitops:images.allowTags"),
    ignoreTags: NOTHING,
    platforms: setting("linux/amd64", "default", null),
    ...{ pullSecret: NOTHING, skip: NOTHING, minimumAge: NOTHING, pinDigest: NOTHING },
  },
  ...{ pin: null, waiting: null, warning: null, problem: null },
  tags: [
    {
      tag: "qa-v1.0.10",
      version: "v1.0.10",
      created: null,
      verdict: "selected",
      reason: "is the highest of 2 allowed",
    },
    { tag: "qa-v1.0.9", version: "v1.0.9", created: null, verdict: "allowed", reason: "is lower than qa-v1.0.10" },
    { tag: "dev-x", version: null, created: null, verdict: "refused", reason: "is not allowed by regexp:^qa-(v1.*)$" },
  ],
};

function stack(images: readonly ImageReport[], more: Partial<StackImages> = {}): StackImages {
  const applications = [{ application: "api", file: "infra/applications/api.yaml", notes: [], problems: [], images }];
  return { stack: "qa", environment: "qa", problems: [], applications, ...more };
}

describe("formatStacks", () => {
  it("shows rules with their origin, the choice, and a table of tags", () => {
    expect(formatStacks([stack([IMAGE])])).toBe(`api in stack qa (infra/applications/api.yaml)

  registry.example.com/api, alias app
    strategy    semver              annotation app.update-strategy
    constraint  every release       default
    allow-tags  regexp:^qa-(v1.*)$  gitops:images.allowTags
    chosen      qa-v1.0.10

    TAG         VERSION  VERDICT   REASON
    qa-v1.0.10  v1.0.10  selected  is the highest of 2 allowed
    qa-v1.0.9   v1.0.9   allowed   is lower than qa-v1.0.10
    dev-x                refused   is not allowed by regexp:^qa-(v1.*)$
`);
  });

  it("shows what newest-build looks at, and a constraint that it has no use for", () => {
    const policy = {
      ...IMAGE.policy,
      strategy: setting("newest-build", "stack", "gitops:overrides.api.images.strategy"),
      constraint: setting("1.x", "annotation", `${PREFIX}image-list`),
      ignoreTags: setting("latest, x*", "annotation", `${PREFIX}ignore-tags`),
    };
    const created = "2024-01-31T10:00:00Z";
    const tags = [{ tag: "dev-1", version: null, created, verdict: "selected" as const, reason: "is the newest" }];
    const text = formatStacks([stack([{ ...IMAGE, alias: null, policy, chosen: "dev-1", tags }])]);
    expect(text.split("\n").slice(2, -1)).toEqual([
      "  registry.example.com/api",
      "    strategy     newest-build                    gitops:overrides.api.images.strategy",
      "    constraint   1.x (not used by newest-build)  annotation image-list",
      "    allow-tags   regexp:^qa-(v1.*)$              gitops:images.allowTags",
      "    ignore-tags  latest, x*                      annotation ignore-tags",
      "    platforms    linux/amd64                     default",
      "    chosen       dev-1",
      "",
      "    TAG    BUILT                 VERDICT   REASON",
      "    dev-1  2024-01-31T10:00:00Z  selected  is the newest",
    ]);
  });

  it.each<[string, Partial<ImageReport>, readonly string[]]>([
    [
      "a pin",
      { chosen: "v1.2.0", pin: { tag: "v1.2.0", key: "gitops:overrides.api.pins.app" } },
      ["    chosen      v1.2.0              pinned by gitops:overrides.api.pins.app"],
    ],
    ["no tag", { chosen: null }, ["    chosen      no tag is allowed"]],
    [
      "a registry that does not answer",
      { chosen: null, problem: "the registry answers 503" },
      ["    chosen      unknown", "    problem     the registry answers 503"],
    ],
    [
      "a warning",
      { warning: "20240131 counts as more" },
      ["    chosen      qa-v1.0.10", "    warning     20240131 counts as more"],
    ],
  ])("shows %s", (_, more, expected) => {
    const lines = formatStacks([stack([{ ...IMAGE, ...more }])]).split("\n");
    const start = lines.findIndex((line) => line.startsWith("    chosen"));
    expect(lines.slice(start, start + expected.length)).toEqual(expected);
  });

  it("shows problems where they belong", () => {
    const broken = { application: "api", file: null, notes: [], problems: ["api.yaml:3: a\nb"], images: [] };
    const plain = { application: "worker", file: "worker.yaml", notes: ["look here"], problems: [], images: [] };
    const text = formatStacks([
      { ...stack([]), problems: ["there is no Application x"], applications: [broken, plain] },
      { stack: "empty", environment: "empty", problems: [], applications: [] },
    ]);
    expect(text).toBe(`stack qa
  problem: there is no Application x

api in stack qa
  problem: api.yaml:3: a
    b

worker in stack qa (worker.yaml)
  note: look here
  neither the annotation image-list nor an ImageUpdater: images stay as Git has them

stack empty: no Application
`);
  });

  it("lets nothing move the cursor of a terminal", () => {
    const policy = {
      ...IMAGE.policy,
      allowTags: setting("regexp:\u001b[2J\r\n\u009b", "stack", "gitops:images.allowTags"),
    };
    const text = formatStacks([stack([{ ...IMAGE, policy }], { problems: ["\u001b]0;x\u0007"] })]);
    expect(text.replaceAll("\n", "")).toMatch(/^[\u0020-\u007e]*$/);
  });
});
