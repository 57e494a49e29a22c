import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, globSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { beforeAll, describe, expect, it } from "@jest/globals";

import { isGitOpsError } from "../../components/error.ts";
import type { SignaturePolicy } from "../../components/git/signature-policy.ts";
import { useGitBed, USER_ENV } from "../support/git-bed.ts";
import { git } from "../support/git-server.ts";
import type { SignedRepository, Signer } from "../support/signing.ts";
import { commit, HAS_GPG, tag, useSigning } from "../support/signing.ts";

const { newFile, sshSigner, gpgSigner } = useSigning();
const bed = useGitBed("sig-");
const { newFolder, newGit, newRepository } = bed;
const env = USER_ENV;

interface Ask {
  readonly allow: Signer["allow"];
  readonly mode?: SignaturePolicy["mode"];
  readonly revision?: string;
  readonly user?: NodeJS.ProcessEnv;
  readonly cacheFolder?: string;
}

/** The commit, or why there is none. */
async function resolve({ url }: SignedRepository, ask: Ask): Promise<string> {
  const { allow, mode = "commit", revision = "main", user = env, cacheFolder } = ask;
  const folder = cacheFolder ?? join(newFolder("c-"), "cache");
  const signatures = [{ repositories: [`${bed.server.url}/*`], mode, ...allow }];
  const repository = newGit({ cacheFolder: folder, env: user, signatures });
  try {
    return (await repository.resolve(url, { revision })).commit;
  } catch (error) {
    if (!isGitOpsError(error)) throw error;
    return error.message;
  }
}

/** Writes a commit that Git itself would not make; on main. */
function forge({ folder }: SignedRepository, change: (text: string) => string): void {
  const text = execFileSync("git", ["cat-file", "commit", "main"], { cwd: folder, encoding: "latin1" });
  const forged = git(folder, ["hash-object", "-w", "-t", "commit", "--stdin", "--literally"], change(text));
  git(folder, ["update-ref", "refs/heads/main", forged]);
}

/** Where the one has her keys who is not to be believed. */
function homeOf(signer: Signer): string | undefined {
  return "home" in signer ? String(signer.home) : undefined;
}

const KINDS: readonly (readonly [string, () => Signer])[] = [
  ["ssh", sshSigner],
  ...(HAS_GPG ? ([["gpg", gpgSigner]] as const) : []),
];

