import { describe, expect, it } from "@jest/globals";

import type { ImageOverlay } from "../application/overlay.ts";
import { formatFailure } from "../error.ts";
import { DEFAULT_PLATFORMS } from "./platform.ts";
import { annotated } from "./annotated.fixture.ts";
import { givenByAnnotations } from "./given-annotations.ts";
import { parsePolicies } from "./policy.ts";
import { findSetting } from "./policy-settings.ts";
import type { WriteBack } from "./write-back-settings.ts";
import { writeBackOf } from "./write-back-settings.ts";

const PREFIX = "argocd-image-updater.argoproj.io/";
const API = "registry.example.com/my-org/api";

function annotations(entries: Readonly<Record<string, string>>) {
  const named = Object.entries(entries).map(([name, value]) => [`${PREFIX}${name}`, value] as const);
  return givenByAnnotations(annotated(Object.fromEntries(named)));
}

function reasons(entries: Readonly<Record<string, string>>, overlay?: Parameters<typeof parsePolicies>[1]) {
  return parsePolicies(annotations(entries), overlay).failures.map(({ property, reason }) => `${property}: ${reason}`);
}

describe("parsePolicies", () => {
  it("finds no image in an Application that lists none, whatever the stack sets", () => {
    const other = { "example.com/image-list": "api" };
    expect(parsePolicies(givenByAnnotations(annotated(other)), { allowTags: "any" })).toEqual({
      policies: [],
      failures: [],
    });
  });

  it("reads the annotations of an Image Updater Application", () => {
    const { policies, failures } = parsePolicies(
      annotations({
        "image-list": `api=${API}:~1.0, nginx`,
        "api.update-strategy": "SemVer",
        "api.allow-tags": "regexp:^qa-(v1\\.0\\.[0-9]+)$",
        "ignore-tags": "latest, dev-*,",
        "allow-tags": "any",
        "write-back-method": "argocd",
        "force-update": "false",
      }),
      undefined,
    );
    expect(failures).toEqual([]);
    expect(policies).toEqual([
      {
        ...{ alias: "api", image: API, strategy: "semver", constraint: "~1.0", platforms: DEFAULT_PLATFORMS },
        ...{ allowTags: "regexp:^qa-(v1\\.0\\.[0-9]+)$", ignoreTags: ["latest", "dev-*"] },
      },
      {
        ...{ alias: undefined, image: "docker.io/library/nginx", strategy: "semver", constraint: undefined },
        platforms: DEFAULT_PLATFORMS,
        ...{ allowTags: "any", ignoreTags: ["latest", "dev-*"] },
      },
    ]);
  });

  it.each([
    ["nothing", {}, undefined, undefined],
    ["the Application's annotation", { "allow-tags": "regexp:app" }, undefined, "regexp:app"],
    ["the alias's annotation", { "allow-tags": "regexp:app", "api.allow-tags": "any" }, undefined, "any"],
    ["the stack", { "api.allow-tags": "any" }, { allowTags: "regexp:^v1" }, "regexp:^v1"],
  ])("takes allow-tags from %s", (_, more, overlay, expected) => {
    const { policies } = parsePolicies(annotations({ "image-list": `api=${API}`, ...more }), overlay);
    expect(policies.map(({ allowTags }) => allowTags)).toEqual([expected]);
  });

  it("lets the stack win over every value an annotation may have", () => {
    const { policies } = parsePolicies(annotations({ "image-list": `api=${API}:1.x`, "ignore-tags": "latest" }), {
      ...{ constraint: ">=2, <3", ignoreTags: "", strategy: "semver" },
    });
    expect(policies).toMatchObject([{ constraint: ">=2, <3", ignoreTags: [] }]);
  });

  it.each([
    ["localhost:5000/api", "localhost:5000/api", undefined],
    ["localhost:5000/api:1.x", "localhost:5000/api", "1.x"],
    ["a=localhost:5000/api:>=1 <2", "localhost:5000/api", ">=1 <2"],
    ["a=b/c:1.x || >=3", "docker.io/b/c", "1.x || >=3"],
  ])("reads the entry %s", (entry, image, constraint) => {
    const { policies, failures } = parsePolicies(annotations({ "image-list": entry }), undefined);
    expect(failures).toEqual([]);
    expect(policies).toMatchObject([{ image, constraint }]);
  });

  it("finds the annotations of an alias with a slash under an underscore", () => {
    const list = annotations({ "image-list": `my/api=${API}`, "my_api.allow-tags": "regexp:x" });
    expect(parsePolicies(list, undefined).policies).toMatchObject([{ alias: "my/api", allowTags: "regexp:x" }]);
  });

  it.each<[string, Record<string, string>, string]>([
    ["an empty list", { "image-list": " , " }, "at least one image"],
    ["no image", { "image-list": "a=Not An Image" }, 'found "a=Not An Image"'],
    ["a digest", { "image-list": `a=${API}@sha256:${"0".repeat(64)}` }, "expected [alias=]image[:constraint]"],
    ["no constraint", { "image-list": `a=${API}:latest` }, 'expected a version constraint such as "1.x"'],
    ["an empty constraint", { "image-list": `a=${API}:` }, 'expected a version constraint such as "1.x"'],
    ["= without alias", { "image-list": `${API}:>=1` }, "possible only in an entry that has an alias"],
    ["a constraint with comma", { "image-list": `a=${API}:>=1,<2` }, "expected [alias=]image"],
    [
      "an image twice",
      { "image-list": "a=nginx, b=docker.io/library/nginx" },
      "docker.io/library/nginx is listed twice",
    ],
    ["an alias twice", { "image-list": "a=nginx, a=redis" }, 'the alias "a" is given twice'],
    [
      "a strategy nobody knows",
      { "image-list": "nginx", "update-strategy": "best" },
      'expected one of semver, alphabetical, name, newest-build, latest, digest, found "best"',
    ],
    [
      "digest without a tag to follow",
      { "image-list": "nginx", "update-strategy": "digest" },
      "expected the tag that the strategy digest is to follow, as in docker.io/library/nginx:latest, found nothing",
    ],
    [
      "digest with a constraint that is no tag",
      { "image-list": "a=nginx:>=1.0", "a.update-strategy": "digest" },
      'digest is to follow, as in docker.io/library/nginx:latest, found ">=1.0"',
    ],
    [
      "a constraint of one image only",
      { "image-list": "a=nginx:latest, b=redis:latest", "a.update-strategy": "digest" },
      'expected a version constraint such as "1.x", "~1.2" or ">=1.2.0 <2.0.0", found "latest"',
    ],
    [
      "a broken pattern",
      { "image-list": "nginx", "allow-tags": "regexp:(" },
      "is not an RE2 pattern: missing closing )",
    ],
    ["a pattern without function", { "image-list": "nginx", "allow-tags": "^v" }, 'expected "any" or "regexp:'],
    ["a broken glob", { "image-list": "nginx", "ignore-tags": "a,[b,c" }, 'malformed pattern "[b"'],
    ["no method", { "image-list": "nginx", "write-back-method": "push" }, 'expected argocd or git, found "push"'],
    ["a Secret for Git", { "image-list": "nginx", "write-back-method": "git:secret:a/b" }, "only git is: Git's own"],
    [
      "a bare file",
      { "image-list": "nginx", "write-back-method": "git", "write-back-target": "kustomization.yaml" },
      "expected kustomization[:folder] or helmvalues[:file]",
    ],
    ...[
      ["main:x-{{.Sha256}}", "may hold {{.SHA256}} and {{range .Images}}...{{end}} with"],
      ["main:x y", "expected the name of a branch, which may hold"],
      ["main:", "expected the name of a branch, which may hold"],
      ["a..b:x", 'expected the name of a branch, found "a..b"'],
      ["main:main", "expected another branch than main, from which it is made"],
    ].map(([branch = "", reason = ""]): [string, Record<string, string>, string] => [
      `the branch ${branch}`,
      { "image-list": "nginx", "write-back-method": "git", "git-branch": branch },
      reason,
    ]),
    ...["-d", "a..b", "a b", "/a", "a.lock", "a/", "refs@{1}", "a\nb"].map(
      (branch): [string, Record<string, string>, string] => [
        `the branch ${JSON.stringify(branch)}`,
        { "image-list": "nginx", "write-back-method": "git", "git-branch": branch },
        "expected the name of a branch",
      ],
    ),
    ["no flag", { "image-list": "nginx", "force-update": "yes" }, 'expected true or false, found "yes"'],
    ["no place in values", { "image-list": "a=nginx", "a.helm.image-tag": "image..tag" }, "expected a place in Helm"],
    ["no place in a list", { "image-list": "a=nginx", "a.helm.image-spec": "images[x]" }, "expected a place in Helm"],
    [
      "no name to replace",
      { "image-list": "a=nginx", "a.kustomize.image-name": "A B" },
      "expected the name of an image",
    ],
    [
      "a name to replace of nothing",
      { "image-list": "a=nginx", "kustomize.image-name": "x" },
      "expected an alias before it: <alias>.kustomize.image-name",
    ],
    [
      "two ways to place an image",
      { "image-list": "a=nginx", "a.kustomize.image-name": "x", "a.helm.image-tag": "image.tag" },
      'the alias "a" has kustomize.image-name too; only one can be',
    ],
    ["pull secret", { "image-list": "a=nginx", "a.pull-secret": "user:password" }, "expected pullsecret:"],
    [
      "no platform",
      { "image-list": "a=nginx", "a.platforms": "arm64" },
      'expected platforms such as "linux/amd64, linux/arm64", found "arm64"',
    ],
    [
      "platforms of nothing",
      { "image-list": "a=nginx", platforms: "linux/arm64" },
      "expected an alias before it: <alias>.platforms",
    ],
    ["a branch for nothing", { "image-list": "a=nginx", "git-branch": "main" }, "needs write-back-method: git"],
    ["a typing mistake", { "image-list": "a=nginx", "a.alow-tags": "any" }, "no such annotation"],
    [
      "an unknown alias",
      { "image-list": "a=nginx", "b.allow-tags": "any" },
      'no image of image-list has the alias "b"',
    ],
    ["settings without list", { "allow-tags": "any" }, "expected, because allow-tags is given; found nothing"],
  ])("complains about %s", (_, entries, reason) => {
    expect(reasons(entries)).toEqual([expect.stringContaining(reason)]);
  });

  it("says everything at once, each with the annotation or setting", () => {
    const entries = { "image-list": "a=nginx", "a.allow-tags": "regexp:[", "update-strategy": "newest" };
    const overlay = { constraint: "newest", ignoreTags: "[", strategy: "best", allowTags: "none" };
    expect(reasons(entries, overlay).map((text) => text.split(": ", 1)[0])).toEqual([
      `metadata.annotations["${PREFIX}a.allow-tags"]`,
      `metadata.annotations["${PREFIX}update-strategy"]`,
      "gitops:images.strategy",
      "gitops:images.allowTags",
      "gitops:images.ignoreTags",
      "gitops:images.constraint",
    ]);
  });

  it("judges the stack's constraint also where no image is listed", () => {
    expect(reasons({}, { constraint: "newest" })).toEqual([
      expect.stringContaining("images.constraint: expected a version"),
    ]);
    expect(reasons({}, { constraint: "newest", strategy: "digest" })).toEqual([]);
  });

  it("says once what is wrong with the stack's constraint for many images", () => {
    expect(reasons({ "image-list": "a=nginx, b=redis" }, { constraint: "newest" })).toHaveLength(1);
  });

  it("gives no policy for an image about which something is wrong", () => {
    const entries = annotations({ "image-list": "a=nginx, b=redis", "a.allow-tags": "regexp:[" });
    expect(parsePolicies(entries, undefined).policies.map(({ alias }) => alias)).toEqual(["b"]);
    expect(parsePolicies(entries, { strategy: "best" }).policies).toEqual([]);
    expect(parsePolicies(entries, { strategy: "digest" }).policies).toEqual([]);
  });

  it.each([
    ["semver", "semver"],
    ["name", "alphabetical"],
    ["Alphabetical", "alphabetical"],
    ["latest", "newest-build"],
    [" newest-build ", "newest-build"],
    ["DIGEST", "digest"],
  ])("reads the strategy %j as %s", (text, strategy) => {
    const entries = annotations({ "image-list": "a=nginx:1.27", "a.update-strategy": text });
    const { policies, failures } = parsePolicies(entries, undefined);
    expect(failures).toEqual([]);
    expect(policies).toMatchObject([{ strategy, constraint: "1.27" }]);
  });

  it.each(["newest-build", "alphabetical"])("has no use for a constraint with %s", (strategy) => {
    expect(reasons({ "image-list": "a=nginx:whatever", "update-strategy": strategy })).toEqual([]);
  });

  it.each([
    ["pull-secret", " pullsecret:argocd/registry ", { pullSecret: "pullsecret:argocd/registry" }],
    ["a.pull-secret", "secret:argocd/registry#token", { pullSecret: "secret:argocd/registry#token" }],
    ["a.kustomize.image-name", "api", { replaces: "docker.io/library/api" }],
    ["a.helm.image-spec", "image", { helm: { spec: "image" } }],
    ["a.helm.image-tag", "images[0].tag", { helm: { tag: "images[0].tag" } }],
    ["a.helm.image-name", "image.repository", { helm: { name: "image.repository" } }],
    ["a.force-update", "TRUE", {}],
  ])("reads %s", (name, value, expected) => {
    const { policies, failures } = parsePolicies(annotations({ "image-list": "a=nginx", [name]: value }));
    expect(failures).toEqual([]);
    expect(policies).toMatchObject([expected]);
  });

  it("ignores the name and the tag in Helm values where the whole image is in one, as Image Updater does", () => {
    const entries = { "image-list": "a=nginx", "a.helm.image-spec": "image", "a.helm.image-tag": "image.tag" };
    expect(parsePolicies(annotations(entries)).policies[0]?.helm).toEqual({ spec: "image" });
  });

  it("lets the stack's pull secret win", () => {
    const entries = annotations({ "image-list": "a=nginx", "a.pull-secret": "env:X" });
    expect(parsePolicies(entries, { pullSecret: "ext:/bin/y" }).policies[0]?.pullSecret).toBe("ext:/bin/y");
    expect(parsePolicies(entries, { pullSecret: "x" }).failures).toMatchObject([
      { property: "gitops:images.pullSecret" },
    ]);
  });

  it("reads the platforms of an alias", () => {
    const entries = annotations({ "image-list": "a=nginx", "a.platforms": "linux/amd64,linux/arm64/v8" });
    const { policies, failures } = parsePolicies(entries, undefined);
    expect(failures).toEqual([]);
    expect(policies[0]?.platforms).toEqual([
      { os: "linux", architecture: "amd64" },
      { os: "linux", architecture: "arm64", variant: "v8" },
    ]);
  });
});

