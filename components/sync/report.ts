import { createRequire } from "node:module";

import type * as Engine from "@pulumi/pulumi/proto/engine_pb.js";

import { engineClient } from "./engine.ts";
import { scrub } from "./scrub.ts";

// Generated CommonJS whose names Node cannot see from an ES module's import.
const { LogRequest, LogSeverity } = createRequire(import.meta.url)(
  "@pulumi/pulumi/proto/engine_pb.js",
) as typeof Engine;

/** Says something to the person at the terminal, in the row of one resource. */
export interface Report {
  /** A passing word: shown while it happens, not kept. */
  status(sentence: string): void;
  info(sentence: string): void;
  warning(sentence: string): void;
}

type Severity = Parameters<Engine.LogRequest["setSeverity"]>[0];

const CONTROL = /[\u0000-\u001f\u007f-\u009f]/g;

/** Whoever writes reports, so from here on the process also ends with the engine. */
export function reportTo(urn: string): Report {
  engineClient();
  return {
    status: (sentence) => log(urn, LogSeverity.INFO, sentence, true),
    info: (sentence) => log(urn, LogSeverity.INFO, sentence, false),
    warning: (sentence) => log(urn, LogSeverity.WARNING, sentence, false),
  };
}

function log(urn: string, severity: Severity, sentence: string, ephemeral: boolean): void {
  const request = new LogRequest();
  request.setUrn(urn);
  request.setSeverity(severity);
  request.setMessage(scrub(sentence).replaceAll(CONTROL, " "));
  request.setEphemeral(ephemeral);
  // A word that does not arrive must not stop a sync.
  engineClient().log(request, () => undefined);
}
