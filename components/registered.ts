import type { Resource } from "@pulumi/pulumi";
import { recover } from "@pulumi/pulumi";

/**
 * Resolves when the engine has dealt with the resource: to whether that went well. By the URN, because a preview knows no
 * outputs of what is to be changed, and nobody who waits for an unknown output is ever called.
 */
export function whenRegistered({ urn }: Resource): Promise<boolean> {
  const known = recover<string | undefined>(urn, () => undefined);
  return new Promise((resolve) => known.apply((found) => resolve(found !== undefined)));
}
