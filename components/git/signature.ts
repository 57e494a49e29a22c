import { access, constants, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

import { GitOpsError } from "../error.ts";
import { runLocal, runRemote, runVerifying } from "./command.ts";
import type { GitSetup } from "./command.ts";
import { gitFailure } from "./failure.ts";
import { createKeyring } from "./keyring.ts";
import { inspectObjects, readObjects } from "./objects.ts";
import { FETCH, initRepository } from "./populate.ts";
import type { Snapshot } from "./remote.ts";
import { retrying } from "./retry.ts";
import type { Revision } from "./revision.ts";
import type { SignaturePolicy } from "./signature-policy.ts";
import { policyFor } from "./signature-policy.ts";
import { readReport } from "./signature-report.ts";
import { withRepository } from "./store.ts";
import type { Store } from "./store.ts";

/** Checks signatures where a policy asks for them. */
export interface Verifier {
  /** @throws GitOpsError Refused when the commit or tag is not signed as its repository's policy wants it */
  verify(snapshot: Snapshot, revision: Revision): Promise<void>;
}

interface Signed {
  readonly kind: "commit" | "tag";
  readonly hash: string;
}

const MAX_OBJECT_BYTES = 1_048_576;
/** A program that is not there stands for every kind of signature that a policy does not name. */
const NOBODY = "/nonexistent/no-key-of-this-kind-is-allowed";

export function createVerifier(store: Store, policies: readonly SignaturePolicy[]): Verifier {
  const keyrings = new Map<SignaturePolicy, Promise<string>>();
  const verified = new Map<string, Promise<void>>();
  const check = async (policy: SignaturePolicy, snapshot: Snapshot, revision: Revision): Promise<void> => {
    const keyring = keyrings.get(policy) ?? createKeyring(store.setup.env, (policy.gpgKeys ?? []).map(absolute));
    keyrings.set(policy, keyring);
    await checkRevision(store, policy, await keyring, snapshot, revision);
  };
  return {
    verify: (snapshot, revision) => {
      const policy = policyFor(policies, snapshot.remote.repoURL);
      if (policy === undefined) return Promise.resolve();
      const key = `${snapshot.remote.repoURL} ${revision.commit} ${revision.ref ?? ""} ${revision.tag ?? ""}`;
      const checking = verified.get(key) ?? check(policy, snapshot, revision);
      verified.set(key, checking);
      return checking;
    },
  };
}

function absolute(file: string): string {
  return resolve(file);
}

async function checkRevision(
  store: Store,
  policy: SignaturePolicy,
  keyring: string,
  snapshot: Snapshot,
  { ref, tag, commit }: Revision,
): Promise<void> {
  if (policy.allowedSigners !== undefined) await checkReadable(policy.allowedSigners);
  const check = (signed: Signed) =>
    withRepository(store, snapshot, (repository) => checkObject(store.setup, repository, policy, keyring, signed));
  const reasons: string[] = [];
  if (policy.mode !== "commit") {
    const reason = await tagReason(store, snapshot, { ref, tag, commit }, check);
    if (reason === undefined) return;
    reasons.push(reason);
  }
  if (policy.mode !== "tag") {
    const reason = await check({ kind: "commit", hash: commit });
    if (reason === undefined) return;
    reasons.push(`commit ${commit.slice(0, 7)}: ${reason}`);
  }
  const message = `gitops:signatures does not let ${snapshot.remote.repoURL} be deployed: ${reasons.join("; ")}`;
  throw new GitOpsError(message, { code: "Refused" });
}

async function checkReadable(file: string): Promise<void> {
  await access(absolute(file), constants.R_OK).catch(() => {
    throw new GitOpsError(`gitops:signatures: the file ${file} cannot be read`, { code: "Invalid" });
  });
}

async function tagReason(
  store: Store,
  snapshot: Snapshot,
  {
    ref,
    tag,
    commit,
  }: Pick<Revision, "commit"> & { readonly ref: string | undefined; readonly tag: string | undefined },
  check: (signed: Signed) => Promise<string | undefined>,
): Promise<string | undefined> {
  if (ref?.startsWith("refs/tags/") !== true || tag === undefined) return "its target is no annotated tag";
  const name = ref.slice("refs/tags/".length);
  const content = await withRepository(store, snapshot, (repository) =>
    bringTag(store.setup, snapshot, repository, tag),
  );
  const [object, type, named] = content.toString("utf8").split("\n");
  // A good signature of another tag, or of this name on another commit, is none of this one.
  if (object !== `object ${commit}` || type !== "type commit" || named !== `tag ${name}`)
    return `tag ${name}: what is signed is not this tag of this commit`;
  const reason = await check({ kind: "tag", hash: tag });
  return reason === undefined ? undefined : `tag ${name}: ${reason}`;
}

/** The content of a tag object; fetched into the commit's repository when it is not there. */
async function bringTag(setup: GitSetup, snapshot: Snapshot, repository: string, tag: string): Promise<Buffer> {
  const [known] = await inspectObjects(setup, repository, [tag]);
  if (known !== undefined) return readTag(setup, repository, tag);
  const temporary = await mkdtemp(join(tmpdir(), "git-tag-"));
  const doing = `fetching a tag of ${snapshot.remote.repoURL}`;
  try {
    await initRepository(setup, temporary, doing);
    const args = [...FETCH, "--depth=1", "--filter=tree:0", "--end-of-options", snapshot.remote.url, tag];
    await retrying(setup.pauses, async () => {
      const result = await runRemote(setup, { repository: temporary, remote: snapshot.remote, args });
      if (result.code !== 0) throw gitFailure(doing, result);
    });
    const content = await readTag(setup, temporary, tag);
    const write = ["hash-object", "-w", "-t", "tag", "--stdin"];
    const written = await runLocal(setup, { repository, args: write, input: content });
    if (written.stdout.toString().trim() !== tag) throw gitFailure(doing, written);
    return content;
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

async function readTag(setup: GitSetup, repository: string, tag: string): Promise<Buffer> {
  const [object] = await readObjects(setup, repository, [tag], MAX_OBJECT_BYTES);
  if (object?.type === "tag") return object.content;
  throw new GitOpsError(`${tag} is no annotated tag`, { code: "Invalid" });
}

/** Why the signature does not count; undefined when it does. */
async function checkObject(
  setup: GitSetup,
  repository: string,
  policy: SignaturePolicy,
  keyring: string,
  { kind, hash }: Signed,
): Promise<string | undefined> {
  const [object] = await readObjects(setup, repository, [hash], MAX_OBJECT_BYTES);
  if (object?.type !== kind) return `it is no ${kind}`;
  const signatures = countSignatures(kind, object.content.toString("latin1"));
  if (signatures !== 1) return signatures === 0 ? "it is not signed" : "it has more than one signature";
  const args = [`verify-${kind}`, "--raw", hash];
  const { code, stdout, stderr } = await runVerifying(setup, { repository, args }, programsOf(policy), keyring);
  const report = readReport(code, `${stdout.toString("utf8")}\n${stderr}`);
  return report.state === "good" ? undefined : report.reason;
}

/** git-config(1), gpg.*: only the kinds of signatures that the policy names have a program. */
function programsOf({ allowedSigners, gpgKeys = [] }: SignaturePolicy): Readonly<Record<string, string>> {
  return {
    "gpg.program": gpgKeys.length > 0 ? "gpg" : NOBODY,
    "gpg.x509.program": NOBODY,
    "gpg.ssh.program": allowedSigners === undefined ? NOBODY : "ssh-keygen",
    "gpg.ssh.allowedSignersFile": allowedSigners === undefined ? NOBODY : absolute(allowedSigners),
  };
}

/** Git checks one signature; what a second one says is not for it to guess. */
function countSignatures(kind: Signed["kind"], text: string): number {
  const pattern =
    kind === "commit" ? /^gpgsig(?:-sha256)? /gm : /^-----BEGIN (?:SSH|PGP) (?:SIGNATURE|MESSAGE)-----$/gm;
  const part = kind === "commit" ? text.slice(0, text.indexOf("\n\n") + 1) : text;
  return part.match(pattern)?.length ?? 0;
}
