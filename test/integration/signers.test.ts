import { writeFileSync } from "node:fs";
import { join } from "node:path";

import { beforeAll, describe, expect, it } from "@jest/globals";

import { isGitOpsError } from "../../components/error.ts";
import type { Git } from "../../components/git/repository.ts";
import type { SignaturePolicy } from "../../components/git/signature-policy.ts";
import { demandSigners } from "../../components/signers.ts";
import { useGitBed } from "../support/git-bed.ts";
import { git } from "../support/git-server.ts";
import type { GpgOptions, GpgSigner, SignedRepository } from "../support/signing.ts";
import { commit, HAS_GPG, tag, useSigning } from "../support/signing.ts";

const { newFile, sshSigner, gpgSigner } = useSigning();
const bed = useGitBed("sgn-");

const COMMIT = /^[0-9a-f]{40}$/;

/** The commit, or why there is none. @param keys what the project `team` asks for */
async function resolve(opened: Git, { url }: SignedRepository, keys: readonly string[], revision = "main") {
  try {
    return (await demandSigners(opened, { project: "team", keys }).resolve(url, { revision })).commit;
  } catch (error) {
    if (!isGitOpsError(error)) throw error;
    return error.message;
  }
}

/** A stack that has these keys, and asks for no signature of its own. */
function stackWith(gpgKeys: readonly string[], cacheFolder = join(bed.newFolder("c-"), "cache")): Git {
  return bed.newGit({
    cacheFolder,
    signatures: [{ repositories: ["https://github.com/my-org/*"], mode: "commit", gpgKeys }],
  });
}

function idOf({ fingerprint }: GpgSigner): string {
  return fingerprint.slice(-16);
}

describe("a project that names keys, of a stack that has none", () => {
  it.each<[string, readonly SignaturePolicy[]]>([
    ["nothing", []],
    ["ssh keys", [{ repositories: ["*"], mode: "tag", allowedSigners: "keys/allowed" }]],
  ])("holds its Applications when the stack names %s, and says which ids are missing", async (_, signatures) => {
    const repository = bed.newRepository();
    commit(repository);
    const opened = { ...bed.newGit({ signatures }), resolve: bed.newGit().resolve };
    expect(await resolve(opened, repository, ["4AEE18F83AFDEB23", "07E34825A909B250"])).toBe(
      "project team asks for commits signed by keys that gitops:signatures has to name (spec.signatureKeys), and it names no gpgKeys: 4AEE18F83AFDEB23, 07E34825A909B250",
    );
  });
});

const withGpg = HAS_GPG ? describe : describe.skip;

