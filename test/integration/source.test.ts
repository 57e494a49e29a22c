import { chmodSync, existsSync, globSync, mkdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import type { ServerResponse } from "node:http";
import { join } from "node:path";

import { beforeEach, describe, expect, it } from "@jest/globals";

import { readInsteadOf } from "../../components/git/instead-of.ts";
import type { FetchedSource, Git, Target } from "../../components/git/repository.ts";
import { failureOf } from "../support/failure.ts";
import { useGitBed, USER_ENV } from "../support/git-bed.ts";
import { forgeTree, pathWithNotes } from "../support/git-forge.ts";
import { commitFiles, commitTree, git, startGitServer } from "../support/git-server.ts";

const FILES = {
  "k8s/base/kustomization.yaml": "resources: [a.yaml]\n",
  "k8s/base/a.yaml": "kind: A\n",
  "k8s/overlays/qa/kustomization.yaml": "resources: [../../base]\n",
  "src/main.ts": "x".repeat(10_000),
  "README.md": "hello\n",
};

const RESULT = "application/x-git-upload-pack-result";

const bed = useGitBed("source-test-");
const { newFolder, newGit, newRepository } = bed;
const env = USER_ENV;

async function resolve(repository: Git, url: string, revision: string): Promise<string> {
  return (await repository.resolve(url, { revision })).commit;
}

async function textsOf(source: FetchedSource, folder: string): Promise<Readonly<Record<string, string>>> {
  const texts: Record<string, string> = {};
  const files = (await source.list(folder))?.filter(({ type }) => type !== "folder") ?? [];
  for await (const { path, content } of source.contents(files, 1_000_000)) texts[path] = content.toString();
  return texts;
}

/** Settings as a CI system passes them to Git. */
function settings(entries: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  const pairs = Object.entries(entries).flatMap(([key, value], index): [string, string][] => [
    [`GIT_CONFIG_KEY_${index}`, key],
    [`GIT_CONFIG_VALUE_${index}`, value],
  ]);
  return { ...env, GIT_CONFIG_COUNT: String(Object.keys(entries).length), ...Object.fromEntries(pairs) };
}

/** A PATH on which `git` notes its arguments before it runs. */
function withNotedArguments(notes: string): NodeJS.ProcessEnv {
  return { PATH: pathWithNotes(newFolder(), notes) };
}

describe("resolve", () => {
  it("finds branches, tags and HEAD with one listing for everybody", async () => {
    const { folder, url } = newRepository();
    const first = commitFiles(folder, { a: "1" });
    git(folder, ["tag", "-a", "-m", "x", "v1", first]);
    const second = commitFiles(folder, { a: "2" });
    git(folder, ["tag", "main", first]);
    const repository = newGit();
    const found = ["v1", "refs/heads/main", "main", "tags/v1"].map((revision) => resolve(repository, url, revision));
    expect(await Promise.all(found)).toStrictEqual([first, second, first, first]);
    expect(await resolve(repository, url, "HEAD")).toBe(second);
    expect(bed.server.requests).toHaveLength(1);
  });

  it("takes the highest tag that a range of versions allows, with the listing that everybody uses", async () => {
    const { folder, url } = newRepository();
    const commits = ["v1.2.3", "v1.2.10", "api/1.2.4", "v2.0.0"].map((tag) => {
      const commit = commitFiles(folder, { a: tag });
      git(folder, ["tag", "-m", tag, tag, commit]);
      return { commit, ref: `refs/tags/${tag}`, tag: git(folder, ["rev-parse", `refs/tags/${tag}`]) };
    });
    const branch = commits[0]?.commit ?? "";
    git(folder, ["branch", "1.x", branch]);
    const repository = newGit();
    const targets: readonly Target[] = [
      { revision: "1.2.*" },
      { revision: "1.x" },
      { revision: "1.x", tagPrefix: "api/" },
      { revision: "heads/1.x" },
    ];
    expect(await Promise.all(targets.map((target) => repository.resolve(url, target)))).toStrictEqual([
      commits[1],
      commits[1],
      commits[2],
      { commit: branch, ref: "refs/heads/1.x" },
    ]);
    expect(bed.server.requests).toHaveLength(1);
    const failure = await failureOf(resolve(repository, url, "^3"));
    expect(failure.message).toMatch(/no tag is a version that "\^3" allows in .*; there are: 1.x, main, /);
  });

  it("lists the same with Git itself, also where the answer without it is not one", async () => {
    const { folder, url } = newRepository();
    const first = commitFiles(folder, { a: "1" });
    git(folder, ["tag", "-a", "-m", "x", "v1", first]);
    git(folder, ["tag", "-a", "-m", "x", "v1-again", "v1"]);
    commitFiles(folder, { a: "2" });
    commitFiles(folder, { a: "3" }, "feature/ä-ü");
    git(folder, ["update-ref", "refs/pull/1/head", first]);
    const revisions = ["HEAD", "main", "v1", "v1-again", "feature/ä-ü", "heads/feature/ä-ü"];
    const plain = await Promise.all(revisions.map((revision) => resolve(newGit(), url, revision)));
    expect(bed.server.requests).toHaveLength(revisions.length);
    const answers: ((response: ServerResponse) => void)[] = [
      (response) => response.writeHead(200, { "content-type": "text/html" }).end("<html>"),
      (response) => response.writeHead(200, { "content-type": RESULT }).end("0000x"),
      (response) => response.writeHead(200, { "content-type": RESULT }).end(`003f${first} refs/heads/main\n`),
      (response) => response.writeHead(200, { "content-type": RESULT }).end("0008ERR 0000"),
      (response) => response.writeHead(302, { location: "/elsewhere" }).end(),
      (response) => response.writeHead(200, { "content-type": RESULT }).write("003", () => response.destroy()),
      (response) => response.destroy(),
    ];
    for (const answer of answers) {
      let left = 1;
      bed.server.intercept = (request, response) => {
        if (request.method !== "POST" || left-- <= 0) return false;
        answer(response);
        return true;
      };
      const repository = newGit();
      expect(await Promise.all(revisions.map((revision) => resolve(repository, url, revision)))).toStrictEqual(plain);
      expect(await resolve(repository, url, "refs/pull/1/head")).toBe(first);
    }
  });

  it("asks nobody for a full commit", async () => {
    const commit = "ABCDEF0123456789abcdef0123456789abcdef01";
    expect(await resolve(newGit(), `${bed.server.url}/none.git`, commit)).toBe(commit.toLowerCase());
    expect(bed.server.requests).toHaveLength(0);
  });

  it("names repository, revision and what there is", async () => {
    const { folder, url } = newRepository();
    commitFiles(folder, { a: "1" });
    commitFiles(folder, { a: "1" }, "release-1");
    const failure = await failureOf(resolve(newGit(), url, "develop"));
    expect(failure).toMatchObject({
      code: "NotFound",
      message: `branch or tag develop does not exist in ${url}; there are: main, release-1`,
    });
  });

  it("says that an empty repository is empty", async () => {
    const { url } = newRepository();
    expect((await failureOf(resolve(newGit(), url, "main"))).message).toMatch(/it is empty$/);
  });

  it.each([
    ["a repository that is not there", "none.git", undefined, "NotFound", false],
    ["a server that is busy", "r0.git", 503, "Unavailable", true],
    ["a server that wants a password", "r0.git", 401, "Unauthorized", false],
    ["a server that forbids it", "r0.git", 403, "Forbidden", false],
    ["too many requests", "r0.git", 429, "Throttled", true],
  ] as const)("tells %s", async (_, name, status, code, retryable) => {
    if (status !== undefined) bed.server.intercept = (__, response) => !!response.writeHead(status).end();
    const failure = await failureOf(resolve(newGit(), `${bed.server.url}/${name}`, "main"));
    expect(failure).toMatchObject({ code, retryable });
    expect(failure.message).toContain(`${bed.server.url}/${name}: `);
  });

  it("asks again when the server was busy, and lists anew after a failure", async () => {
    const { folder, url } = newRepository();
    const commit = commitFiles(folder, { a: "1" });
    // Once without Git, once with, and once again.
    let left = 3;
    bed.server.intercept = (_, response) => left-- > 0 && !!response.writeHead(503).end();
    const repository = newGit({ pauses: [0] });
    expect((await failureOf(resolve(repository, url, "main"))).code).toBe("Unavailable");
    expect(await resolve(repository, url, "main")).toBe(commit);
  });

  it("does not follow a redirect, with or without credentials", async () => {
    const { folder, url } = newRepository();
    commitFiles(folder, { a: "1" });
    const elsewhere = await startGitServer();
    bed.server.intercept = (request, response) =>
      !!response.writeHead(302, { location: elsewhere.url + (request.url ?? "") }).end();
    const [host] = url.split("/r");
    const own = { ...env, ...settings({ [`http.${host ?? ""}/.extraheader`]: "Authorization: Basic hunter2" }) };
    const failure = await failureOf(resolve(newGit({ env: own }), url, "main")).finally(elsewhere.close);
    expect(failure).toMatchObject({ code: "Refused" });
    expect(elsewhere.requests).toHaveLength(0);
  });

  it.each([
    ["says nothing", () => undefined],
    ["never comes to an end", (write: () => void) => setInterval(write, 1)],
  ])("gives up on a server that %s", async (_, begin) => {
    let timer: NodeJS.Timeout | undefined;
    bed.server.intercept = (__, response) => {
      timer = begin(() => response.write("x".repeat(65_536)));
      response.on("close", () => clearInterval(timer));
      return true;
    };
    const { folder, url } = newRepository();
    commitFiles(folder, { a: "1" });
    expect((await failureOf(resolve(newGit({ timeoutMs: 1_000 }), url, "main"))).code).toMatch(
      /Timeout|Refused|Failed/,
    );
  });
});

describe("courseOf", () => {
  /** 200 commits on main, and one beside them that no branch leads to any more. */
  function history() {
    const { folder, url } = newRepository();
    const commits = Array.from(
      { length: 200 },
      (_, index) => `commit refs/heads/main\ncommitter T <t@x> ${index} +0000\ndata 1\nx\n`,
    );
    git(folder, ["fast-import", "--quiet"], commits.join("\n"));
    const all = git(folder, ["rev-list", "--reverse", "main"]).split("\n");
    const [first = "", tip = ""] = [all[0], all.at(-1)];
    const tree = git(folder, ["mktree"]);
    const aside = git(folder, ["commit-tree", tree, "-p", first, "-m", "aside"]);
    return { folder, url, first, near: all.at(-3) ?? "", tip, aside };
  }

  it.each([
    ["a server of today", {}],
    ["one without filters", { "uploadpack.allowFilter": "false" }],
    ["one that knows only the old protocol", { old: "true" }],
  ])("tells on, back and aside with %s", async (_, config) => {
    const { folder, url, first, near, tip, aside } = history();
    const { old, ...settings } = config as Readonly<Record<string, string>>;
    for (const [key, value] of Object.entries(settings)) git(folder, ["config", key, value]);
    bed.server.intercept = (request) => {
      if (old !== undefined) delete request.headers["git-protocol"];
      return false;
    };
    const repository = newGit();
    expect(await repository.courseOf(url, near, tip)).toBe("on");
    expect(await repository.courseOf(url, first, tip)).toBe("on");
    git(folder, ["update-ref", "refs/heads/main", near]);
    expect(await repository.courseOf(url, tip, near)).toBe(old === undefined ? "back" : "aside");
    git(folder, ["update-ref", "refs/heads/main", aside]);
    expect(await repository.courseOf(url, tip, aside)).toBe("aside");
    expect(await repository.courseOf(url, "1".repeat(40), aside)).toBe("aside");
  });

  it("needs two requests where little happened, however many ask, fetches no file and leaves nothing behind", async () => {
    const { folder, url } = newRepository();
    const from = commitFiles(folder, FILES);
    const to = commitFiles(folder, { ...FILES, big: "x".repeat(1_000_000) });
    const cacheFolder = join(newFolder(), "cache");
    let bytes = 0;
    bed.server.intercept = (_, response) => {
      const write = response.write.bind(response);
      response.write = ((chunk: Buffer) => ((bytes += chunk.length), write(chunk))) as typeof response.write;
      return false;
    };
    const repository = newGit({ cacheFolder });
    // Each Application of a repository asks where its branch went.
    const asked = Array.from({ length: 50 }, () => repository.courseOf(url, from, to));
    expect(new Set(await Promise.all(asked))).toEqual(new Set(["on"]));
    expect(await repository.courseOf(url, from, to)).toBe("on");
    expect(bed.server.requests).toHaveLength(2);
    expect(bytes).toBeLessThan(5_000);
    expect(globSync("*", { cwd: cacheFolder })).toStrictEqual([]);
  });

  it("does not take a server that is busy for a history that was rewritten", async () => {
    const { url, first, tip } = history();
    bed.server.intercept = (_, response) => !!response.writeHead(503).end();
    expect(await failureOf(newGit().courseOf(url, first, tip))).toMatchObject({ code: "Unavailable" });
  });
});

describe("fetch", () => {
  it("needs two requests for the folders and two for all files around", async () => {
    const { folder, url } = newRepository();
    const commit = commitFiles(folder, FILES);
    const source = await newGit().fetch(url, commit, "k8s/overlays/qa");
    expect(bed.server.requests).toHaveLength(2);
    expect(await textsOf(source, "k8s/overlays/qa")).toStrictEqual({
      "k8s/overlays/qa/kustomization.yaml": "resources: [../../base]\n",
    });
    expect(Object.keys(await textsOf(source, "k8s/base"))).toStrictEqual([
      "k8s/base/a.yaml",
      "k8s/base/kustomization.yaml",
    ]);
    expect(bed.server.requests).toHaveLength(4);
    expect(source.treeHash).toBe(git(folder, ["rev-parse", `${commit}:k8s/overlays/qa`]));
    const [there, gone] = await source.hashesOf(["k8s/base", "k8s/none"]);
    expect([there, gone]).toStrictEqual([git(folder, ["rev-parse", `${commit}:k8s/base`]), undefined]);
  });

  it("asks the server for nothing in the next run, and starts no Git for what it noted", async () => {
    const { folder, url } = newRepository();
    const commit = commitFiles(folder, FILES);
    const cacheFolder = join(newFolder(), "cache");
    const texts = await textsOf(await newGit({ cacheFolder }).fetch(url, commit, "k8s/base"), "k8s/base");
    bed.server.requests.length = 0;
    const notes = join(newFolder(), "notes");
    const source = await newGit({ cacheFolder, env: withNotedArguments(notes) }).fetch(url, commit, "k8s/base");
    await source.hashesOf(["k8s/base"]);
    expect(existsSync(notes)).toBe(false);
    expect(await textsOf(source, "k8s/base")).toStrictEqual(texts);
    expect(bed.server.requests).toHaveLength(0);
  });

  it("does not fetch the source code beside the manifests", async () => {
    const { folder, url } = newRepository();
    const commit = commitFiles(folder, FILES);
    const cacheFolder = join(newFolder(), "cache");
    await textsOf(await newGit({ cacheFolder }).fetch(url, commit, "k8s/base"), "k8s/base");
    const [cached] = globSync("*-*", { cwd: cacheFolder });
    expect(() => git(join(cacheFolder, cached ?? ""), ["cat-file", "-e", `${commit}:src/main.ts`])).toThrow();
  });

  it("reads what stands beside each other once for all sources of a commit", async () => {
    const { folder, url } = newRepository();
    const services = Array.from({ length: 40 }, (_, index) => `apps/service-${index}`);
    const commit = commitFiles(folder, Object.fromEntries(services.map((path) => [`${path}/a.yaml`, path])));
    const notes = join(newFolder(), "notes");
    const repository = newGit({ env: withNotedArguments(notes) });
    const sources = await Promise.all(services.map((path) => repository.fetch(url, commit, path)));
    const lists = await Promise.all(sources.map((source) => source.list("apps")));
    expect(lists[0]?.map(({ path }) => path).sort()).toEqual([...services].sort());
    // The very same list: 3,000 services with a list of 3,000 each would be nine million entries.
    expect(new Set(lists).size).toBe(1);
    expect(readFileSync(notes, "utf8").match(/cat-file --batch$/gm)?.length).toBeLessThanOrEqual(2);
  });

  it("tells each source of a commit its own mistake only", async () => {
    const { folder, url } = newRepository();
    const commit = commitFiles(folder, FILES);
    const repository = newGit();
    const source = await repository.fetch(url, commit, "k8s/base");
    const [sound, broken, none] = await Promise.allSettled([
      source.list("k8s/overlays/qa"),
      source.list("k8s/a\nb"),
      repository.fetch(url, commit, "k8s/none"),
    ]);
    expect(sound).toMatchObject({ value: [{ path: "k8s/overlays/qa/kustomization.yaml" }] });
    expect(broken).toMatchObject({ reason: { code: "Refused" } });
    expect(none).toMatchObject({ reason: { code: "NotFound" } });
  });

  it("shares requests among the applications of one repository", async () => {
    const { folder, url } = newRepository();
    const apps = Array.from({ length: 20 }, (_, index) => `apps/a${index}`);
    const files = apps.flatMap((app) =>
      Array.from({ length: 20 }, (_, index) => [`${app}/k8s/f${index}.yaml`, `${app} ${index}`] as const),
    );
    const commit = commitFiles(folder, Object.fromEntries(files));
    const repository = newGit();
    const sources = await Promise.all(apps.map((app) => repository.fetch(url, commit, `${app}/k8s`)));
    const texts = await Promise.all(sources.map((source) => textsOf(source, source.path)));
    expect(Object.assign({}, ...texts)).toStrictEqual(Object.fromEntries(files));
    expect(bed.server.requests.length).toBeLessThanOrEqual(8);
  });

  it.each([
    ["no filters", { "uploadpack.allowFilter": "false" }, "2"],
    ["only the old protocol", {}, ""],
    ["only the old protocol and no filters", { "uploadpack.allowFilter": "false" }, ""],
    ["the old protocol with single objects", { "uploadpack.allowAnySHA1InWant": "true" }, ""],
  ])("also reads from a server that knows %s, old commits too", async (_, config, version) => {
    const { folder, url } = newRepository();
    for (const [key, value] of Object.entries(config)) git(folder, ["config", key, value]);
    const old = commitFiles(folder, { ...FILES, "k8s/base/a.yaml": "old" });
    const tip = commitFiles(folder, FILES);
    bed.server.intercept = (request) => {
      if (version === "") delete request.headers["git-protocol"];
      return false;
    };
    const repository = newGit();
    expect(await resolve(repository, url, "main")).toBe(tip);
    const [oldTexts, tipTexts] = await Promise.all(
      [old, tip].map(async (commit) => textsOf(await repository.fetch(url, commit, "k8s/base"), "k8s/base")),
    );
    expect([oldTexts?.["k8s/base/a.yaml"], tipTexts?.["k8s/base/a.yaml"]]).toStrictEqual(["old", "kind: A\n"]);
  });

  it.each([
    ["another commit", "1".repeat(40), "k8s", "NotFound", /commit 1{40} does not exist in/],
    ["another folder", undefined, "k8z/x", "NotFound", /the folder k8z\/x does not exist .*; there are: k8s, src$/],
    ["a file", undefined, "README.md", "NotFound", /README.md .* is a file, expected a folder/],
    ["a short commit", "abc", "k8s", "Invalid", /named by 40 digits/],
    ["a way out", undefined, "k8s/../../x", "Refused", /leads elsewhere/],
    ["Git's own folder", undefined, ".git", "Refused", /belongs to Git/],
  ])("refuses %s", async (_, asked, path, code, message) => {
    const { folder, url } = newRepository();
    const commit = commitFiles(folder, FILES);
    const failure = await failureOf(newGit().fetch(url, asked ?? commit, path));
    expect(failure.code).toBe(code);
    expect(failure.message).toMatch(message);
  });

  it("refuses a tag object and a blob in place of a commit", async () => {
    const { folder, url } = newRepository();
    const commit = commitFiles(folder, FILES);
    git(folder, ["tag", "-a", "-m", "x", "v1"]);
    for (const object of ["refs/tags/v1", `${commit}:README.md`]) {
      const failure = await failureOf(newGit().fetch(url, git(folder, ["rev-parse", object]), "k8s"));
      expect(failure.message).toMatch(/is a (tag|blob), expected a commit/);
    }
  });

  it("does not take a commit of one repository for one of another", async () => {
    const [one, other] = [newRepository(), newRepository()];
    const commit = commitFiles(one.folder, FILES);
    commitFiles(other.folder, { a: "1" });
    const repository = newGit();
    await repository.fetch(one.url, commit, "k8s");
    expect((await failureOf(repository.fetch(other.url, commit, "k8s"))).code).toBe("NotFound");
  });
});

describe("the cache", () => {
  it("may be used by many at the same time", async () => {
    const { folder, url } = newRepository();
    const commit = commitFiles(folder, FILES);
    const cacheFolder = join(newFolder(), "cache");
    const texts = Array.from({ length: 6 }, async () =>
      textsOf(await newGit({ cacheFolder }).fetch(url, commit, "k8s/base"), "k8s/base"),
    );
    const all = await Promise.all(texts);
    expect(new Set(all.map((one) => JSON.stringify(one))).size).toBe(1);
    expect(globSync("tmp-*", { cwd: cacheFolder })).toStrictEqual([]);
  });

  it.each([
    ["a pack is cut", (repository: string) => onPacks(repository, (pack) => truncateSync(pack, 40))],
    ["a pack is damaged", (repository: string) => onPacks(repository, damage)],
    ["packs are gone", (repository: string) => onPacks(repository, (pack) => rmSync(pack))],
    ["all objects are gone", (repository: string) => rmSync(join(repository, "objects"), { recursive: true })],
    ["its configuration is no configuration", (repository: string) => writeFileSync(join(repository, "config"), "[x")],
    [
      "it is empty",
      (repository: string) =>
        globSync("*", { cwd: repository }).forEach((name) => rmSync(join(repository, name), { recursive: true })),
    ],
    ["it is gone", (repository: string) => rmSync(repository, { recursive: true })],
  ])("is made anew when %s", async (_, harm) => {
    const { folder, url } = newRepository();
    const commit = commitFiles(folder, FILES);
    const cacheFolder = join(newFolder(), "cache");
    const texts = await textsOf(await newGit({ cacheFolder }).fetch(url, commit, "k8s/base"), "k8s/base");
    for (const name of globSync("*-*", { cwd: cacheFolder })) harm(join(cacheFolder, name));
    expect(await textsOf(await newGit({ cacheFolder }).fetch(url, commit, "k8s/base"), "k8s/base")).toStrictEqual(
      texts,
    );
  });

  it("is made anew when it vanishes while it is used", async () => {
    const { folder, url } = newRepository();
    const commit = commitFiles(folder, FILES);
    const cacheFolder = join(newFolder(), "cache");
    const source = await newGit({ cacheFolder }).fetch(url, commit, "k8s/base");
    rmSync(cacheFolder, { recursive: true });
    mkdirSync(cacheFolder);
    expect(Object.keys(await textsOf(source, "k8s/base"))).toHaveLength(2);
  });

  function onPacks(repository: string, harm: (pack: string) => void): void {
    for (const pack of globSync("objects/pack/*.pack", { cwd: repository })) {
      chmodSync(join(repository, pack), 0o600);
      harm(join(repository, pack));
    }
  }

  function damage(pack: string): void {
    const bytes = readFileSync(pack);
    for (let index = 16; index < bytes.length - 20; index += 7) bytes[index] = (bytes[index] ?? 0) ^ 0x55;
    writeFileSync(pack, bytes);
  }
});

describe("the user's Git settings", () => {
  it("give mirrors, from GIT_CONFIG_COUNT and from the global file", async () => {
    const { folder, url } = newRepository();
    const commit = commitFiles(folder, FILES);
    const global = join(newFolder(), "gitconfig");
    writeFileSync(global, `[url "${bed.server.url}/"]\n\tinsteadOf = https://one.example.com/\n`);
    const user = {
      ...settings({ [`url.${bed.server.url}/.insteadOf`]: "https://two.example.com/" }),
      GIT_CONFIG_GLOBAL: global,
    };
    const insteadOf = await readInsteadOf(user);
    expect(insteadOf).toHaveLength(2);
    const name = url.slice(bed.server.url.length + 1);
    const repository = newGit({ insteadOf, env: user });
    expect(await resolve(repository, `https://one.example.com/${name}`, "main")).toBe(commit);
    expect((await repository.fetch(`https://two.example.com/${name}`, commit, "k8s")).repoURL).toBe(
      `https://two.example.com/${name}`,
    );
  });

  it.each([
    ["the short form", (folder: string) => `git@127.0.0.1:${folder}`, "git@127.0.0.1"],
    ["a URL", (folder: string) => `ssh://git@127.0.0.1${folder}`, "git@127.0.0.1"],
    ["a URL with a port", (folder: string) => `ssh://git@127.0.0.1:2222${folder}`, "-p 2222 git@127.0.0.1"],
    ["a URL without a user", (folder: string) => `ssh://127.0.0.1${folder}`, "127.0.0.1"],
  ])("may lead over ssh by %s, which then cannot ask and knows its hosts", async (_, urlOf, place) => {
    const { folder } = newRepository();
    const commit = commitFiles(folder, FILES);
    const notes = join(newFolder(), "notes");
    // What an ssh server would run, run here; the name tells Git which options it has.
    const ssh = join(newFolder(), "ssh");
    writeFileSync(ssh, `#!/bin/sh\necho "$@" >> '${notes}'\nfor last; do :; done\nexec sh -c "$last"\n`);
    chmodSync(ssh, 0o755);
    const repository = newGit({ env: { ...env, GIT_SSH_COMMAND: `${ssh} -i key` } });
    const url = urlOf(folder);
    expect(await resolve(repository, url, "main")).toBe(commit);
    expect(Object.keys(await textsOf(await repository.fetch(url, commit, "k8s/base"), "k8s/base"))).toHaveLength(2);
    for (const line of readFileSync(notes, "utf8").trim().split("\n")) {
      expect(line).toMatch(/^-i key -a -x -o BatchMode=yes -o StrictHostKeyChecking=yes -o ClearAllForwardings=yes /);
      expect(line).toContain(` ${place} git-upload-pack '${folder}'`);
    }
  });

  it("may lead over ssh to a port where nobody listens, which is told", async () => {
    const failure = await failureOf(resolve(newGit(), "ssh://git@127.0.0.1:1/x", "main"));
    expect(failure).toMatchObject({ code: "Unavailable", retryable: true });
  });

  it("may be none at all", async () => {
    expect(await readInsteadOf(env)).toStrictEqual([]);
  });

  it("may be broken, which is said without repeating them", async () => {
    const global = join(newFolder(), "gitconfig");
    writeFileSync(global, '[url "https://user:hunter2@x/"\n');
    const failure = await failureOf(readInsteadOf({ ...env, GIT_CONFIG_GLOBAL: global }));
    expect(failure.message).toBe("the user's Git settings cannot be read: `git config --list` says why");
  });

  describe("sign in", () => {
    const PASSWORD = "hunter2-canary";
    const expected = `Basic ${Buffer.from(`robot:${PASSWORD}`).toString("base64")}`;
    const HELPER = `!f() { test "$1" = get && echo username=robot && echo "password=$MY_TOKEN"; }; f`;

    beforeEach(() => {
      bed.server.intercept = (request, response) => {
        if (request.headers.authorization === expected) return false;
        response.writeHead(401, { "www-authenticate": 'Basic realm="git"' }).end("who are you");
        return true;
      };
    });

    function waysIn(): readonly (readonly [
      string,
      () => { readonly user: NodeJS.ProcessEnv; readonly url?: string },
    ])[] {
      const askpass = join(newFolder(), "askpass");
      writeFileSync(askpass, `#!/bin/sh\ncase "$1" in Username*) echo robot;; *) echo ${PASSWORD};; esac\n`);
      chmodSync(askpass, 0o755);
      return [
        ["a credential helper", () => ({ user: { ...settings({ "credential.helper": HELPER }), MY_TOKEN: PASSWORD } })],
        [
          "a helper for this host",
          () => ({ user: { ...settings({ [`credential.${bed.server.url}.helper`]: HELPER }), MY_TOKEN: PASSWORD } }),
        ],
        ["GIT_ASKPASS", () => ({ user: { ...env, GIT_ASKPASS: askpass } })],
        ["core.askPass", () => ({ user: settings({ "core.askPass": askpass }) })],
        [
          "an extra header",
          () => ({ user: settings({ [`http.${bed.server.url}/.extraheader`]: `Authorization: ${expected}` }) }),
        ],
        [
          "a mirror with a password",
          () => ({
            user: settings({
              [`url.${bed.server.url.replace("//", `//robot:${PASSWORD}@`)}/.insteadOf`]: `${bed.server.url}/`,
            }),
          }),
        ],
      ];
    }

    it.each([
      "a credential helper",
      "a helper for this host",
      "GIT_ASKPASS",
      "core.askPass",
      "an extra header",
      "a mirror with a password",
    ])("by %s, and no command line, file or message holds the password", async (name) => {
      const { folder, url } = newRepository();
      const commit = commitFiles(folder, FILES);
      const { user } = new Map(waysIn()).get(name)?.() ?? { user: {} };
      const notes = join(newFolder(), "notes");
      const own = { ...user, ...withNotedArguments(notes) };
      const cacheFolder = join(newFolder(), "cache");
      const repository = newGit({ cacheFolder, env: own, insteadOf: await readInsteadOf(own) });
      expect(await resolve(repository, url, "main")).toBe(commit);
      expect(Object.keys(await textsOf(await repository.fetch(url, commit, "k8s/base"), "k8s/base"))).toHaveLength(2);
      const failure = await failureOf(resolve(repository, url, "none"));
      const secret = new RegExp(`${PASSWORD}|${expected.slice(6)}`);
      expect(failure.message).not.toMatch(secret);
      expect(readFileSync(notes, "utf8")).not.toMatch(secret);
      const files = globSync("**/*", { cwd: cacheFolder, withFileTypes: true }).filter((entry) => entry.isFile());
      expect(
        files.filter((file) => secret.test(readFileSync(join(file.parentPath, file.name), "latin1"))),
      ).toStrictEqual([]);
    });

    it("by nothing is told, and a wrong password is not repeated", async () => {
      const { url } = newRepository();
      expect(await failureOf(resolve(newGit(), url, "main"))).toMatchObject({ code: "Unauthorized" });
      const wrong = { ...settings({ "credential.helper": HELPER }), MY_TOKEN: "hunter3-canary" };
      const failure = await failureOf(resolve(newGit({ env: wrong }), url, "main"));
      expect(failure.code).toBe("Unauthorized");
      expect(failure.message).not.toContain("hunter3");
    });
  });
});

describe("an attack", () => {
  let canary: string;
  beforeEach(() => {
    canary = join(newFolder(), "canary");
  });

  it("by names that a server advertises reaches no command line", async () => {
    const { folder, url } = newRepository();
    const commit = commitFiles(folder, FILES);
    const evil = [
      `--upload-pack=touch\${IFS}${canary}`,
      "-cprotocol.ext.allow=always",
      "--orphan=x",
      "--output=x",
      "@{-1}x",
      "$(touch x)",
    ];
    const refs = [...evil.slice(0, 4), "a$(touch-x)"].map((name) => `refs/heads/${name}`);
    for (const ref of refs) writeRef(folder, ref, commit);
    const notes = join(newFolder(), "notes");
    const repository = newGit({ env: { ...env, ...withNotedArguments(notes) } });
    for (const revision of [
      ...evil,
      ...refs,
      "HEAD:x",
      "main^{/x}",
      "-",
      "--",
      "--help",
      "main\n--exec=x",
      "@",
      ":/x",
      "main..x",
    ]) {
      const found = await resolve(repository, url, revision).catch((error: unknown) => error);
      if (typeof found !== "string") expect(found).toMatchObject({ code: "NotFound" });
      else await repository.fetch(url, found, "k8s");
    }
    expect(existsSync(canary)).toBe(false);
    expect(readFileSync(notes, "utf8")).not.toMatch(/upload-pack=|protocol\.ext|orphan|touch/);
  });

  it("by a URL runs nothing", async () => {
    const urls = [
      `ext::touch ${canary}`,
      `ext::sh -c "touch% ${canary}"`,
      `file://${bed.server.folder}/r0.git`,
      `${bed.server.folder}/r0.git`,
      `--upload-pack=touch ${canary}`,
    ];
    const more = [
      `-u${canary}`,
      `ssh://-oProxyCommand=touch%20${canary}/x`,
      `git@-oProxyCommand=x:y`,
      `http://127.0.0.1/x --upload-pack=y`,
      "fd::1",
      "testgit::x",
    ];
    for (const url of [...urls, ...more]) {
      const repository = newGit();
      expect(await failureOf(resolve(repository, url, "main"))).toMatchObject({ code: "Refused" });
      expect(await failureOf(repository.fetch(url, "1".repeat(40), "x"))).toMatchObject({ code: "Refused" });
    }
    expect(existsSync(canary)).toBe(false);
    expect(bed.server.requests).toHaveLength(0);
  });

  it("by a mirror to another transport is refused", async () => {
    for (const base of [`ext::touch ${canary} `, "file:///", "/", "http://example.com/"]) {
      const repository = newGit({ insteadOf: [{ base, insteadOf: "https://host/" }] });
      expect(await failureOf(resolve(repository, "https://host/x", "main"))).toMatchObject({ code: "Refused" });
    }
    expect(existsSync(canary)).toBe(false);
  });

  it.each(["GIT_CONFIG_COUNT", "the global file"])(
    "by hooks in the user's own settings (%s) finds none of them",
    async (place) => {
      const { folder, url } = newRepository();
      const old = commitFiles(folder, FILES);
      commitFiles(folder, { a: "1" });
      const hooks = newFolder();
      for (const hook of ["reference-transaction", "post-checkout", "fsmonitor-watchman"]) {
        writeFileSync(join(hooks, hook), `#!/bin/sh\ntouch '${canary}'\n`);
        chmodSync(join(hooks, hook), 0o755);
      }
      const global = join(newFolder(), "gitconfig");
      writeFileSync(global, `[core]\n\thooksPath = ${hooks}\n\tfsmonitor = ${join(hooks, "fsmonitor-watchman")}\n`);
      const user =
        place === "the global file" ? { ...env, GIT_CONFIG_GLOBAL: global } : settings({ "core.hooksPath": hooks });
      // Without single objects all refs are fetched, which would run the hook.
      bed.server.intercept = (request) => {
        delete request.headers["git-protocol"];
        return false;
      };
      await newGit({ env: user }).fetch(url, old, "k8s");
      expect(existsSync(canary)).toBe(false);
      git(folder, ["-c", `core.hooksPath=${hooks}`, "update-ref", "refs/heads/proof", old]);
      expect(existsSync(canary)).toBe(true);
    },
  );

  it.each([
    ["a link to a file", [["120000", "a.yaml", "/etc/passwd"]], "a symbolic link is not followed"],
    ["a link to a folder", [["120000", "a", "../../.."]], "a symbolic link is not followed"],
    ["a submodule", [["160000", "sub", undefined]], "a submodule is not followed"],
    ["a name with a backslash", [["100644", "..\\a.yaml", "x"]], "backslash"],
    ["a name with a line break", [["100644", "a\nb.yaml", "x"]], "control character"],
    ["a name that hides its direction", [["100644", "a\u202elmay.b", "x"]], "control character"],
    ["a name that ends in a dot", [["100644", "a.", "x"]], "ends in a dot"],
    ["a name that ends in a space", [["100644", "a ", "x"]], "ends in a dot or a space"],
    ["a name that is no UTF-8", [["100644", "\xff\xfe", "x"]], "no UTF-8"],
    ["Git's own name", [["100644", ".git", "x"]], ""],
    ["Git's own name in capitals", [["100644", ".GIT", "x"]], ""],
    ["Git's own name on Windows", [["100644", "git~1", "x"]], ""],
    ["the way up", [["100644", "..", "x"]], ""],
    ["the way up as a folder", [["40000", "..", "x"]], ""],
    ["this folder", [["100644", ".", "x"]], ""],
    ["a way with a slash", [["100644", "a/../../b", "x"]], ""],
    ["an empty name", [["100644", "", "x"]], ""],
    ["an unknown mode", [["100600", "a", "x"]], ""],
  ] as const)("by a tree with %s gives nothing", async (_, entries, reason) => {
    const { folder, url } = newRepository();
    const inner = writeTree(
      folder,
      entries.map(([mode, name, content]) => [mode, name, contentHash(folder, mode, content)]),
    );
    const commit = commitTree(folder, writeTree(folder, [["40000", "k8s", inner]]));
    const read = async () => textsOf(await newGit().fetch(url, commit, "k8s"), "k8s");
    const failure = await failureOf(read());
    expect(failure.message).toContain(reason);
    expect(["Refused", "Failed"]).toContain(failure.code);
  });

  it("by a folder that is a link is told", async () => {
    const { folder, url } = newRepository();
    const link = git(folder, ["hash-object", "-w", "--stdin"], "..");
    const commit = commitTree(folder, writeTree(folder, [["120000", "k8s", link]]));
    for (const path of ["k8s", "k8s/base"]) {
      expect((await failureOf(newGit().fetch(url, commit, path))).message).toMatch(
        /k8s .* is a link, expected a folder/,
      );
    }
  });

  it("by sheer number, depth and size is held", async () => {
    const { folder, url } = newRepository();
    const blob = git(folder, ["hash-object", "-w", "--stdin"], "x".repeat(1_000));
    const many = writeTree(
      folder,
      Array.from({ length: 20_001 }, (_, index) => ["100644", `f${String(index).padStart(5, "0")}`, blob]),
    );
    let bomb = writeTree(folder, [["100644", "f", blob]]);
    const ten = Array.from("abcdefghij");
    for (let level = 0; level < 9; level++)
      bomb = writeTree(
        folder,
        ten.map((name) => ["40000", name, bomb]),
      );
    let deep = writeTree(folder, [["100644", "f", blob]]);
    for (let level = 0; level < 70; level++) deep = writeTree(folder, [["40000", "d", deep]]);
    const commit = commitTree(
      folder,
      writeTree(folder, [
        ["40000", "bomb", bomb],
        ["40000", "deep", deep],
        ["40000", "many", many],
      ]),
    );
    const repository = newGit();
    const source = await repository.fetch(url, commit, "many");
    const all = (await source.list("many")) ?? [];
    const read = async (count: number, maxBytes: number) => {
      for await (const { content } of source.contents(all.slice(0, count), maxBytes))
        expect(content).toHaveLength(1_000);
    };
    expect((await failureOf(read(20_001, 1e9))).message).toMatch(/at most 20000 files are read, found 20001/);
    expect((await failureOf(read(1_001, 1e6))).message).toMatch(/at most 1000000 bytes in all are read, found 1001000/);
    await read(1_000, 1e6);
    const end = await repository.fetch(url, commit, "bomb/a/b/c/d/e/f/g/h/i");
    expect(await textsOf(end, end.path)).toStrictEqual({ [`${end.path}/f`]: "x".repeat(1_000) });
    const inBomb = await repository.fetch(url, commit, "bomb/a");
    expect(await inBomb.list("bomb/a")).toHaveLength(10);
    const path = Array<string>(66).fill("d").join("/").replace("d", "deep");
    expect((await failureOf(repository.fetch(url, commit, path))).message).toMatch(/nested deeper than 64/);
  });

  it("by submodules and large file pointers fetches neither", async () => {
    const { folder, url } = newRepository();
    const gitmodules = git(
      folder,
      ["hash-object", "-w", "--stdin"],
      `[submodule "s"]\n\tpath = s\n\turl = ${bed.server.url}/evil.git\n`,
    );
    const pointer = git(folder, ["hash-object", "-w", "--stdin"], "version https://git-lfs.github.com/spec/v1\n");
    const k8s = writeTree(folder, [["100644", "a.yaml", pointer]]);
    const tree = writeTree(folder, [
      ["100644", ".gitmodules", gitmodules],
      ["40000", "k8s", k8s],
      ["160000", "s", "1".repeat(40)],
    ]);
    const commit = commitTree(folder, tree);
    expect(await textsOf(await newGit().fetch(url, commit, "k8s"), "k8s")).toStrictEqual({
      "k8s/a.yaml": "version https://git-lfs.github.com/spec/v1\n",
    });
    expect(bed.server.requests.filter(({ path }) => path.includes("evil"))).toStrictEqual([]);
  });

  function writeRef(repository: string, ref: string, commit: string): void {
    git(repository, ["update-ref", ref, commit]);
  }

  function contentHash(repository: string, mode: string, content: string | undefined): string {
    if (content === undefined) return "1".repeat(40);
    const blob = git(repository, ["hash-object", "-w", "--stdin"], content);
    return mode === "40000" ? writeTree(repository, [["100644", "f", blob]]) : blob;
  }

  function writeTree(repository: string, entries: readonly (readonly [string, string, string])[]): string {
    const raw = (name: string) => (name === "\xff\xfe" ? Buffer.from(name, "latin1") : name);
    return forgeTree(
      repository,
      entries.map(([mode, name, hash]) => [mode, raw(name), hash]),
    );
  }
});
