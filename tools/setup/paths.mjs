import { homedir } from "node:os";
import { join } from "node:path";

/** The checkout this file belongs to; every other path follows from it, so a checkout may be moved. */
export const root = join(import.meta.dirname, "..", "..");

/** What all checkouts of one user share. Deleting it is safe: the next setup fills it again. */
export const cache = join(process.env["XDG_CACHE_HOME"] || join(homedir(), ".cache"), "pulumi-gitops");

/** Under node_modules, because one of its links points in there: `npm ci` removes both, setup restores both. */
export const bin = join(root, "node_modules", ".cache", "pulumi-gitops", "bin");

/** Node 24, installed by npm as an optional dependency. */
export const node = join(root, "node_modules", ".bin", "node");
