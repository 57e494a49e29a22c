import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";

import { isGitOpsError } from "../../components/error.ts";
import { createGitWriter } from "../../components/git/writer.ts";
import type { FileEdit } from "../../components/git/writer.ts";
import { writeKustomization } from "../../components/image/write-back-text.ts";
import { commitFiles, commitTree, createRepository, git, startGitServer } from "../support/git-server.ts";
import type { GitServer } from "../support/git-server.ts";

const IMAGE = "registry.example.com/my-org/api";
const FILES = {
  "k8s/kustomization.yaml": `resources: [a.yaml]\nimages:\n- name: ${IMAGE} # ours\n  newTag: v1.0.0\n`,
  "k8s/a.yaml": "kind: A\n",
  "README.md": "hello\n",
};
const env = {
  PATH: process.env["PATH"],
  HOME: "/nonexistent",
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_AUTHOR_NAME: "A Robot",
  GIT_AUTHOR_EMAIL: "robot@example.com",
};

let server: GitServer;
let cacheFolder: string;
let names = 0;

beforeAll(async () => {
  server = await startGitServer();
  cacheFolder = mkdtempSync(join(tmpdir(), "push-test-"));
});
afterAll(async () => {
  await server.close();
  rmSync(cacheFolder, { recursive: true, force: true });
});
beforeEach(() => {
  server.intercept = undefined;
  server.requests.length = 0;
});

function repository(files: Readonly<Record<string, string>> = FILES) {
  const name = `r${names++}.git`;
  const folder = createRepository(server, name);
  git(folder, ["config", "http.receivepack", "true"]);
  commitFiles(folder, files);
  const show = (path: string, branch = "main") => git(folder, ["show", `${branch}:${path}`]);
  return { folder, show, url: `${server.url}/${name}` };
}

const setTag = (tag: string): FileEdit => ({
  paths: ["k8s/kustomization.yaml", "k8s/kustomization.yml"],
  beside: ["k8s/kustomization.yaml", "k8s/kustomization.yml"],
  edit: (text) => writeKustomization(text, [{ image: IMAGE, tag }]),
});

function propose(url: string, edits: readonly FileEdit[], branch: string, from = "main") {
  const writer = createGitWriter({ cacheFolder, insteadOf: [], env, pauses: [1, 1] });
  return writer.commit(url, { branch, from, edits, message: "build: automatic update of api\n" });
}

function write(url: string, edits: readonly FileEdit[], branch = "main", pauses: readonly number[] = [1, 1]) {
  const writer = createGitWriter({ cacheFolder, insteadOf: [], env, pauses });
  return writer.commit(url, { branch, edits, message: "build: automatic update of api\n" });
}

async function failureOf(writing: Promise<unknown>): Promise<string> {
  const error = await writing.catch((reason: unknown) => reason);
  return isGitOpsError(error) ? `${error.code}: ${error.message}` : `it did not fail: ${String(error)}`;
}