describe.each(KINDS)("a policy that allows one %s key", (_, newSigner) => {
  let alice: Signer;
  let mallory: Signer;
  beforeAll(() => {
    alice = newSigner();
    mallory = newSigner();
  });

  it("lets her commits through, and asks the server for nothing more in the next run", async () => {
    const repository = newRepository();
    const made = commit(repository, alice);
    const cacheFolder = join(newFolder("c-"), "cache");
    expect(await resolve(repository, { allow: alice.allow, cacheFolder })).toBe(made);
    bed.server.requests.length = 0;
    expect(await resolve(repository, { allow: alice.allow, revision: made, cacheFolder })).toBe(made);
    expect(bed.server.requests).toHaveLength(0);
  });

  it("holds an unsigned commit and one that somebody else signed, and says why", async () => {
    const repository = newRepository();
    const unsigned = commit(repository);
    expect(await resolve(repository, { allow: alice.allow })).toBe(
      `gitops:signatures does not let ${repository.url} be deployed: commit ${unsigned.slice(0, 7)}: it is not signed`,
    );
    commit(repository, mallory);
    expect(await resolve(repository, { allow: alice.allow })).toMatch(/not among the allowed ones/);
    expect(await resolve(repository, { allow: mallory.allow })).toMatch(/^[0-9a-f]{40}$/);
  });

  it("holds a commit that was changed after it was signed, and one with two signatures", async () => {
    const repository = newRepository();
    commit(repository, alice);
    forge(repository, (text) => text.replace(/c\n$/, "changed\n"));
    expect(await resolve(repository, { allow: alice.allow })).toMatch(/does not fit the content/);
    commit(repository, alice);
    forge(repository, (text) => {
      const signature = /^gpgsig [^]*?-----END [^\n]*\n/m.exec(text)?.[0] ?? "";
      return text.replace(signature, signature + signature);
    });
    expect(await resolve(repository, { allow: alice.allow })).toMatch(/more than one signature/);
  });

  it("believes a tag that she signed, whoever made the commit", async () => {
    const repository = newRepository();
    const made = commit(repository);
    tag(repository, "v1.0.0", alice);
    const cacheFolder = join(newFolder("c-"), "cache");
    for (const mode of ["tag", "either"] as const)
      expect(await resolve(repository, { ...alice, mode, revision: "1.x", cacheFolder })).toBe(made);
    bed.server.requests.length = 0;
    expect(await resolve(repository, { ...alice, mode: "tag", revision: "v1.0.0", cacheFolder })).toBe(made);
    expect(bed.server.requests).toHaveLength(1);
    expect(await resolve(repository, { ...alice, revision: "v1.0.0" })).toMatch(/commit \w{7}: it is not signed/);
  });

  it("does not believe a tag that is not signed, not annotated, or another one", async () => {
    const repository = newRepository();
    commit(repository, mallory);
    tag(repository, "v1", alice);
    tag(repository, "v2");
    tag(repository, "v3", mallory);
    git(repository.folder, ["tag", "v4", "main"]);
    git(repository.folder, ["update-ref", "refs/tags/v5", git(repository.folder, ["rev-parse", "refs/tags/v1"])]);
    const ask = (revision: string) => resolve(repository, { ...alice, mode: "tag", revision });
    expect(await ask("v2")).toMatch(/tag v2: it is not signed/);
    expect(await ask("v3")).toMatch(/tag v3: .*not among the allowed ones/);
    expect(await ask("v4")).toMatch(/its target is no annotated tag/);
    expect(await ask("main")).toMatch(/its target is no annotated tag/);
    expect(await ask("v5")).toMatch(/tag v5: what is signed is not this tag of this commit/);
    const either = await resolve(repository, { ...alice, mode: "either", revision: "v3" });
    expect(either).toMatch(/tag v3: .*not among the allowed ones.*; commit \w{7}: .*not among the allowed ones/);
  });

  it("is not moved by the user's own settings and keys", async () => {
    const repository = newRepository();
    commit(repository, mallory);
    const canary = join(newFolder("n-"), "canary");
    const program = newFile(`#!/bin/sh\ntouch '${canary}'\necho 'Good "git" signature for a with K key SHA256:x'\n`);
    chmodSync(program, 0o755);
    const global = newFile(`[gpg]\n\tprogram = ${program}\n[gpg "ssh"]\n\tprogram = ${program}\n`);
    const user = { ...env, GIT_CONFIG_GLOBAL: global, GNUPGHOME: homeOf(mallory), GIT_TRACE: "1" };
    expect(await resolve(repository, { ...alice, user })).toMatch(/not among the allowed ones/);
    expect(existsSync(canary)).toBe(false);
  });
});

describe("a policy", () => {
  it("holds a key that was not allowed at the time", async () => {
    const late = sshSigner('valid-before="20200101"');
    const repository = newRepository();
    commit(repository, late);
    expect(await resolve(repository, late)).toMatch(/not among the allowed ones, or was not valid then/);
  });

  it("takes no signature of a kind that it does not name", async () => {
    const alice = sshSigner();
    const repository = newRepository();
    commit(repository, alice);
    const keys = HAS_GPG ? gpgSigner().allow : { gpgKeys: [] };
    expect(await resolve(repository, { allow: keys })).toMatch(/^gitops:signatures does not let .* be deployed/);
  });

  it("leaves other repositories alone", async () => {
    const repository = newRepository();
    const made = commit(repository);
    const other = newGit({
      signatures: [{ repositories: ["https://github.com/*"], mode: "commit" }],
    });
    expect((await other.resolve(repository.url, { revision: "main" })).commit).toBe(made);
  });

  it("with a file that is not there, or that holds no key, holds everything and names the file", async () => {
    const repository = newRepository();
    commit(repository, sshSigner());
    expect(await resolve(repository, { allow: { allowedSigners: "none/at/all" } })).toMatch(
      /file none\/at\/all cannot be/,
    );
    if (HAS_GPG) {
      const file = newFile("no key");
      expect(await resolve(repository, { allow: { gpgKeys: [file] } })).toBe(
        `importing the keys of ${file}: gpg finds no public key`,
      );
    }
  });

  it("leaves no folder behind", () => {
    expect(globSync("git-tag-*", { cwd: tmpdir() })).toStrictEqual([]);
  });
});
