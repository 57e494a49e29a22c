import type { Health } from "../health.ts";
import type { Manifest } from "../object.ts";
import { assessCustomResource } from "./custom-resource.ts";
import { progressing } from "./results.ts";

/**
 * Issuer and ClusterIssuer. Argo CD: cert-manager.io/Issuer/health.lua, but not ready is Progressing: the key pair of a CA issuer may
 * be issued by the same sync.
 */
export function assessIssuer(issuer: Manifest): Health {
  return assessCustomResource(issuer) ?? progressing("waiting for the issuer to be set up");
}
