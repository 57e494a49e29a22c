import type { Random } from "./random.ts";

/** A Kubernetes object as it lies in Git, without a namespace. */
export interface GitObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly labels?: Readonly<Record<string, string>> };
  readonly [field: string]: unknown;
}

/** What somebody does to it by hand: replaces one value (RFC 6902). */
export interface Meddling {
  readonly path: string;
  readonly value: unknown;
}

export interface Generated {
  readonly object: GitObject;
  readonly meddling: Meddling;
}

export interface Subject {
  readonly application: string;
  readonly name: string;
  readonly image: string;
  readonly random: Random;
}

type Make = (subject: Subject) => Generated;

/** Line length of generated text: YAML and diffs of real files have lines, too. */
const LINE = 80;

/** Replicas are 0, and no pods start: those would measure the programs that start them. */
export const KINDS: readonly Make[] = [
  deployment,
  service,
  autoscaler,
  (subject) => configMap(subject, 1_000),
  (subject) => configMap(subject, 20_000),
  secret,
  serviceAccount,
  role,
  roleBinding,
  disruptionBudget,
];

function deployment({ application, name, image, random }: Subject): Generated {
  const labels = labelsOf(application);
  const resources = { requests: { cpu: "100m", memory: "128Mi" }, limits: { memory: "256Mi" } };
  const environment = ["REGION", "LOG_LEVEL", "POOL"].map((key) => ({ name: key, value: random.text(12) }));
  const container = { name: "app", image, ports: [{ containerPort: 8080 }], resources, env: environment };
  const template = { metadata: { labels }, spec: { containers: [container] } };
  return {
    object: {
      ...{ apiVersion: "apps/v1", kind: "Deployment", metadata: { name, labels } },
      spec: { replicas: 0, selector: { matchLabels: labels }, template },
    },
    meddling: { path: "/spec/template/spec/containers/0/env/0/value", value: "by hand" },
  };
}

function service({ application, name }: Subject): Generated {
  const spec = { selector: labelsOf(application), ports: [{ name: "http", port: 80, targetPort: 8080 }] };
  return {
    object: { apiVersion: "v1", kind: "Service", metadata: metadataOf(application, name), spec },
    meddling: { path: "/spec/ports/0/targetPort", value: 9090 },
  };
}

/** It pauses, because its Deployment is at 0. */
function autoscaler({ application, name }: Subject): Generated {
  const resource = { name: "cpu", target: { type: "Utilization", averageUtilization: 70 } };
  return {
    object: {
      ...{ apiVersion: "autoscaling/v2", kind: "HorizontalPodAutoscaler", metadata: metadataOf(application, name) },
      spec: {
        scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name },
        ...{ minReplicas: 1, maxReplicas: 3, metrics: [{ type: "Resource", resource }] },
      },
    },
    meddling: { path: "/spec/maxReplicas", value: 9 },
  };
}

function configMap({ application, name, random }: Subject, bytes: number): Generated {
  const metadata = metadataOf(application, `${name}-${bytes / 1000}k`);
  const lines = Array.from({ length: Math.ceil(bytes / LINE) }, () => random.text(LINE - 1));
  return {
    object: { apiVersion: "v1", kind: "ConfigMap", metadata, data: { "app.conf": lines.join("\n") } },
    meddling: { path: "/data/app.conf", value: "by hand" },
  };
}

function secret({ application, name, random }: Subject): Generated {
  const data = { password: base64(random.text(24)), token: base64(random.text(64)) };
  return {
    object: { apiVersion: "v1", kind: "Secret", metadata: metadataOf(application, name), type: "Opaque", data },
    meddling: { path: "/data/password", value: base64("by hand") },
  };
}

function serviceAccount({ application, name }: Subject): Generated {
  const metadata = metadataOf(application, name);
  return {
    object: { apiVersion: "v1", kind: "ServiceAccount", metadata, automountServiceAccountToken: false },
    meddling: { path: "/automountServiceAccountToken", value: true },
  };
}

function role({ application, name }: Subject): Generated {
  const rules = [{ apiGroups: [""], resources: ["configmaps"], verbs: ["get", "list"] }];
  return {
    object: {
      ...{ apiVersion: "rbac.authorization.k8s.io/v1", kind: "Role" },
      ...{ metadata: metadataOf(application, name), rules },
    },
    meddling: { path: "/rules/0/verbs", value: ["get", "list", "delete"] },
  };
}

function roleBinding({ application, name }: Subject): Generated {
  return {
    object: {
      ...{ apiVersion: "rbac.authorization.k8s.io/v1", kind: "RoleBinding", metadata: metadataOf(application, name) },
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name },
      subjects: [{ kind: "User", apiGroup: "rbac.authorization.k8s.io", name: `${application}@example.com` }],
    },
    meddling: { path: "/subjects/0/name", value: "somebody@example.com" },
  };
}

function disruptionBudget({ application, name }: Subject): Generated {
  const spec = { maxUnavailable: 1, selector: { matchLabels: labelsOf(application) } };
  return {
    object: {
      ...{ apiVersion: "policy/v1", kind: "PodDisruptionBudget" },
      ...{ metadata: metadataOf(application, name), spec },
    },
    meddling: { path: "/spec/maxUnavailable", value: 2 },
  };
}

function labelsOf(application: string): Readonly<Record<string, string>> {
  return { "app.kubernetes.io/name": application };
}

function metadataOf(application: string, name: string): GitObject["metadata"] {
  return { name, labels: labelsOf(application) };
}

function base64(text: string): string {
  return Buffer.from(text).toString("base64");
}
