import { join } from "node:path";

import { RunError } from "@pulumi/pulumi";

import type { Sources } from "./desired.ts";
import { formatFailure } from "./error.ts";
import { readInsteadOf } from "./git/instead-of.ts";
import type { Git } from "./git/repository.ts";
import { createGit } from "./git/repository.ts";
import type { SignaturePolicy } from "./git/signature-policy.ts";
import type { GitWriter } from "./git/writer.ts";
import { createGitWriter } from "./git/writer.ts";
import { readImageUpdaters } from "./image-updaters.ts";
import { cacheFolder } from "./process/cache-folder.mjs";
import { openRegistry, readRegistries } from "./registries.ts";
import { openCharts } from "./charts.ts";
import { createRenderer } from "./render/render.ts";

export interface SourcesArgs {
  /** Path of a registries.conf. */
  readonly registries?: string;
  /** Folder with Secrets of the cluster, for credentials of registries: `<namespace>/<name>/<field>`. */
  readonly pullSecrets?: string;
  /** Folder of ImageUpdater files; need not be there. */
  readonly imageUpdaters: string;
  /** Repositories whose commits or tags must be signed; the first that names a repository counts. */
  readonly signatures: readonly SignaturePolicy[];
}

/** What is read, and what may write tags back to Git. */
export interface OpenSources extends Sources {
  readonly writer: GitWriter;
}

/**
 * Git, kustomize and the registries, with one cache for all.
 * @throws RunError that lists every mistake in registries.conf
 */
export function openSources(args: SourcesArgs): OpenSources {
  const { registries, failures } = readRegistries(args.registries);
  if (failures.length > 0) throw new RunError(failures.map(formatFailure).join("\n"));
  const cache = cacheFolder();
  const registry = openRegistry(registries, args.pullSecrets);
  return {
    git: openGit(join(cache, "git"), args.signatures),
    writer: openWriter(join(cache, "git-write")),
    renderer: createRenderer({ cacheFolder: join(cache, "render") }),
    charts: openCharts({ registries, pullSecrets: args.pullSecrets }, registry, join(cache, "charts")),
    registry,
    givenFor: readImageUpdaters(args.imageUpdaters),
  };
}

function openWriter(cacheFolder: string): GitWriter {
  return {
    commit: async (repoURL, commit) => {
      const insteadOf = await readInsteadOf(process.env);
      return createGitWriter({ cacheFolder, insteadOf }).commit(repoURL, commit);
    },
  };
}

/** The user's own mirrors (`url.<base>.insteadOf`) are read once, when the first repository is asked for. */
function openGit(cacheFolder: string, signatures: readonly SignaturePolicy[]): Git {
  let opening: Promise<Git> | undefined;
  const open = () =>
    (opening ??= readInsteadOf(process.env).then((insteadOf) => createGit({ cacheFolder, insteadOf, signatures })));
  return {
    resolve: async (repoURL, target) => (await open()).resolve(repoURL, target),
    checkSigners: async (repoURL, revision, signers) => (await open()).checkSigners(repoURL, revision, signers),
    branch: async (repoURL, name) => (await open()).branch(repoURL, name),
    courseOf: async (repoURL, from, to) => (await open()).courseOf(repoURL, from, to),
    fetch: async (repoURL, commit, path) => (await open()).fetch(repoURL, commit, path),
  };
}
