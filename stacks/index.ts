import { withCompileCache } from "../components/compile-cache.ts";

// Node itself runs these sources and needs no source maps; Pulumi's reading of them takes a fifth of the program's time.
Reflect.deleteProperty(Error, "prepareStackTrace");

const program = await withCompileCache(() => import("./program.ts"));

/** Revision, images, sync, health, resources and conditions of every Application. */
export const applications = program.applications;
/** Names of the projects in force. */
export const projects = program.projects;
