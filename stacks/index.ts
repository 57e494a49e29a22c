import { log } from "@pulumi/pulumi";

import { useLeanStructs } from "../components/protobuf-struct.ts";
import { useNativeText } from "../components/protobuf-text.ts";

useNativeText();
useLeanStructs();
// Who looks for a fault in Pulumi's SDK sets this variable of the SDK, and keeps what only serves that.
if (process.env["PULUMI_DEBUG_PROMISE_LEAKS"] === undefined) {
  // The SDK notes where each of some hundred promises of an Application began.
  Error.stackTraceLimit = Math.min(Error.stackTraceLimit, 3);
  // It tells the engine of each registration and its whole answer in debug messages, each sent when the one before has arrived.
  Object.assign(log, { debug: () => Promise.resolve() });
}

const program = await import("./program.ts");

/** Revision, images, sync, health, resources and conditions of every Application. */
export const applications = program.applications;
/** Names of the projects in force. */
export const projects = program.projects;