describe("a commit that is pushed", () => {
  it("changes the one line, in the user's name, on top of the branch", async () => {
    const { folder, show, url } = repository();
    const before = git(folder, ["rev-parse", "main"]);
    const commit = await write(url, [setTag("v1.1.0")]);
    expect(git(folder, ["log", "-1", "--format=%H %P %an <%ae> %s", "main"])).toBe(
      `${commit} ${before} A Robot <robot@example.com> build: automatic update of api`,
    );
    expect(git(folder, ["diff", "--stat", before, "main"])).toMatch(
      /1 file changed, 1 insertion\(\+\), 1 deletion\(-\)/,
    );
    expect(show("k8s/kustomization.yaml")).toBe(FILES["k8s/kustomization.yaml"].replace("v1.0.0", "v1.1.0").trim());
  });

  it("is none when Git says so already", async () => {
    const { folder, url } = repository();
    const before = git(folder, ["rev-parse", "main"]);
    expect(await write(url, [setTag("v1.0.0")])).toBeUndefined();
    expect(git(folder, ["rev-parse", "main"])).toBe(before);
    expect(server.requests.some(({ path }) => path.includes("receive-pack"))).toBe(false);
  });

  it("holds all files of a run, and makes those that are not there", async () => {
    const { folder, show, url } = repository();
    const made: FileEdit = { paths: ["k8s/.argocd-source-api.yaml"], edit: () => "kustomize: {}\n" };
    await write(url, [setTag("v1.1.0"), made]);
    expect(git(folder, ["rev-list", "--count", "main"])).toBe("2");
    expect(show("k8s/.argocd-source-api.yaml")).toBe("kustomize: {}");
  });

  it("builds upon what somebody else pushed meanwhile", async () => {
    const { folder, show, url } = repository();
    let races = 2;
    server.intercept = (request) => {
      if (request.method === "POST" && request.url?.endsWith("/git-receive-pack") === true && races-- > 0) {
        commitFiles(folder, { ...FILES, "README.md": `race ${races}\n` });
      }
      return false;
    };
    await write(url, [setTag("v1.1.0")]);
    expect(show("k8s/kustomization.yaml")).toContain("newTag: v1.1.0");
    expect(show("README.md")).toBe("race 0");
    expect(git(folder, ["rev-list", "--count", "main"])).toBe("4");
  });

  it("gives up when others are faster all the time, and overwrites nothing", async () => {
    const { folder, show, url } = repository();
    server.intercept = (request) => {
      if (request.method === "POST" && request.url?.endsWith("/git-receive-pack") === true) commitFiles(folder, FILES);
      return false;
    };
    expect(await failureOf(write(url, [setTag("v1.1.0")]))).toMatch(/^Conflict: .*others were faster 5 times$/);
    expect(show("k8s/kustomization.yaml")).toContain("newTag: v1.0.0");
  });

  it("repeats what fails for a passing cause", async () => {
    const { show, url } = repository();
    let failures = 2;
    server.intercept = (request, response) => {
      const isPush = request.url?.includes("receive-pack") === true;
      if (isPush && failures-- > 0) response.writeHead(503).end();
      return isPush && failures >= 0;
    };
    await write(url, [setTag("v1.1.0")]);
    expect(show("k8s/kustomization.yaml")).toContain("newTag: v1.1.0");
  });

  it.each<[string, (url: string) => Promise<unknown>, RegExp]>([
    ["no such branch", (url) => write(url, [setTag("v2")], "none"), /^\w+: writing to none of /],
    ["no such repository", (url) => write(`${url}x`, [setTag("v2")]), /there is no such repository/],
    [
      "none of the files that have to be there",
      (url) => write(url, [{ ...setTag("v2"), beside: ["k8s/Chart.yaml"] }]),
      /^NotFound: .*there is none of k8s\/Chart\.yaml$/,
    ],
    [
      "a file that is no YAML",
      (url) => write(url, [{ ...setTag("v2"), paths: ["README.md"] }]),
      /^Invalid: the file is no YAML map/,
    ],
  ])("says what is wrong with %s, and leaves nothing behind", async (_, writing, expected) => {
    const { folder, url } = repository();
    expect(await failureOf(writing(url))).toMatch(expected);
    expect(git(folder, ["rev-list", "--count", "main"])).toBe("1");
    expect(readdirSync(cacheFolder)).toEqual([]);
  });

  it("writes through no symbolic link", async () => {
    const { folder, url } = repository();
    const link = git(folder, ["hash-object", "-w", "--stdin"], "/etc/passwd");
    const file = git(folder, ["hash-object", "-w", "--stdin"], "kind: A\n");
    const k8s = git(folder, ["mktree"], `120000 blob ${link}\tkustomization.yaml\n100644 blob ${file}\ta.yaml\n`);
    commitTree(folder, git(folder, ["mktree"], `040000 tree ${k8s}\tk8s\n`));
    expect(await failureOf(write(url, [setTag("v2")]))).toMatch(/^Refused: .*k8s\/kustomization\.yaml is no file$/);
  });

  it("says that the server takes no push", async () => {
    const { folder, url } = repository();
    git(folder, ["config", "http.receivepack", "false"]);
    expect(await failureOf(write(url, [setTag("v2")]))).toMatch(/^Forbidden: /);
  });
});

describe("a proposal that is pushed", () => {
  it("is one commit on a branch of its own, made from the base", async () => {
    const { folder, show, url } = repository();
    const base = git(folder, ["rev-parse", "main"]);
    const commit = await propose(url, [setTag("v1.1.0")], "update/v1.1.0");
    expect(git(folder, ["log", "-1", "--format=%H %P %s%n%(trailers)", "update/v1.1.0"])).toBe(
      `${commit} ${base} build: automatic update of api\nProposal-for: main`,
    );
    expect(show("k8s/kustomization.yaml", "update/v1.1.0")).toContain("newTag: v1.1.0");
    expect(git(folder, ["rev-parse", "main"])).toBe(base);
  });

  it("is not pushed again while the branch says so", async () => {
    const { folder, url } = repository();
    await propose(url, [setTag("v1.1.0")], "update");
    server.requests.length = 0;
    expect(await propose(url, [setTag("v1.1.0")], "update")).toBeUndefined();
    expect(server.requests.some(({ path }) => path.includes("receive-pack"))).toBe(false);
    expect(git(folder, ["rev-list", "--count", "main..update"])).toBe("1");
  });

  it("is built upon an earlier one where the branch has a fixed name, never forced", async () => {
    const { folder, url } = repository();
    const first = await propose(url, [setTag("v1.1.0")], "update");
    await propose(url, [setTag("v1.2.0")], "update");
    expect(git(folder, ["rev-parse", "update^"])).toBe(first);
  });

  it("leaves a branch alone on which somebody else works, whatever a template leads to", async () => {
    const { folder, url } = repository();
    commitFiles(folder, FILES, "production");
    const before = git(folder, ["rev-parse", "production"]);
    expect(await failureOf(propose(url, [setTag("v1.1.0")], "production"))).toMatch(
      /^Refused: writing to production of .*: the branch is there, and its last commit is none of ours; merge it or delete it$/,
    );
    expect(git(folder, ["rev-parse", "production"])).toBe(before);
  });

  it("loses a race for the branch without overwriting anything", async () => {
    const { folder, url } = repository();
    let theirs: string | undefined;
    server.intercept = (request) => {
      if (request.method === "POST" && request.url?.endsWith("/git-receive-pack") === true) {
        theirs ??= commitFiles(folder, FILES, "update");
      }
      return false;
    };
    expect(await failureOf(propose(url, [setTag("v1.1.0")], "update"))).toMatch(/^Refused: .*none of ours/);
    expect(git(folder, ["rev-parse", "update"])).toBe(theirs);
  });

  it("says that there is no branch to make it from", async () => {
    const { folder, url } = repository();
    expect(await failureOf(propose(url, [setTag("v1.1.0")], "update", "none"))).toMatch(/^\w+: writing to update of /);
    expect(git(folder, ["for-each-ref", "--format=%(refname)"])).toBe("refs/heads/main");
  });
});
