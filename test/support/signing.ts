import { execFileSync } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll } from "@jest/globals";

import { findProgram } from "../../components/git/limits.ts";
import type { SignaturePolicy } from "../../components/git/signature-policy.ts";
import { commitFiles, git } from "./git-server.ts";

/** The only program of the tests that may be missing: then no OpenPGP signature can be made. */
export const HAS_GPG = findProgram("gpg", process.env["PATH"]) !== undefined;

/** Somebody who signs: settings for Git, and what a policy says to allow it. */
export interface Signer {
  readonly settings: readonly string[];
  readonly allow: Pick<SignaturePolicy, "allowedSigners" | "gpgKeys">;
}

export interface GpgSigner extends Signer {
  readonly home: string;
  /** Of the primary key. */
  readonly fingerprint: string;
  /** Of the key that signs: a subkey, where there is one. */
  readonly signing: string;
  /** The public key, as others have it, and the file that holds it. */
  readonly exported: string;
  readonly gpgKeys: readonly string[];
}

export interface GpgOptions {
  readonly hasSubkey?: boolean;
  /** Whether the key is of a time long ago, when it also signs. */
  readonly isExpired?: boolean;
  readonly isRevoked?: boolean;
}

export interface Signing {
  readonly newFile: (content: string) => string;
  /** @param options as in allowed_signers */
  readonly sshSigner: (options?: string) => Signer;
  readonly gpgSigner: (options?: GpgOptions) => GpgSigner;
}

const LONG_AGO = ["--faked-system-time", "20200101T000000!"];

/** Makes keys in folders of its own, which are gone after the last test of the file. */
export function useSigning(): Signing {
  // gpg wants a short path for its sockets.
  const work = mkdtempSync(join(tmpdir(), "k-"));
  const homes: string[] = [];
  afterAll(() => {
    for (const home of homes) execFileSync("gpgconf", ["--homedir", home, "--kill", "all"]);
    rmSync(work, { recursive: true, force: true });
  });
  const newFile = (content: string) => {
    const file = join(mkdtempSync(join(work, "f-")), "file");
    writeFileSync(file, content);
    return file;
  };
  return {
    newFile,
    sshSigner(options = "") {
      const key = join(mkdtempSync(join(work, "s-")), "key");
      execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "", "-f", key]);
      const allowed = newFile(`alice@example.com ${options} ${readFileSync(`${key}.pub`, "utf8")}`);
      return {
        settings: ["-c", "gpg.format=ssh", "-c", `user.signingKey=${key}`],
        allow: { allowedSigners: allowed },
      };
    },
    gpgSigner(options = {}) {
      const home = mkdtempSync(join(work, "g-"));
      homes.push(home);
      return newGpgSigner(home, newFile, options);
    },
  };
}

function newGpgSigner(
  home: string,
  newFile: Signing["newFile"],
  { hasSubkey = false, isExpired = false, isRevoked = false }: GpgOptions,
): GpgSigner {
  const time = isExpired ? LONG_AGO : [];
  const gpg = (...args: readonly string[]) =>
    execFileSync("gpg", ["--homedir", home, "--batch", "--quiet", ...args], {
      stdio: ["ignore", "pipe", "pipe"],
    }).toString();
  const life = isExpired ? "10d" : "never";
  const unlocked = [...time, "--passphrase", ""];
  gpg(...unlocked, "--quick-generate-key", "Alice <alice@example.com>", "ed25519", "sign", life);
  const list = () =>
    [...gpg("--with-colons", "--list-keys").matchAll(/^fpr:+([0-9A-F]+):/gm)].map(([, key = ""]) => key);
  const [fingerprint = ""] = list();
  if (hasSubkey) gpg(...unlocked, "--quick-add-key", fingerprint, "ed25519", "sign", life);
  const program = newFile(`#!/bin/sh\nexec gpg --homedir '${home}' --batch ${time.join(" ")} "$@"\n`);
  chmodSync(program, 0o755);
  const exported = gpg("--armor", "--export") + (isRevoked ? revocationIn(home) : "");
  const gpgKeys = [newFile(exported)];
  return {
    settings: ["-c", `gpg.program=${program}`, "-c", "user.signingKey=alice@example.com"],
    allow: { gpgKeys },
    ...{ home, fingerprint, signing: list().at(-1) ?? "", exported, gpgKeys },
  };
}

/** With which others learn that the key is revoked; its owner goes on signing with it. */
function revocationIn(home: string): string {
  const folder = join(home, "openpgp-revocs.d");
  const [certificate = ""] = readdirSync(folder);
  const text = readFileSync(join(folder, certificate), "utf8");
  return text.slice(text.indexOf("-----BEGIN"));
}

export interface SignedRepository {
  readonly folder: string;
  readonly url: string;
}

/** A commit on main. */
export function commit({ folder }: SignedRepository, signer?: Signer): string {
  const files = { "k8s/a.yaml": "kind: A\n" };
  const tree = git(folder, ["rev-parse", `${commitFiles(folder, files, "scratch")}^{tree}`]);
  const made = git(folder, [...(signer?.settings ?? []), "commit-tree", ...(signer ? ["-S"] : []), tree, "-m", "c"]);
  git(folder, ["update-ref", "refs/heads/main", made]);
  return made;
}

/** An annotated tag of main. */
export function tag({ folder }: SignedRepository, name: string, signer?: Signer): void {
  git(folder, [...(signer?.settings ?? []), "tag", signer ? "-s" : "-a", "-m", name, name, "main"]);
}
