import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { parseRef } from "./object.ts";
import { compareForApply } from "./order.ts";

const ordered = [
  "Namespace b",
  "networking.k8s.io/NetworkPolicy a/x",
  "ServiceAccount a/x",
  "Secret a/x",
  "ConfigMap a/x",
  "PersistentVolumeClaim a/x",
  "apiextensions.k8s.io/CustomResourceDefinition x",
  "rbac.authorization.k8s.io/ClusterRole x",
  "rbac.authorization.k8s.io/RoleBinding a/x",
  "Service a/x",
  "apps/DaemonSet a/x",
  "apps/Deployment a/x",
  "apps/Deployment a/y",
  "apps/Deployment b/x",
  "autoscaling/HorizontalPodAutoscaler a/x",
  "apps/StatefulSet a/x",
  "batch/Job a/x",
  "networking.k8s.io/Ingress a/x",
  "apiregistration.k8s.io/APIService x",
  "admissionregistration.k8s.io/ValidatingWebhookConfiguration x",
  "example.com/Widget a/x",
].map(parseRef);

describe("compareForApply", () => {
  it("puts kinds in Argo CD's order, unknown ones last, then by namespace and name", () => {
    expect(ordered.toReversed().toSorted(compareForApply)).toEqual(ordered);
  });

  it("is a total order", () => {
    const text = fc.constantFrom("", "a", "b", "B");
    const ref = fc.record({
      group: text,
      kind: fc.constantFrom("Secret", "Service", "X", "Y"),
      namespace: text,
      name: text,
    });
    fc.assert(
      fc.property(ref, ref, ref, (a, b, c) => {
        expect(Math.sign(compareForApply(a, b))).toBe(-Math.sign(compareForApply(b, a)) + 0);
        if (compareForApply(a, b) === 0) expect(a).toEqual(b);
        if (compareForApply(a, b) <= 0 && compareForApply(b, c) <= 0)
          expect(compareForApply(a, c)).toBeLessThanOrEqual(0);
      }),
    );
  });
});
