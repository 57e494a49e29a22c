import { dirname, join } from "node:path";

import type { Failure } from "../error.ts";
import type { ChildResult } from "../git/child.ts";
import type { FetchedSource } from "../git/repository.ts";
import type { TreeEntry } from "../git/tree.ts";
import type { Closure } from "./closure.ts";
import { readKubernetesYaml } from "./kubernetes-yaml.ts";
import type { Kustomization } from "./kustomization.ts";
import { checkManifests } from "./manifests.ts";
import type { CheckedManifests } from "./manifests.ts";
import { causeIn, refuseKilled } from "./outcome.ts";
import { decodeText } from "./text.ts";
import type { Tool } from "./tools.ts";
import { inWorkFolder } from "./work.ts";
import type { WorkFolder } from "./work.ts";

const MAX_BYTES = 256 * 1024 * 1024;

/** Renders what was checked: the files go to a private folder, kustomize runs there, and the folder goes away. */
export async function runKustomize(
  kubectl: Tool,
  source: FetchedSource,
  closure: Closure,
  workFolder: string,
): Promise<CheckedManifests> {
  return inWorkFolder(workFolder, async (folder) => {
    await Promise.all(closure.kustomizations.map((kustomization) => writeKustomization(folder, kustomization)));
    for await (const { path, content } of source.contents(closure.files, MAX_BYTES)) await folder.write(path, content);
    const result = await kubectl.run(["kustomize", "--", join(folder.path, source.path)], folder.path);
    const file = closure.kustomizations.find((one) => dirname(one.file) === source.path)?.file ?? source.path;
    return result.code === 0
      ? readOutput(file, result.stdout)
      : { manifests: [], failures: await explain(source, closure, file, folder.path, result) };
  });
}

function readOutput(file: string, stdout: Buffer): CheckedManifests {
  const { documents, failures } = readKubernetesYaml(file, stdout.toString("utf8"));
  if (failures.length > 0)
    return { manifests: [], failures: failures.map(({ property, reason }) => ({ file, property, reason })) };
  return checkManifests(documents.map(({ value }) => ({ value, file })));
}

/** As JSON, in which kustomize can read nothing but what was checked. */
function writeKustomization(folder: WorkFolder, { file, value }: Kustomization): Promise<string> {
  return folder.write(file, JSON.stringify(value));
}

/** Kustomize stops at the first broken file and often gives no line, so all of them are read. */
async function explain(
  source: FetchedSource,
  { files }: Closure,
  file: string,
  folder: string,
  result: ChildResult,
): Promise<readonly Failure[]> {
  refuseKilled(file, "kustomize", result);
  const broken = await findBroken(source, files);
  if (broken.length > 0) return broken;
  return [{ file, property: "", reason: `kustomize: ${causeIn(result.stderr, folder)}` }];
}

async function findBroken(source: FetchedSource, files: readonly TreeEntry[]): Promise<readonly Failure[]> {
  const failures: Failure[] = [];
  for await (const { path, content } of source.contents(files.filter(isYaml), MAX_BYTES)) {
    const decoded = decodeText(path, content);
    failures.push(...("failure" in decoded ? [decoded.failure] : readKubernetesYaml(path, decoded.text).failures));
  }
  return failures;
}

function isYaml({ path }: TreeEntry): boolean {
  return /\.(?:ya?ml|json)$/.test(path);
}
