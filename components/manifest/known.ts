import { isList, isMembers, member } from "./json.ts";
import type { Manifest } from "./object.ts";

/**
 * What is left of a manifest when the fields that the API server dropped are taken out. Members of `accepted` that nobody stated, such
 * as defaults, are not put in.
 * @param accepted the server's answer to the manifest
 */
export function withoutUnknown(stated: Manifest, accepted: Manifest): Manifest {
  return { ...(common(stated, accepted) as Manifest), metadata: stated.metadata };
}

function common(stated: unknown, accepted: unknown): unknown {
  if (isMembers(stated) && isMembers(accepted)) {
    const kept = Object.entries(stated).filter(([key]) => member(accepted, key) !== undefined);
    return Object.fromEntries(kept.map(([key, value]) => [key, common(value, member(accepted, key))]));
  }
  // A list that became longer or shorter cannot be compared item by item.
  if (isList(stated) && isList(accepted) && stated.length === accepted.length)
    return stated.map((item, index) => common(item, accepted[index]));
  return stated;
}
