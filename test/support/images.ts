import { join } from "node:path";

import { runOrFail } from "./command.ts";
import type { Sandbox } from "./sandbox.ts";

/** Images of one organisation in the sandbox's registry. */
export interface Images {
  push(repository: string, tags: readonly string[]): Promise<void>;
  /** Deletes one tag. */
  remove(repository: string, tag: string): Promise<void>;
}

const SANDBOX = join(import.meta.dirname, "..", "..", "tools", "sandbox.mjs");

export function imagesOf({ env, registry }: Sandbox, organisation: string): Images {
  return {
    async push(repository, tags) {
      const references = tags.map((tag) => `${organisation}/${repository}:${tag}`);
      await runOrFail(process.execPath, [SANDBOX, "image", ...references], { env });
    },
    async remove(repository, tag) {
      await runOrFail("crane", ["delete", `${registry}/${organisation}/${repository}:${tag}`], { env });
    },
  };
}
