import { defaultFolder, requireRecord } from "./folder.mjs";
import * as git from "./git.mjs";
import * as images from "./images.mjs";
import * as metrics from "./metrics.mjs";
import * as requests from "./requests.mjs";

export { environment, shellExports } from "./environment.mjs";
export { down, restart, start, status, stop, up } from "./lifecycle.mjs";
export { defaultFolder };

/** Makes the empty repository my-org/NAME.git unless it exists: `{name, url, sandboxUrl, path}`. */
export function createRepository(dir, name) {
  return git.createRepository(dir, requireRecord(dir), name);
}

/** Pushes a tiny image under each reference, many at once: `{reference, repository, tag, digest}` in the same order. */
export function pushImages(dir, references) {
  return images.pushImages(requireRecord(dir), references);
}

/** Lets the pods of a namespace whose names start so use this percentage of the CPU they request; the usual load is 50. */
export function setLoad(dir, namespace, prefix, percentage) {
  return metrics.setLoad(requireRecord(dir), namespace, prefix, percentage);
}

/** What Git, the registry and its token server have been asked for since they started: `{git: {"GET info/refs": 3}, registry, tokens}`. */
export function requestCounts(dir) {
  return requests.requestCounts(requireRecord(dir));
}
