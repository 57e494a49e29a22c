import { setTimeout as sleep } from "node:timers/promises";

import { createCellar } from "./chart/cellar.ts";
import type { Charts } from "./chart/charts.ts";
import { createCharts } from "./chart/charts.ts";
import { createCredentials } from "./chart/credentials.ts";
import { createHttpRepository } from "./chart/http-repository.ts";
import { createOciRepository } from "./chart/oci-repository.ts";
import { createGate } from "./image/gate.ts";
import type { Gate } from "./image/gate.ts";
import type { Registry } from "./image/registry.ts";
import { createSend } from "./image/registry-http.ts";
import type { SessionOptions } from "./image/registry-session.ts";
import { createSessions } from "./image/registry-session.ts";

const REQUESTS_PER_HOST = 8;

/** The repositories that charts come from; what was downloaded is kept from run to run. */
export function openCharts(options: SessionOptions, registry: Pick<Registry, "listTags">, cacheFolder: string): Charts {
  const env = options.env ?? process.env;
  const [now, wait] = [Date.now, (milliseconds: number) => sleep(milliseconds)];
  const gates = new Map<string, Gate>();
  const gateOf = (host: string): Gate => {
    const gate = gates.get(host) ?? createGate({ concurrency: REQUESTS_PER_HOST, perSecond: undefined, now, wait });
    gates.set(host, gate);
    return gate;
  };
  const oci = createOciRepository(registry, createSessions(options));
  const send = createSend({ fetch: options.fetch ?? fetch, now, wait, gateOf });
  return createCharts(createCellar(cacheFolder), oci, createHttpRepository(send, createCredentials(env), oci));
}
