import type { Manifest } from "../../components/manifest/object.ts";

export const HOOK = "argocd.argoproj.io/hook";
export const DELETE_POLICY = "argocd.argoproj.io/hook-delete-policy";

export interface JobOptions {
  readonly annotations?: Readonly<Record<string, string>>;
  /** Of its pod (tools/README.md). @default it succeeds at once */
  readonly behaviour?: "fail" | "slow";
  /** Name of the pod's container, by which one version of the Job differs from another. */
  readonly container?: string;
}

/** A Job that is a hook of these types. */
export function hookJob(namespace: string, name: string, types: string, options: JobOptions = {}): Manifest {
  const { annotations = {}, behaviour, container = "migrate" } = options;
  const labels = behaviour === undefined ? {} : { "sandbox.pulumi-gitops.dev/behaviour": behaviour };
  const containers = [{ name: container, image: "registry.example.com/my-org/web:v1.0.0" }];
  const template = { metadata: { labels }, spec: { containers, restartPolicy: "Never" } };
  return {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: { name, namespace, annotations: { [HOOK]: types, ...annotations } },
    spec: { backoffLimit: 0, template },
  };
}
