import { createRequire } from "node:module";

import { connectivityState, credentials } from "@grpc/grpc-js";
import type * as EngineGrpc from "@pulumi/pulumi/proto/engine_grpc_pb.js";

// Generated CommonJS whose names Node cannot see from an ES module's import.
const grpc = createRequire(import.meta.url)("@pulumi/pulumi/proto/engine_grpc_pb.js") as typeof EngineGrpc;

const LOOK_EVERY_MS = 1_000;
/** One refused connection may be a machine under load; so many in a row are not. */
const LOOKS = 3;

let engine: EngineGrpc.EngineClient | undefined;

/** The engine that started this provider process; its address is the last argument. */
export function engineClient(): EngineGrpc.EngineClient {
  engine ??= connect();
  return engine;
}

function connect(): EngineGrpc.EngineClient {
  const client = new grpc.EngineClient(process.argv.at(-1) ?? "", credentials.createInsecure());
  endWithEngine(client);
  return client;
}

/**
 * Ends this process when the engine is gone, also when it went before the first connection to it stood. A CLI that is
 * killed leaves its provider behind, and that would go on writing to the cluster while the next run does the same.
 */
function endWithEngine(client: EngineGrpc.EngineClient): void {
  const channel = client.getChannel();
  let refused = 0;
  const look = () => {
    const state = channel.getConnectivityState(true);
    if (state === connectivityState.READY) refused = 0;
    if (state === connectivityState.TRANSIENT_FAILURE) refused++;
    if (refused >= LOOKS) process.exit(1);
  };
  setInterval(look, LOOK_EVERY_MS).unref();
}
