import { resolve } from "node:path";

import { runVerifying } from "./command.ts";
import type { GitSetup } from "./command.ts";
import { readObjects } from "./objects.ts";
import type { SignaturePolicy } from "./signature-policy.ts";
import type { SignatureReport } from "./signature-report.ts";
import { readReport } from "./signature-report.ts";

/** What may carry a signature. */
export interface Signed {
  readonly kind: "commit" | "tag";
  readonly hash: string;
}

/** Whose signatures count. */
export interface Allowed {
  readonly keys: Pick<SignaturePolicy, "allowedSigners" | "gpgKeys">;
  /** Folder for gpg, from createKeyring. */
  readonly keyring: string;
}

export const MAX_OBJECT_BYTES = 1_048_576;
/** A program that is not there stands for every kind of signature that nobody names. */
const NOBODY = "/nonexistent/no-key-of-this-kind-is-allowed";

/** Whose signature an object carries, or why it does not count. */
export async function checkObject(
  setup: GitSetup,
  repository: string,
  { keys, keyring }: Allowed,
  { kind, hash }: Signed,
): Promise<SignatureReport> {
  const [object] = await readObjects(setup, repository, [hash], MAX_OBJECT_BYTES);
  if (object?.type !== kind) return { state: "bad", reason: `it is no ${kind}` };
  const reason = mistakeIn(kind, object.content.toString("latin1"), keys);
  if (reason !== undefined) return { state: "bad", reason };
  const args = [`verify-${kind}`, "--raw", hash];
  const { code, stdout, stderr } = await runVerifying(setup, { repository, args }, programsOf(keys), keyring);
  return readReport(code, `${stdout.toString("utf8")}\n${stderr}`);
}

/** git-config(1), gpg.*: only the kinds of signatures that somebody names have a program. */
function programsOf({ allowedSigners, gpgKeys = [] }: Allowed["keys"]): Readonly<Record<string, string>> {
  return {
    "gpg.program": gpgKeys.length > 0 ? "gpg" : NOBODY,
    "gpg.x509.program": NOBODY,
    "gpg.ssh.program": allowedSigners === undefined ? NOBODY : "ssh-keygen",
    "gpg.ssh.allowedSignersFile": allowedSigners === undefined ? NOBODY : resolve(allowedSigners),
  };
}

const COMMIT_SIGNATURE = /^gpgsig(?:-sha256)? .*$/gm;
const TAG_SIGNATURE = /^-----BEGIN (?:SSH|PGP) (?:SIGNATURE|MESSAGE)-----$/gm;

/** Git checks one signature; what a second one says is not for it to guess. */
function mistakeIn(kind: Signed["kind"], text: string, { allowedSigners }: Allowed["keys"]): string | undefined {
  const part = kind === "commit" ? text.slice(0, text.indexOf("\n\n") + 1) : text;
  const [only, ...others] = part.match(kind === "commit" ? COMMIT_SIGNATURE : TAG_SIGNATURE) ?? [];
  if (only === undefined) return "it is not signed";
  if (others.length > 0) return "it has more than one signature";
  const isUnwanted = allowedSigners === undefined && only.endsWith("-----BEGIN SSH SIGNATURE-----");
  return isUnwanted ? "it is signed with an ssh key, where only OpenPGP keys are allowed" : undefined;
}
