import { watch } from "node:fs";
import { mkdir, stat } from "node:fs/promises";
import { basename, dirname } from "node:path";

/** The state of a stack in a file backend. */
export interface StateFile {
  bytes(): Promise<number>;
  /** Counts from now on; a write is a rename over the file. @returns how often */
  followWrites(): Promise<() => number>;
}

export function stateFile(path: string): StateFile {
  return {
    bytes: async () => (await stat(path)).size,
    async followWrites() {
      await mkdir(dirname(path), { recursive: true });
      let writes = 0;
      const watching = watch(dirname(path), (event, name) => {
        if (event === "rename" && name === basename(path)) writes++;
      });
      return () => {
        watching.close();
        return writes;
      };
    },
  };
}
