import type { Health } from "../health.ts";
import type { Manifest } from "../object.ts";
import { assessCustomResource } from "./custom-resource.ts";
import { progressing } from "./results.ts";

/**
 * SecretStore and ClusterSecretStore of External Secrets. Argo CD: external-secrets.io/SecretStore/health.lua, but not ready is
 * Progressing: its credentials may come with the same sync, and validation is repeated.
 */
export function assessSecretStore(store: Manifest): Health {
  return assessCustomResource(store) ?? progressing("waiting for the store to be validated");
}
