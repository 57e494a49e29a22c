import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { GitOpsError } from "../error.ts";
import type { Credential } from "./docker-config.ts";
import { parseAuths, parseUserPassword } from "./docker-config.ts";
import type { PullSecret } from "./pull-secret.ts";

type InCluster = Extract<PullSecret, { readonly namespace: string }>;

const DOCKER_CONFIG_FIELD = ".dockerconfigjson";

/**
 * The credential in a Secret of the cluster, from a folder that holds it as Kubernetes mounts it:
 * `<folder>/<namespace>/<name>/<field>`. The cluster itself is never asked by the program.
 * @param hosts names of the registry; the first with an entry counts
 * @throws GitOpsError Unauthorized when the folder does not have it
 */
export async function mountedSecret(
  secret: InCluster,
  folder: string | undefined,
  hosts: readonly string[],
): Promise<Credential | undefined> {
  const field = secret.kind === "secret" ? secret.field : DOCKER_CONFIG_FIELD;
  const place = `${secret.namespace}/${secret.name}/${field}`;
  if (folder === undefined) {
    const advice = `write it to a folder as ${place} and name the folder in gitops:pullSecrets`;
    throw denied(`the cluster is never asked for the Secret ${secret.namespace}/${secret.name}: ${advice}`);
  }
  const file = join(folder, place);
  const text = await readFile(file, "utf8").catch(() => undefined);
  if (text === undefined) throw denied(`${file} cannot be read`);
  if (secret.kind === "pullsecret") return parseAuths(text, hosts, file);
  const credential = parseUserPassword(text.trim());
  if (credential === undefined) throw denied(`${file} is not user:password`);
  return credential;
}

function denied(reason: string): GitOpsError {
  return new GitOpsError(reason, { code: "Unauthorized" });
}
