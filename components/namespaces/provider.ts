import type { Input, Output, Resource } from "@pulumi/pulumi";
import { all, output } from "@pulumi/pulumi";
import type { ProviderArgs } from "@pulumi/kubernetes/provider.js";
import { Provider } from "@pulumi/kubernetes/provider.js";

import type { ClusterReference, GkeReference } from "../sync.protocol.ts";

/** A GKE cluster whose endpoint may be unknown yet. */
export type GkeInput = Omit<GkeReference, "endpoint" | "ca"> & {
  readonly endpoint?: Input<string | undefined>;
  readonly ca?: Input<string | undefined>;
};

/** Pulumi's own Kubernetes provider on the cluster of an environment, for what is no Application. It holds no credential. */
export function createProvider(
  name: string,
  cluster: Exclude<ClusterReference, GkeReference> | GkeInput,
  parent: Resource,
): Provider {
  return new Provider(name, { ...argsOf(cluster), enableServerSideApply: true }, { parent });
}

function argsOf(cluster: Exclude<ClusterReference, GkeReference> | GkeInput): ProviderArgs {
  switch (cluster.kind) {
    case "kubeconfig":
      return {
        ...(cluster.path !== undefined && { kubeconfig: cluster.path }),
        ...(cluster.context !== undefined && { context: cluster.context }),
      };
    case "inCluster":
      return {};
    case "gke": {
      const { project, location, name } = cluster;
      // Its endpoint may change, and it stays the same cluster.
      return { kubeconfig: kubeconfigOf(cluster), clusterIdentifier: `${project}/${location}/${name}` };
    }
  }
}

/** Google's credential program proves who asks, by Application Default Credentials as everything else here. */
function kubeconfigOf({ name, endpoint, ca }: GkeInput): Output<string> {
  return all([output(endpoint), output(ca)]).apply(([host = "", authority]) => {
    const server = host.includes("://") ? host : `https://${host}`;
    const cluster = { server, ...(authority !== undefined && { "certificate-authority-data": authority }) };
    const exec = {
      apiVersion: "client.authentication.k8s.io/v1beta1",
      command: "gke-gcloud-auth-plugin",
      args: ["--use_application_default_credentials"],
      interactiveMode: "Never",
      provideClusterInfo: true,
    };
    return JSON.stringify({
      ...{ apiVersion: "v1", kind: "Config", "current-context": name },
      contexts: [{ name, context: { cluster: name, user: name } }],
      clusters: [{ name, cluster }],
      users: [{ name, user: { exec } }],
    });
  });
}
