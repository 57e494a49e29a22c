import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";

import { GitOpsError } from "../error.ts";
import { isList, isMembers } from "../manifest/json.ts";
import { readKubernetesYaml } from "../render/kubernetes-yaml.ts";

/** The `Authorization` header for a repository; undefined is anonymous. */
export type AuthorizationFor = (repoURL: string) => Promise<string | undefined>;

/** Credentials of `helm repo add --username`: Helm's own repositories.yaml. It is read once, when a repository is first asked. */
export function createCredentials(env: NodeJS.ProcessEnv): AuthorizationFor {
  let reading: Promise<ReadonlyMap<string, string>> | undefined;
  return async (repoURL) => (await (reading ??= read(fileOf(env)))).get(normalize(repoURL));
}

/** Helm's rule (pkg/helmpath). */
function fileOf(env: NodeJS.ProcessEnv): string {
  const home =
    env["HELM_CONFIG_HOME"] ?? join(env["XDG_CONFIG_HOME"] ?? join(env["HOME"] ?? homedir(), ".config"), "helm");
  return env["HELM_REPOSITORY_CONFIG"] ?? join(home, "repositories.yaml");
}

async function read(file: string): Promise<ReadonlyMap<string, string>> {
  const text = await readFile(file, "utf8").catch(() => "");
  const { documents, failures } = readKubernetesYaml(file, text);
  // What stands there is never repeated: it may be a password.
  if (failures.length > 0) throw new GitOpsError(`${file}: cannot be read as YAML`, { code: "Invalid" });
  const value = documents[0]?.value;
  const listed: readonly unknown[] = isMembers(value) && isList(value["repositories"]) ? value["repositories"] : [];
  return new Map(
    listed.filter(isMembers).flatMap(({ url, username, password }) => {
      if (typeof url !== "string" || typeof username !== "string" || typeof password !== "string") return [];
      const pair = `${username}:${password}`;
      return username === "" ? [] : [[normalize(url), `Basic ${Buffer.from(pair).toString("base64")}`] as const];
    }),
  );
}

function normalize(url: string): string {
  return (URL.parse(url)?.href ?? url).replace(/\/+$/, "");
}
