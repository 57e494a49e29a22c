import { describe, expect, it } from "@jest/globals";

import { dispatched } from "./meters.ts";
import { countRequests, writingVerbs } from "./requests.ts";

describe("countRequests", () => {
  const reads = ["list /api/v1/pods?labelSelector=a", "list /api/v1/pods?labelSelector=b", "get /api/v1/nodes/n"];
  const apply = "patch /apis/apps/v1/namespaces/a/deployments/b?fieldManager=x";
  const lease = "create /apis/coordination.k8s.io/v1/namespaces/default/leases";
  const requests = countRequests({ reads, writes: [apply, `${apply}&dryRun=All`, lease] }, 6);

  it("tells dry-runs from writes, and writes of objects from those of the Lease", () => {
    expect(requests).toEqual({
      ...{ total: 6, metered: 6, listsOfOneKind: 2, written: [apply] },
      byVerb: { create: 1, get: 1, list: 2, patch: 1, "patch (dry-run)": 1 },
    });
  });

  it("knows the verbs that are no reads", () => {
    expect(writingVerbs(requests)).toEqual(["create", "patch", "patch (dry-run)"]);
  });
});

describe("dispatched", () => {
  it("adds up what the account's flow schema was let through, on whatever level", () => {
    const counter = "apiserver_flowcontrol_dispatched_requests_total";
    const metrics = [
      `# TYPE ${counter} counter`,
      `${counter}{flow_schema="bench",priority_level="workload-low"} 12`,
      `${counter}{flow_schema="bench",priority_level="catch-all"} 1`,
      `${counter}{flow_schema="exempt",priority_level="exempt"} 700`,
    ];
    expect(dispatched(metrics.join("\n"))).toBe(13);
  });
});
