import { resolve } from "node:path";

import { GitOpsError } from "../error.ts";
import { mistakesInIds, namesKey } from "./key-id.ts";
import { createKeyring, fingerprintsIn } from "./keyring.ts";
import { createOnce } from "./once.ts";
import type { Snapshot } from "./remote.ts";
import type { Revision } from "./revision.ts";
import type { SignaturePolicy } from "./signature-policy.ts";
import type { SignatureReport } from "./signature-report.ts";
import type { Allowed, Signed } from "./signed-object.ts";
import { checkObject } from "./signed-object.ts";
import { annotatedTagOf, openTag } from "./signed-tag.ts";
import { withRepository } from "./store.ts";
import type { Store } from "./store.ts";

/** What a project asks for (`spec.signatureKeys`): an OpenPGP signature by one of these keys. */
export interface Signers {
  readonly project: string;
  /** Ids of keys, 16 or 40 hexadecimal digits. */
  readonly keys: readonly string[];
}

export type SignersCheck = (snapshot: Snapshot, revision: Revision, signers: Signers) => Promise<void>;

/** The keys that the stack names, all together. */
interface Trusted extends Allowed {
  readonly fingerprints: readonly string[];
}

/** The object that has to be signed, what to call it, and who has signed it. */
interface Finding {
  readonly name: string;
  readonly report: SignatureReport;
}

/**
 * Checks what a project asks for, as Argo CD does: an annotated tag that is the target has to be signed itself, otherwise the commit;
 * an id is that of the key that signed or of its primary key (util/sourceintegrity, gpgProblemMessage).
 * @param policies only their keys count; what they ask for themselves is checked apart
 * @returns a function that throws GitOpsError: Refused when the signature is not good or of another key, Invalid when the stack has
 * not each of the keys
 */
export function createSignersCheck(store: Store, policies: readonly SignaturePolicy[]): SignersCheck {
  const files = [...new Set(policies.flatMap(({ gpgKeys = [] }) => gpgKeys).map((file) => resolve(file)))];
  // Who signed is remembered, never whether that was enough: projects differ in whom they allow.
  const once = createOnce();
  return async (snapshot, revision, { project, keys }) => {
    const { repoURL } = snapshot.remote;
    const asks = `project ${project} asks for commits signed by keys that gitops:signatures has to name (spec.signatureKeys)`;
    if (files.length === 0) throw new GitOpsError(`${asks}, and it names no gpgKeys: ${keys.join(", ")}`, INVALID);
    const trusted = await once("keys", () => openKeys(store, files));
    const mistakes = mistakesInIds(keys, trusted.fingerprints);
    if (mistakes.length > 0) throw new GitOpsError(`${asks}: ${mistakes.join("; ")}`, INVALID);
    const about = JSON.stringify([repoURL, revision.commit, revision.ref, revision.tag]);
    const { name, report } = await once(about, () => find(store, snapshot, revision, trusted));
    const reason = reasonAgainst(report, keys);
    if (reason === undefined) return;
    throw new GitOpsError(`project ${project} does not let ${repoURL} be deployed: ${name}: ${reason}`, REFUSED);
  };
}

const INVALID = { code: "Invalid" } as const;
const REFUSED = { code: "Refused" } as const;

async function openKeys({ setup }: Store, files: readonly string[]): Promise<Trusted> {
  const keyring = await createKeyring(setup.env, files);
  return { keys: { gpgKeys: files }, keyring, fingerprints: await fingerprintsIn(setup.env, keyring) };
}

async function find(store: Store, snapshot: Snapshot, revision: Revision, trusted: Trusted): Promise<Finding> {
  const check = (signed: Signed) =>
    withRepository(store, snapshot, (repository) => checkObject(store.setup, repository, trusted, signed));
  const tag = annotatedTagOf(revision);
  if (tag === undefined) {
    const { commit } = revision;
    return { name: `commit ${commit.slice(0, 7)}`, report: await check({ kind: "commit", hash: commit }) };
  }
  const signed = await openTag(store, snapshot, tag);
  const name = `tag ${tag.name}`;
  if (signed !== undefined) return { name, report: await check(signed) };
  return { name, report: { state: "bad", reason: "what is signed is not this tag of this commit" } };
}

function reasonAgainst(report: SignatureReport, keys: readonly string[]): string | undefined {
  if (report.state === "bad") return report.reason;
  if (report.fingerprints.some((fingerprint) => keys.some((id) => namesKey(id, fingerprint)))) return undefined;
  return `it is signed by ${report.signer}, which is none of spec.signatureKeys (${keys.join(", ")})`;
}
