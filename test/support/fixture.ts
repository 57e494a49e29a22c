import { globSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";

const SERVICES = join(import.meta.dirname, "..", "fixtures", "services");

/** Files of a fixture service: path in its repository -> text. */
export async function readFixture(service: string): Promise<Readonly<Record<string, string>>> {
  const cwd = join(SERVICES, service);
  const paths = globSync("**/*.*", { cwd });
  if (paths.length === 0) throw new Error(`no files in ${cwd}`);
  return Object.fromEntries(
    await Promise.all(paths.map(async (path) => [path, await readFile(join(cwd, path), "utf8")] as const)),
  );
}
