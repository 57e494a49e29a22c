import { describe, expect, it } from "@jest/globals";

import { parseApplications } from "../application/parse.ts";
import { formatFailure } from "../error.ts";
import { givenByAnnotations } from "./given-annotations.ts";
import { parsePolicies } from "./policy.ts";

const PREFIX = "argocd-image-updater.argoproj.io/";

/** What is wrong with an Application whose annotations stand from line 7 on, the first of somebody else. */
function mistakes(...lines: readonly string[]): readonly string[] {
  const text = [
    ...["apiVersion: argoproj.io/v1alpha1", "kind: Application", "metadata:", "  name: api", "  annotations:"],
    ...["    example.com/first: a", ...lines.map((line) => `    ${line.startsWith(" ") ? line : PREFIX + line}`)],
    ...["spec:", "  source: { repoURL: 'https://host/x', path: k8s }", "  destination: { name: x, namespace: api }"],
  ].join("\n");
  const [parsed] = parseApplications([{ file: "app.yaml", text }]);
  const [application] = parsed!.applications;
  if (application === undefined) throw new Error(JSON.stringify(parsed!.broken));
  return parsePolicies(givenByAnnotations(application)).failures.map(formatFailure);
}

/** The beginning of a complaint about one of Image Updater's annotations. */
function at(line: number, name: string): string {
  return `app.yaml:${line}: metadata.annotations["${PREFIX}${name}"]: `;
}

const LIST = "image-list: a=nginx:1.x, b=redis";
const GIT = "write-back-method: git";

describe("a mistake in an annotation", () => {
  it.each<[string, readonly string[], string]>([
    ["image-list", ["image-list: ' , '"], "expected at least one image, found none"],
    ["image-list", ["image-list: a=Not An Image"], 'expected [alias=]image[:constraint], found "a=Not An Image"'],
    ["image-list", ["image-list: a=nginx, b=nginx"], "docker.io/library/nginx is listed twice"],
    ["image-list", ["image-list: a=nginx:latest"], 'expected a version constraint such as "1.x"'],
    ["update-strategy", [LIST, "update-strategy: best"], "expected one of semver, "],
    ["a.update-strategy", [LIST, "a.update-strategy: best"], "expected one of semver, "],
    ["allow-tags", [LIST, "allow-tags: ^v"], 'expected "any" or "regexp:'],
    ["a.allow-tags", [LIST, "a.allow-tags: 'regexp:('"], "is not an RE2 pattern"],
    ["b.ignore-tags", [LIST, "b.ignore-tags: '[b'"], 'malformed pattern "[b"'],
    ["a.platforms", [LIST, "a.platforms: linux"], 'expected platforms such as "linux/amd64, linux/arm64"'],
    ["platforms", [LIST, "platforms: linux/amd64"], "expected an alias before it: <alias>.platforms"],
    ["force-update", [LIST, "force-update: 'yes'"], 'expected true or false, found "yes"'],
    ["pull-secret", [LIST, "pull-secret: hunter2"], "expected pullsecret:<namespace>/<name>"],
    ["a.kustomize.image-name", [LIST, "a.kustomize.image-name: A B"], "expected the name of an image"],
    ["a.helm.image-name", [LIST, "a.helm.image-name: a..b"], "expected a place in Helm values"],
    ["a.helm.image-tag", [LIST, "a.helm.image-tag: a b"], "expected a place in Helm values"],
    ["a.helm.image-spec", [LIST, "a.helm.image-spec: '[0]'"], "expected a place in Helm values"],
    ["a.helm.image-tag", [LIST, "a.kustomize.image-name: x", "a.helm.image-tag: t"], "only one can be"],
    ["c.allow-tags", [LIST, "c.allow-tags: any"], 'no image of image-list has the alias "c"'],
    ["allow-tag", [LIST, "allow-tag: any"], "Argo CD Image Updater has no such annotation"],
    ["write-back-method", [LIST, "write-back-method: push"], 'expected argocd or git, found "push"'],
    ["write-back-target", [LIST, GIT, "write-back-target: k.yaml"], "expected kustomization[:folder] or helmvalues"],
    ["git-branch", [LIST, GIT, "git-branch: a..b"], 'expected the name of a branch, found "a..b"'],
    ["git-branch", [LIST, GIT, "git-branch: 'main:x-{{.Sha256}}'"], "expected a branch whose name may hold"],
    ["git-branch", [LIST, GIT, "git-branch: 'main:x y'"], "expected the name of a branch, which may hold"],
    ["git-branch", [LIST, GIT, "git-branch: 'main:main'"], "expected another branch than main"],
    ["git-branch", [LIST, "git-branch: main"], "needs write-back-method: git"],
    ["git-repository", [LIST, GIT, "git-repository: file:///x"], "expected https://host/path, ssh://user@host/path"],
    ["git-repository", [LIST, GIT, "git-repository: https://a:b@x/y"], "expected a URL without user and password"],
    ["git-repository", [LIST, "git-repository: https://x/y"], "needs write-back-method: git"],
  ])("%s is told with its file and line: %#", (name, lines, reason) => {
    const failures = mistakes(...lines);
    expect(failures).toHaveLength(1);
    expect(failures[0]).toContain(reason);
    const line = 7 + lines.findIndex((one) => one.startsWith(`${name}:`));
    expect(failures[0]!.slice(0, at(line, name).length)).toBe(at(line, name));
  });

  it("is told with the line of its name, however many lines its value has", () => {
    const list = ["image-list: >-", "      a=nginx,", "      a=redis"];
    expect(mistakes(...list, "a.allow-tags: x")).toEqual([
      `${at(7, "image-list")}the alias "a" is given twice`,
      expect.stringContaining(at(10, "a.allow-tags")),
    ]);
  });

  it("that is a missing image-list is told with the line of what needs it", () => {
    expect(mistakes("a.allow-tags: any", "write-back-method: git")).toEqual([
      `${at(7, "image-list")}expected, because a.allow-tags, write-back-method is given; found nothing`,
    ]);
  });

  it("is told beside all others", () => {
    const lines = ["image-list: a=nginx:latest", "allow-tags: ^v", "write-back-method: push", "nonsense: x"];
    const places = mistakes(...lines).map((text) => text.split(":", 2)[1]);
    expect(places.toSorted()).toEqual(["10", "7", "8", "9"]);
  });
});
