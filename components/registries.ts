import { readFileSync } from "node:fs";
import { join } from "node:path";

import { causeOf } from "./error.ts";
import type { ParsedRegistries, RegistrySettings } from "./image/registries-conf.ts";
import { parseRegistriesConf } from "./image/registries-conf.ts";
import type { Registry } from "./image/registry.ts";
import { createRegistry } from "./image/registry.ts";
import { cacheFolder } from "./process/cache-folder.mjs";
import { createCache } from "./render/cache.ts";

export type { Registry } from "./image/registry.ts";

/** @param file a registries.conf; undefined is one without entries */
export function readRegistries(file: string | undefined): ParsedRegistries {
  if (file === undefined) return { registries: [], failures: [] };
  try {
    return parseRegistriesConf({ file, text: readFileSync(file, "utf8") });
  } catch (error) {
    return { registries: [], failures: [{ file, property: "", reason: causeOf(error) }] };
  }
}

/**
 * The registries that images come from; what is learnt of builds is kept from run to run.
 * @param pullSecrets folder with Secrets of the cluster: `<namespace>/<name>/<field>`
 */
export function openRegistry(registries: readonly RegistrySettings[], pullSecrets: string | undefined): Registry {
  return createRegistry({ registries, pullSecrets, cache: createCache(join(cacheFolder(), "builds")) });
}
