import { isSecret, maskSecret } from "../manifest/secret.ts";
import type { Manifest } from "../manifest/object.ts";
import { formatRef, refOf } from "../manifest/object.ts";
import type { Secrets } from "../sync.protocol.ts";

/** Puts the real values back into a Secret on its way to the API server; everything else passes unchanged. */
export function reveal(manifest: Manifest, secrets: Secrets): Manifest {
  const data = isSecret(manifest) ? secrets.values[formatRef(refOf(manifest))] : undefined;
  return data === undefined ? manifest : { ...manifest, data };
}

/** What may be kept or shown of an object: the values of a Secret become keyed hashes. */
export function conceal(manifest: Manifest, secrets: Secrets): Manifest {
  return maskSecret(manifest, secrets.key ?? "");
}
