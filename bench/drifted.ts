import type { ApiObject } from "../components/kubernetes/client.ts";
import type { Preview } from "../test/support/pulumi.ts";
import { groupOf } from "./fleet.ts";

/** `apps/Deployment bench-0/app-0000` of every object whose text differs between what lives and what is desired. */
export function driftedIn({ steps }: Preview): ReadonlySet<string> {
  const manifestsOf = (inputs: Readonly<Record<string, unknown>> = {}) =>
    (inputs["manifests"] ?? {}) as Readonly<Record<string, unknown>>;
  const changed = steps
    .filter(({ op, urn }) => op === "update" && urn.includes("gitops:Sync::"))
    .flatMap(({ oldState, newState }) => {
      const [live, desired] = [manifestsOf(oldState?.inputs), manifestsOf(newState?.inputs)];
      const names = new Set([...Object.keys(live), ...Object.keys(desired)]);
      return [...names].filter((name) => JSON.stringify(live[name]) !== JSON.stringify(desired[name]));
    });
  return new Set(changed);
}

/** The name that a preview gives an object. */
export function refText(object: ApiObject): string {
  const group = groupOf(object);
  const { namespace = "", name } = object.metadata;
  return `${group === "" ? "" : `${group}/`}${object.kind} ${namespace}/${name}`;
}
