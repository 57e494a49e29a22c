import { access, constants } from "node:fs/promises";
import { resolve } from "node:path";

import { GitOpsError } from "../error.ts";
import { createKeyring } from "./keyring.ts";
import type { Snapshot } from "./remote.ts";
import type { Revision } from "./revision.ts";
import type { SignaturePolicy } from "./signature-policy.ts";
import { policyFor } from "./signature-policy.ts";
import type { Allowed, Signed } from "./signed-object.ts";
import { checkObject } from "./signed-object.ts";
import { annotatedTagOf, openTag } from "./signed-tag.ts";
import { withRepository } from "./store.ts";
import type { Store } from "./store.ts";

/** Checks signatures where a policy asks for them. */
export interface Verifier {
  /** @throws GitOpsError Refused when the commit or tag is not signed as its repository's policy wants it */
  verify(snapshot: Snapshot, revision: Revision): Promise<void>;
}

type Check = (signed: Signed) => Promise<string | undefined>;

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
  revision: Revision,
): Promise<void> {
  if (policy.allowedSigners !== undefined) await checkReadable(policy.allowedSigners);
  const allowed: Allowed = { keys: policy, keyring };
  const check: Check = async (signed) => {
    const report = await withRepository(store, snapshot, (repository) =>
      checkObject(store.setup, repository, allowed, signed),
    );
    return report.state === "good" ? undefined : report.reason;
  };
  const reasons: string[] = [];
  if (policy.mode !== "commit") {
    const reason = await tagReason(store, snapshot, revision, check);
    if (reason === undefined) return;
    reasons.push(reason);
  }
  if (policy.mode !== "tag") {
    const reason = await check({ kind: "commit", hash: revision.commit });
    if (reason === undefined) return;
    reasons.push(`commit ${revision.commit.slice(0, 7)}: ${reason}`);
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
  revision: Revision,
  check: Check,
): Promise<string | undefined> {
  const tag = annotatedTagOf(revision);
  if (tag === undefined) return "its target is no annotated tag";
  const signed = await openTag(store, snapshot, tag);
  const reason = signed === undefined ? "what is signed is not this tag of this commit" : await check(signed);
  return reason === undefined ? undefined : `tag ${tag.name}: ${reason}`;
}
