import { digest } from "../manifest/json.ts";
import type { CheckedInputs } from "../sync.protocol.ts";

/**
 * Two inputs with the same digest ask the same of the cluster, or of what the state has to remember: when an image was built cannot
 * be asked any more once its tag is deleted, and which tags Git itself said neither. A new commit with the same manifests is not a change.
 */
export function digestOf({ manifests, hooks, cluster, claim, policy, builtAt, fromGit }: CheckedInputs): string {
  return digest({ manifests, hooks, cluster, claim, policy, builtAt, fromGit });
}