describe("findSetting", () => {
  const given = annotations({
    "a.allow-tags": "regexp:a",
    "allow-tags": "any",
    "a.platforms": "linux/arm64",
    platforms: "x/y",
  });

  it.each([
    ["the stack", "a", "allow-tags", { allowTags: "any" }, { value: "any", by: "stack" }],
    [
      "the annotation of the alias",
      "a",
      "allow-tags",
      {},
      {
        value: "regexp:a",
        by: {
          name: "a.allow-tags",
          origin: { file: "app.yaml", line: 1, property: `metadata.annotations["${PREFIX}a.allow-tags"]` },
        },
      },
    ],
    [
      "the annotation of the Application",
      "b",
      "allow-tags",
      {},
      {
        value: "any",
        by: {
          name: "allow-tags",
          origin: { file: "app.yaml", line: 2, property: `metadata.annotations["${PREFIX}allow-tags"]` },
        },
      },
    ],
    [
      "no alias",
      undefined,
      "allow-tags",
      {},
      {
        value: "any",
        by: {
          name: "allow-tags",
          origin: { file: "app.yaml", line: 2, property: `metadata.annotations["${PREFIX}allow-tags"]` },
        },
      },
    ],
    ["nobody", "a", "ignore-tags", {}, undefined],
    ["the alias only", "b", "platforms", {}, undefined],
  ] as const)("knows that a setting is given by %s", (_, alias, setting, overlay, expected) => {
    expect(findSetting(setting, { alias }, given, overlay)).toEqual(expected);
  });
});

