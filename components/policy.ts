import { cascades } from "./application/application.ts";
import { DELETION_APPROVED } from "./application/argo-annotations.ts";
import type { OverlaidApplication } from "./application/overlay.ts";
import { migratedManagers, remarksOf } from "./application/remarks.ts";
import type { Admission } from "./project/admit.ts";
import type { Policy } from "./sync.protocol.ts";

const DEFAULT_TIMEOUT_MS = 300_000;

/** Never acted upon: an Application on hold keeps the policy of its last sync. */
export const CAUTIOUS: Policy = {
  ...{
    namespace: "",
    createNamespace: false,
    automated: false,
    prune: false,
    selfHeal: false,
    allowEmpty: false,
    adopt: false,
  },
  retry: { limit: 0, backoff: { durationMs: 0, factor: 1, maxDurationMs: 0 } },
  ...{ wait: "applied", timeoutMs: DEFAULT_TIMEOUT_MS, cascade: "orphan", protect: true, people: [] },
};

/** How an Application is synced: its own policy, with what the environment says of all of them. */
export function policyOf(spec: OverlaidApplication, { people, protect }: Pick<Policy, "people" | "protect">): Policy {
  const { automated, createNamespace, destination, retry, ignoreDifferences, syncOptions, annotations, overlay } = spec;
  const approved = annotations[DELETION_APPROVED];
  const { namespaceMetadata } = spec;
  const remarks = remarksOf(spec);
  return {
    namespace: destination.namespace,
    createNamespace,
    automated: automated !== undefined,
    prune: automated?.prune ?? false,
    selfHeal: automated?.selfHeal ?? true,
    allowEmpty: automated?.allowEmpty ?? false,
    adopt: overlay.adopt ?? false,
    retry,
    wait: overlay.wait ?? "healthy",
    timeoutMs: overlay.timeoutMs ?? DEFAULT_TIMEOUT_MS,
    cascade: cascades(spec) ?? "orphan",
    protect,
    people: [...people, ...migratedManagers(spec)],
    ...(ignoreDifferences.length === 0 ? {} : { ignore: ignoreDifferences }),
    ...(syncOptions.length === 0 ? {} : { syncOptions }),
    ...(namespaceMetadata === undefined ? {} : { namespaceMetadata }),
    ...(approved === undefined ? {} : { deletionApproved: approved }),
    ...(remarks.length === 0 ? {} : { remarks }),
  };
}

/** What its project says of that. */
export function projectOf({ rules, windows }: Admission): Pick<Policy, "project" | "windows"> {
  return { ...(rules === undefined ? {} : { project: rules }), ...(windows.length === 0 ? {} : { windows }) };
}
