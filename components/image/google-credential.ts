import { GitOpsError } from "../error.ts";
import type { Credential } from "./docker-config.ts";

const GOOGLE = /(?:^|\.)gcr\.io$|^[a-z0-9-]+-docker\.pkg\.dev$/;
const SCOPE = "https://www.googleapis.com/auth/cloud-platform";
const TIMEOUT_MS = 10_000;

/** Whether the registry is Artifact Registry or its predecessor. */
export function isGoogleRegistry(host: string): boolean {
  return GOOGLE.test(host);
}

/**
 * An access token of Application Default Credentials: a key file, what `gcloud auth application-default login` left, or the
 * workload identity of the machine. Undefined where there are none.
 * @throws GitOpsError Unauthorized when there are some and Google does not take them
 */
export async function googleCredential(): Promise<Credential | undefined> {
  // Loaded when it is needed only: it costs a tenth of a second.
  const { GoogleAuth } = await import("google-auth-library");
  // A token belongs to no project, and without the name the library looks for one for seconds.
  const auth = new GoogleAuth({ scopes: [SCOPE], projectId: "none" });
  const token = await beforeTimeout(auth.getAccessToken()).catch((error: unknown) => {
    if (isAbsence(error)) return undefined;
    // The library's own message may quote what it sent.
    throw new GitOpsError("Google takes the application default credentials for no access token", {
      code: "Unauthorized",
    });
  });
  if (typeof token !== "string" || token === "") return undefined;
  return { kind: "password", username: "oauth2accesstoken", password: token };
}

async function beforeTimeout<T>(work: Promise<T>): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error("no answer in time")), TIMEOUT_MS);
  return Promise.race([work, promise]).finally(() => clearTimeout(timer));
}

function isAbsence(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith("Could not load the default credentials");
}
