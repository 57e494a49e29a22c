import { withCompileCache } from "../components/compile-cache.ts";

// Node itself runs these sources and needs no source maps; Pulumi's reading of them takes a fifth of the program's time.
Reflect.deleteProperty(Error, "prepareStackTrace");
// Pulumi's SDK notes where each of some hundred promises of an Application began, which is for finding leaks among them.
if (process.env["PULUMI_DEBUG_PROMISE_LEAKS"] === undefined) Error.stackTraceLimit = Math.min(Error.stackTraceLimit, 3);

const program = await withCompileCache(() => import("./program.ts"));

/** Revision, images, sync, health, resources and conditions of every Application. */
export const applications = program.applications;
/** Names of the projects in force. */
export const projects = program.projects;
