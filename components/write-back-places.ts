import { posix } from "node:path";

import { mistakeError } from "./error.ts";
import type { FileEdit } from "./git/writer.ts";
import type { Origin } from "./image/given.ts";
import type { ImagePolicy } from "./image/policy.ts";
import type { WriteBack } from "./image/write-back-settings.ts";

/** What is written, as far as the places go. */
interface Writing extends Pick<WriteBack, "target" | "origins"> {
  readonly application: string;
  /** Folder of the source. */
  readonly folder: string;
  readonly policies?: readonly ImagePolicy[];
}

const KUSTOMIZATIONS = ["kustomization.yaml", "kustomization.yml", "Kustomization"];

/** The file, and what has to be there so that it has an effect. */
export function placesOf({
  folder,
  target,
  application,
  origins,
  policies = [],
}: Writing): Pick<FileEdit, "paths" | "beside"> {
  const within = (...parts: readonly string[]) => placeIn(folder, parts, origins["write-back-target"]);
  const beside = (...names: readonly string[]) => names.map((name) => within(name));
  switch (target.kind) {
    case "kustomization": {
      const paths = KUSTOMIZATIONS.map((name) => within(target.folder, name));
      return { paths, beside: paths };
    }
    case "helmvalues": {
      const paths = [within(target.file)];
      return { paths, beside: paths };
    }
    case "source": {
      const isChart = policies.some(({ helm }) => helm !== undefined);
      const needed = isChart ? beside("Chart.yaml") : beside(...KUSTOMIZATIONS);
      return { paths: beside(`.argocd-source-${application}.yaml`), beside: needed };
    }
  }
}

/** From the root of the repository. @throws GitOpsError Invalid for a path that leads out of it */
function placeIn(folder: string, parts: readonly string[], origin: Origin): string {
  const path = parts.filter((part) => part !== "").join("/");
  const joined = posix.normalize(path.startsWith("/") ? path.slice(1) : posix.join(folder, path));
  if (joined !== ".." && !joined.startsWith("../") && !joined.startsWith("/") && joined !== ".") return joined;
  const found = JSON.stringify(parts[0] ?? "");
  throw mistakeError({ ...origin, reason: `expected a path in the repository, found ${found}, which leads out of it` });
}
