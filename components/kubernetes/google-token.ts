import { causeOf, GitOpsError } from "../error.ts";
import type { Authorization } from "./credentials.ts";
import { fixed, renewed } from "./credentials.ts";
import type { PluginToken } from "./exec-plugin.ts";

/** An access token that somebody else got, by the name that Terraform's and Pulumi's Google providers know. */
export const ACCESS_TOKEN_VARIABLE = "GOOGLE_OAUTH_ACCESS_TOKEN";

const SCOPE = "https://www.googleapis.com/auth/cloud-platform";

/**
 * Proves to Google's APIs and to GKE control planes who asks: by the access token of the environment if there is one, else by
 * Application Default Credentials (Workload Identity Federation, an attached service account, `gcloud auth application-default login`).
 * @param project of the cluster; the library would ask for one over the network, which a federated identity may not do
 */
export function authorizeByGoogle(project: string, env: NodeJS.ProcessEnv, now?: () => number): Authorization {
  const token = env[ACCESS_TOKEN_VARIABLE]?.trim() ?? "";
  return token === "" ? renewed(() => fetchToken(project), now) : fixed(token);
}

/** A client of its own each time: what a server has refused must not come out of the library's cache again. */
async function fetchToken(projectId: string): Promise<PluginToken> {
  try {
    // 45 ms to load, and most clusters are reached without it.
    const { GoogleAuth } = await import("google-auth-library");
    const client = await new GoogleAuth({ projectId, scopes: [SCOPE] }).getClient();
    const { token } = await client.getAccessToken();
    if (typeof token !== "string" || token === "") throw new Error("they gave no access token");
    const expiresAt = client.credentials.expiry_date;
    return { token, ...(typeof expiresAt === "number" && { expiresAt }) };
  } catch (error) {
    throw new GitOpsError(`Application Default Credentials: ${redacted(causeOf(error))}`, { code: "Unauthorized" });
  }
}

/** An answer of a token endpoint may quote the assertion it was given. */
function redacted(text: string): string {
  return text.replace(/[\w+/=.~-]{60,}/g, "***").slice(0, 300);
}
