import pMap from "p-map";

import type { ApiObject, Client } from "../components/kubernetes/client.ts";
import { ENVIRONMENT_LABEL, environmentLabel } from "../components/manifest/ownership.ts";
import { STACK } from "./bed.ts";
import type { Fleet } from "./fleet.ts";

/** In the namespace of the first application. */
const AMONG_OURS = 10;
const NAMESPACE = "foreign";
const AT_ONCE = 32;
const SOMEBODY = { manager: "somebody" };

/**
 * Makes the namespaces of the fleet, and objects of somebody else: some among ours, every other one with our label copied
 * onto it, and `count` in a namespace of their own.
 */
export async function addForeign(client: Client, fleet: Fleet, count: number): Promise<readonly ApiObject[]> {
  const namespaces = [...new Set(fleet.applications.map(({ namespace }) => namespace))];
  for (const name of [...namespaces, ...(count > 0 ? [NAMESPACE] : [])])
    await client.create({ apiVersion: "v1", kind: "Namespace", metadata: { name } }, SOMEBODY);
  const objects = [
    ...Array.from({ length: AMONG_OURS }, (_, index) => configMap(namespaces[0] ?? "", index, index % 2 === 1)),
    ...Array.from({ length: count }, (_, index) => configMap(NAMESPACE, index, false)),
  ];
  await pMap(objects, (object) => client.create(object, SOMEBODY), { concurrency: AT_ONCE });
  return objects;
}

function configMap(namespace: string, index: number, isLabelled: boolean): ApiObject {
  const labels = isLabelled ? { [ENVIRONMENT_LABEL]: environmentLabel(STACK) } : {};
  const metadata = { name: `foreign-${index}`, namespace, labels };
  return { apiVersion: "v1", kind: "ConfigMap", metadata, data: { owner: "somebody else" } };
}
