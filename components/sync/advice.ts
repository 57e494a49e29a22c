import { GitOpsError, isGitOpsError } from "../error.ts";
import { isUnknownKind } from "../kubernetes/resolve.ts";

interface Advice {
  readonly on: RegExp;
  readonly say: string;
  /** True when it passes by itself. */
  readonly passes?: boolean;
}

/** What to do about a refusal that waiting does not mend, by what the API server says (apiserver, admission plugins). */
const FORBIDDEN: readonly Advice[] = [
  { on: /because it is being terminated/, say: "the namespace has to be gone first", passes: true },
  { on: /exceeded quota/, say: "ask for less, or raise the quota" },
  { on: /User "[^"]*" cannot /, say: "grant that right to the account of this run" },
  { on: /./, say: "change the manifest, or the policy that denies it" },
];

const UNKNOWN_KIND =
  "put its CustomResourceDefinition into the manifests, install it, or set the sync option SkipDryRunOnMissingResource=true if it comes during the sync";

/** The same failure with the way out in its message, for those that waiting does not mend. */
export function advise(error: unknown): unknown {
  if (!isGitOpsError(error)) return error;
  if (isUnknownKind(error)) return saying(error, UNKNOWN_KIND);
  if (error.code === "NotFound" && /namespaces "[^"]*" not found/.test(error.message))
    return saying(error, "set the sync option CreateNamespace=true, or put the Namespace into the manifests");
  if (error.code !== "Forbidden") return error;
  const advice = FORBIDDEN.find(({ on }) => on.test(error.message));
  return advice === undefined ? error : saying(error, advice.say, advice.passes);
}

function saying(
  { message, code, ref = "", retryable, cause }: GitOpsError,
  advice: string,
  passes = false,
): GitOpsError {
  return new GitOpsError(`${message}; ${advice}`, { code, ref, retryable: retryable || passes, cause });
}