describe("writeBackOf", () => {
  const git = { "image-list": "nginx", "write-back-method": "git", "write-back-target": "helmvalues:../v.yaml" };

  it.each<[string, Record<string, string>, ImageOverlay, Omit<WriteBack, "origins"> | undefined]>([
    ["nothing by default", { "image-list": "nginx" }, {}, undefined],
    ["nothing with argocd", { "image-list": "nginx", "write-back-method": "argocd" }, {}, undefined],
    ["what annotations say", git, {}, { target: { kind: "helmvalues", file: "../v.yaml" } }],
    [
      "a branch and another repository",
      { ...git, "write-back-target": "kustomization", "git-branch": " main ", "git-repository": "https://x/y.git" },
      {},
      { target: { kind: "kustomization", folder: "" }, branch: "main", repoURL: "https://x/y.git" },
    ],
    [
      "a branch for proposals",
      { "image-list": "nginx", "write-back-method": "git", "git-branch": "main:x-{{.SHA256}}" },
      {},
      { target: { kind: "source" }, branch: "main", proposal: ["x-", { field: "SHA256" }, ""] },
    ],
    [
      "a branch for proposals beside the one that is followed",
      { "image-list": "nginx", "write-back-method": "git", "git-branch": ":x" },
      {},
      { target: { kind: "source" }, proposal: ["x"] },
    ],
    ["nothing where the stack says so", git, { writeBack: "argocd" }, undefined],
    [
      "what the stack says",
      { "image-list": "nginx" },
      { writeBack: "git", gitBranch: "main" },
      { target: { kind: "source" }, branch: "main" },
    ],
  ])("finds %s", (_, entries, overlay, expected) => {
    const given = annotations(entries);
    expect(parsePolicies(given, overlay).failures).toEqual([]);
    expect(writeBackOf(given, overlay)).toEqual(expected && { ...expected, origins: expect.anything() });
  });

  it("knows where each setting stands, or else what asks for it", () => {
    const keys = { gitBranch: "gitops:overrides.api.images.gitBranch", writeBack: "gitops:images.writeBack" };
    const places = (entries: Record<string, string>, overlay: ImageOverlay) =>
      Object.entries(writeBackOf(annotations(entries), overlay, keys)!.origins).map(([name, { line, property }]) => [
        ...[name, line, property.replace(/^.*"argocd-image-updater.argoproj.io\/(.*)".*$/, "$1")],
      ]);
    expect(places(git, { gitBranch: "main" })).toEqual([
      ["write-back-method", 2, "write-back-method"],
      ["write-back-target", 3, "write-back-target"],
      ["git-branch", undefined, "gitops:overrides.api.images.gitBranch"],
      ["git-repository", 2, "write-back-method"],
    ]);
    expect(places({ "image-list": "nginx", "git-branch": "main" }, { writeBack: "git" })).toEqual([
      ["write-back-method", undefined, "gitops:images.writeBack"],
      ["write-back-target", undefined, "gitops:images.writeBack"],
      ["git-branch", 2, "git-branch"],
      ["git-repository", undefined, "gitops:images.writeBack"],
    ]);
  });

  it("names the key of the stack's configuration, that of the Application where it is its own", () => {
    const keys = {
      allowTags: "gitops:overrides.api.images.allowTags",
      gitBranch: "gitops:overrides.api.images.gitBranch",
    };
    const overlay = { allowTags: "^v", gitBranch: "a..b", skip: ["["] };
    expect(parsePolicies(annotations({ "image-list": "nginx" }), overlay, keys).failures.map(formatFailure)).toEqual([
      expect.stringMatching(/^gitops:overrides.api.images.gitBranch: expected the name of a branch/),
      expect.stringMatching(/^gitops:overrides.api.images.allowTags: expected "any" or/),
      expect.stringMatching(/^gitops:images.skip: malformed pattern/),
    ]);
  });

  it("judges what the stack says as it judges annotations", () => {
    expect(reasons({ "image-list": "nginx" }, { writeBack: "push", gitBranch: "a..b" })).toEqual([
      'gitops:images.writeBack: expected argocd or git, found "push"',
      'gitops:images.gitBranch: expected the name of a branch, found "a..b"',
    ]);
  });
});