withGpg("a project that names keys", () => {
  let alice: GpgSigner;
  let bob: GpgSigner;
  let both: readonly string[];
  beforeAll(() => {
    alice = gpgSigner();
    bob = gpgSigner();
    both = [...alice.gpgKeys, ...bob.gpgKeys];
  });

  it("lets through what one of them signed, however its id is written, and asks the server for nothing more", async () => {
    const repository = bed.newRepository();
    const made = commit(repository, alice);
    const cacheFolder = join(bed.newFolder("c-"), "cache");
    const opened = stackWith(both, cacheFolder);
    const { fingerprint } = alice;
    const ids = [idOf(alice), idOf(alice).toLowerCase(), `0x${idOf(alice)}`, fingerprint, fingerprint.toLowerCase()];
    for (const id of ids) expect(await resolve(opened, repository, [idOf(bob), id])).toBe(made);
    bed.server.requests.length = 0;
    expect(await resolve(stackWith(both, cacheFolder), repository, [idOf(alice)], made)).toBe(made);
    expect(bed.server.requests).toHaveLength(0);
  });

  it("holds what another key of the stack signed, also when another project has just let it through", async () => {
    const repository = bed.newRepository();
    const made = commit(repository, bob);
    const opened = stackWith(both);
    expect(await resolve(opened, repository, [idOf(bob)])).toBe(made);
    const { url } = repository;
    const reason = `project team does not let ${url} be deployed: commit ${made.slice(0, 7)}: it is signed by ${bob.fingerprint}, which is none of spec.signatureKeys (${idOf(alice)})`;
    expect(await resolve(opened, repository, [idOf(alice)])).toBe(reason);
    expect(await resolve(opened, repository, [idOf(alice), idOf(bob)])).toBe(made);
    expect((await opened.resolve(url, { revision: "main" })).commit).toBe(made);
  });

  it("holds what nobody signed, what ssh signed, and what a key signed that the stack does not have", async () => {
    const repository = bed.newRepository();
    const ask = () => resolve(stackWith(both), repository, [idOf(alice)]);
    commit(repository);
    expect(await ask()).toMatch(/commit \w{7}: it is not signed$/);
    const ssh = sshSigner();
    commit(repository, ssh);
    expect(await ask()).toMatch(/it is signed with an ssh key, where only OpenPGP keys are allowed$/);
    const mixed = { repositories: ["*"], mode: "commit", ...ssh.allow, gpgKeys: alice.gpgKeys } as const;
    // The stack allows this ssh key, and the project does not.
    expect(await resolve(bed.newGit({ signatures: [mixed] }), repository, [idOf(alice)])).toMatch(
      /signed with an ssh key/,
    );
    commit(repository, gpgSigner());
    expect(await ask()).toMatch(/its key is not among the allowed ones$/);
  });

  it("holds everything while an id stands for no key of the stack, and takes a key away with its file", async () => {
    const repository = bed.newRepository();
    const made = commit(repository, alice);
    const keys = newFile("");
    const cacheFolder = join(bed.newFolder("c-"), "cache");
    const keep = (...signers: readonly GpgSigner[]) =>
      writeFileSync(keys, signers.map(({ exported }) => exported).join(""));
    keep(alice, bob);
    const ask = (...ids: readonly string[]) => resolve(stackWith([keys], cacheFolder), repository, ids);
    expect(await ask(idOf(alice), idOf(bob))).toBe(made);
    keep(bob);
    const missing = /^project team asks for commits signed by keys .*: [0-9A-F]{16} is in none of its gpgKeys files$/;
    expect(await ask(idOf(alice))).toMatch(missing);
    expect(await ask(idOf(alice))).toContain(`: ${idOf(alice)} is`);
    expect(await ask(idOf(bob), idOf(alice))).toMatch(missing);
    expect(await ask(idOf(bob))).toMatch(/its key is not among the allowed ones$/);
    expect(await resolve(stackWith(both), repository, [`F${alice.fingerprint.slice(1)}`])).toMatch(/is in none of/);
  });

  it.each<[string, GpgOptions, RegExp]>([
    ["expired", { isExpired: true }, /the key of the signature has expired$/],
    ["revoked", { isRevoked: true }, /the key of the signature was revoked$/],
  ])("holds what a key signed that is %s", async (_, options, reason) => {
    const repository = bed.newRepository();
    const carol = gpgSigner(options);
    commit(repository, carol);
    expect(await resolve(stackWith(carol.gpgKeys), repository, [idOf(carol)])).toMatch(reason);
  });

  it("takes the id of a primary key for all that sign for it, and that of a subkey for itself", async () => {
    const repository = bed.newRepository();
    const carol = gpgSigner({ hasSubkey: true });
    const made = commit(repository, carol);
    expect(carol.signing).not.toBe(carol.fingerprint);
    const opened = stackWith([...carol.gpgKeys, ...alice.gpgKeys]);
    for (const id of [carol.fingerprint, idOf(carol), carol.signing, carol.signing.slice(-16)])
      expect(await resolve(opened, repository, [id])).toBe(made);
    expect(await resolve(opened, repository, [idOf(alice)])).toMatch(/none of spec.signatureKeys/);
    const other = bed.newRepository();
    const primary = ["-c", `user.signingKey=${carol.fingerprint}!`];
    commit(other, { ...carol, settings: [...carol.settings, ...primary] });
    expect(await resolve(opened, other, [carol.fingerprint])).toMatch(COMMIT);
    expect(await resolve(opened, other, [carol.signing])).toMatch(/none of spec.signatureKeys/);
  });

  it("asks of an annotated tag that it is signed itself, and of all else that the commit is", async () => {
    const repository = bed.newRepository();
    const { folder } = repository;
    // A repository is asked for its tags once.
    let opened = stackWith(both);
    const ask = (revision: string) => resolve(opened, repository, [idOf(alice)], revision);
    const unsigned = commit(repository);
    tag(repository, "v1.0.0", alice);
    git(folder, ["branch", "v1.0.0", "main"]);
    git(folder, ["tag", "light", "main"]);
    for (const revision of ["v1.0.0", "1.0.x", "refs/tags/v1.0.0"]) expect(await ask(revision)).toBe(unsigned);
    // A branch that is called as the tag is, the tag's commit by itself, and a tag without an object of its own.
    for (const revision of ["refs/heads/v1.0.0", unsigned, "light"])
      expect(await ask(revision)).toMatch(/commit \w{7}: it is not signed$/);
    const signed = commit(repository, alice);
    tag(repository, "v2.0.0");
    tag(repository, "v3.0.0", bob);
    git(folder, ["tag", "light2", "main"]);
    git(folder, ["update-ref", "refs/tags/v4.0.0", git(folder, ["rev-parse", "refs/tags/v1.0.0"])]);
    opened = stackWith(both);
    for (const revision of ["main", "HEAD", signed, "light2"]) expect(await ask(revision)).toBe(signed);
    expect(await ask("v2.0.0")).toMatch(/: tag v2.0.0: it is not signed$/);
    expect(await ask("v3.0.0")).toMatch(/: tag v3.0.0: it is signed by .*, which is none of/);
    expect(await ask("v4.0.0")).toMatch(/: tag v4.0.0: what is signed is not this tag of this commit$/);
  });

  it("lets nothing through that the stack itself refuses", async () => {
    const repository = bed.newRepository();
    commit(repository);
    tag(repository, "v1.0.0", alice);
    const policy = { repositories: [`${bed.server.url}/*`], gpgKeys: alice.gpgKeys };
    const ask = (mode: SignaturePolicy["mode"]) =>
      resolve(bed.newGit({ signatures: [{ ...policy, mode }] }), repository, [idOf(alice)], "v1.0.0");
    expect(await ask("commit")).toMatch(/^gitops:signatures does not let .*: commit \w{7}: it is not signed$/);
    expect(await ask("tag")).toMatch(COMMIT);
  });

  it("trusts no key of another repository for what the stack asks of this one", async () => {
    const repository = bed.newRepository();
    const made = commit(repository, bob);
    const signatures: readonly SignaturePolicy[] = [
      { repositories: [repository.url], mode: "commit", gpgKeys: alice.gpgKeys },
      { repositories: ["https://github.com/*"], mode: "commit", gpgKeys: bob.gpgKeys },
    ];
    expect(await resolve(bed.newGit({ signatures }), repository, [idOf(bob)])).toMatch(
      /^gitops:signatures does not let/,
    );
    const other = bed.newGit({ signatures: signatures.slice(1) });
    expect(await resolve(other, repository, [idOf(bob)])).toBe(made);
  });
});
