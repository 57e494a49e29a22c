import type { ApiObject, Client } from "../components/kubernetes/client.ts";
import { ENVIRONMENT_LABEL, environmentLabel } from "../components/manifest/ownership.ts";
import { STACK } from "./bed.ts";
import type { Fleet } from "./fleet.ts";

const COUNT = 10;

/** Objects of somebody else among ours, every other one with our label copied onto it. */
export async function addForeign(client: Client, fleet: Fleet): Promise<readonly ApiObject[]> {
  const namespace = fleet.applications[0]?.namespace ?? "";
  await client.create({ apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } }, { manager: "somebody" });
  const objects = Array.from({ length: COUNT }, (_, index) => foreignObject(namespace, index));
  for (const object of objects) await client.create(object, { manager: "somebody" });
  return objects;
}

function foreignObject(namespace: string, index: number): ApiObject {
  const labels = index % 2 === 0 ? {} : { [ENVIRONMENT_LABEL]: environmentLabel(STACK) };
  const metadata = { name: `foreign-${index}`, namespace, labels };
  return { apiVersion: "v1", kind: "ConfigMap", metadata, data: { owner: "somebody else" } };
}
