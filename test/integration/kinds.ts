// One object of every built-in kind that services are made of, and what others may do to its fields.
import type { Json } from "../../components/manifest/object.ts";
import type { KindCase } from "./alteration.ts";
import { casesIn } from "./alteration.ts";
import { workloadCases } from "./workload-kinds.ts";

const SELECTOR = { matchLabels: { app: "x" } };

export function kindCases(namespace: string): readonly KindCase[] {
  const of = casesIn(namespace);
  return [
    ...workloadCases(of),
    of(
      ["v1", "Service", "services"],
      { spec: { selector: { app: "x" }, ports: [{ name: "http", port: 80 }] } },
      {
        owned: [
          [["spec", "selector"], { app: "other" }],
          [["spec", "ports", { port: 80, protocol: "TCP" }, "name"], "web"],
        ],
        foreign: [
          [["spec", "sessionAffinity"], "ClientIP", "spec.sessionAffinity*"],
          [
            ["spec", "ports", { port: 81, protocol: "TCP" }],
            { name: "more", port: 81, protocol: "TCP", targetPort: 81 },
          ],
          [["spec", "publishNotReadyAddresses"], true],
        ],
        hasStatus: true,
      },
    ),
    of(
      ["networking.k8s.io/v1", "Ingress", "ingresses"],
      { spec: { rules: [{ host: "x.example.com", http: { paths: [pathTo("x")] } }] } },
      {
        owned: [[["spec", "rules"], [{ host: "y.example.com", http: { paths: [pathTo("x")] } }]]],
        foreign: [
          [["spec", "tls"], [{ hosts: ["x.example.com"] }]],
          [["spec", "ingressClassName"], "other"],
        ],
        hasStatus: true,
      },
    ),
    of(
      ["v1", "ConfigMap", "configmaps"],
      { data: { A: "a", B: "b" }, binaryData: { C: "AAE=" } },
      {
        owned: [
          [["data", "A"], "changed"],
          [["data", "B"], undefined],
          [["binaryData", "C"], "AAI="],
        ],
        foreign: [
          [["data", "D"], "added"],
          [["binaryData", "E"], "AAI="],
        ],
      },
    ),
    of(
      ["v1", "Secret", "secrets"],
      { type: "Opaque", data: { A: "YQ==", B: "Yg==" } },
      {
        owned: [
          [["data", "A"], "Y2hhbmdlZA=="],
          [["data", "B"], undefined],
        ],
        foreign: [[["data", "D"], "YWRkZWQ="]],
      },
    ),
    of(
      ["autoscaling/v2", "HorizontalPodAutoscaler", "horizontalpodautoscalers"],
      {
        spec: {
          minReplicas: 2,
          maxReplicas: 5,
          scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "none" },
        },
      },
      {
        owned: [
          [["spec", "maxReplicas"], 9],
          [["spec", "minReplicas"], 3],
        ],
        foreign: [[["spec", "behavior"], BEHAVIOR, BEHAVIOR_SHOWN]],
        hasStatus: true,
      },
    ),
    of(
      ["policy/v1", "PodDisruptionBudget", "poddisruptionbudgets"],
      { spec: { minAvailable: 1, selector: SELECTOR } },
      {
        owned: [
          [["spec", "minAvailable"], "50%"],
          [["spec", "minAvailable"], 0],
        ],
        foreign: [[["spec", "unhealthyPodEvictionPolicy"], "AlwaysAllow"]],
        hasStatus: true,
      },
    ),
    of(
      ["networking.k8s.io/v1", "NetworkPolicy", "networkpolicies"],
      { spec: { podSelector: SELECTOR, policyTypes: ["Ingress"], ingress: [{ from: [{ podSelector: {} }] }] } },
      {
        owned: [[["spec", "ingress"], [{}]]],
        foreign: [[["spec", "egress"], [{}]]],
      },
    ),
    of(
      ["v1", "ServiceAccount", "serviceaccounts"],
      { automountServiceAccountToken: false },
      {
        owned: [[["automountServiceAccountToken"], true]],
        foreign: [[["imagePullSecrets"], [{ name: "pull" }]]],
      },
    ),
    of(
      ["rbac.authorization.k8s.io/v1", "Role", "roles"],
      { rules: [rule("get")] },
      {
        owned: [[["rules"], [rule("get"), rule("delete")]]],
      },
    ),
    of(
      ["rbac.authorization.k8s.io/v1", "RoleBinding", "rolebindings"],
      {
        roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: "x" },
        subjects: [{ kind: "ServiceAccount", name: "x", namespace }],
      },
      { owned: [[["subjects"], [{ kind: "ServiceAccount", name: "y", namespace }]]] },
    ),
    of(
      ["v1", "PersistentVolumeClaim", "persistentvolumeclaims"],
      { spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1024Mi" } } } },
      { hasStatus: true },
    ),
    of(
      ["v1", "ResourceQuota", "resourcequotas"],
      { spec: { hard: { "requests.cpu": "2000m", pods: "10" } } },
      {
        owned: [
          [["spec", "hard", "pods"], "11"],
          [["spec", "hard", "requests.cpu"], undefined],
        ],
        foreign: [[["spec", "hard", "secrets"], "99"]],
        hasStatus: true,
      },
    ),
    of(
      ["v1", "LimitRange", "limitranges"],
      { spec: { limits: [{ type: "Container", default: { cpu: "0.5" } }] } },
      {
        owned: [[["spec", "limits"], [{ type: "Container", default: { cpu: "1500m" } }]]],
      },
    ),
  ];
}

const BEHAVIOR = { scaleDown: { stabilizationWindowSeconds: 60 } };
const BEHAVIOR_SHOWN = "spec.behavior*";

function pathTo(name: string): Json {
  return { path: "/", pathType: "Prefix", backend: { service: { name, port: { number: 80 } } } };
}

function rule(verb: string): Json {
  return { apiGroups: [""], resources: ["configmaps"], verbs: [verb] };
}
