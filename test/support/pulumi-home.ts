import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

/**
 * Where Pulumi keeps what is a user's own, without the logs that it writes of every run: they hold all properties of all resources, and
 * compressing them takes half of the engine's processor time. It has no setting for that, but goes on without where the folder cannot be made.
 */
export async function makePulumiHome(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "logs"), "");
}
