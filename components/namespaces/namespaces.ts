import type { CustomResourceOptions } from "@pulumi/pulumi";
import { Namespace } from "@pulumi/kubernetes/core/v1/namespace.js";
import { ResourceQuota } from "@pulumi/kubernetes/core/v1/resourceQuota.js";
import { NetworkPolicy } from "@pulumi/kubernetes/networking/v1/networkPolicy.js";

import type { NamespaceSettings } from "./settings.ts";

/**
 * Makes namespaces with what holds in them. @param options their provider and parent
 * @param nameIn what a resource is called that has this name in its cluster
 * @returns what has to be there before an Application is
 */
export function createNamespaces(
  settings: Readonly<Record<string, NamespaceSettings>>,
  options: CustomResourceOptions,
  nameIn: (name: string) => string = (name) => name,
): readonly Namespace[] {
  return Object.entries(settings).map(([name, { podSecurity = "baseline", quota, networkPolicy = "none" }]) => {
    const namespace = new Namespace(
      nameIn(name),
      { metadata: { name, labels: podSecurityLabels(podSecurity) } },
      options,
    );
    const within = { ...options, protect: false, parent: namespace };
    if (quota !== undefined)
      new ResourceQuota(
        nameIn(name),
        { metadata: { name: "quota", namespace: name }, spec: { hard: { ...quota } } },
        within,
      );
    if (networkPolicy !== "none") createPolicies(name, networkPolicy, within, nameIn);
    return namespace;
  });
}

/** Source: Kubernetes, "Pod Security Admission". */
function podSecurityLabels(enforced: string): Record<string, string> {
  const levels = { enforce: enforced, audit: "restricted", warn: "restricted" };
  const label = (mode: string) => `pod-security.kubernetes.io/${mode}`;
  return Object.fromEntries(Object.entries(levels).map(([mode, level]) => [label(mode), level]));
}

/** Any pod of the namespace itself. */
const NEIGHBOURS = [{ podSelector: {} }];
const DNS = [
  { port: 53, protocol: "UDP" },
  { port: 53, protocol: "TCP" },
];

function createPolicies(
  namespace: string,
  deny: "deny-ingress" | "deny-all",
  options: CustomResourceOptions,
  nameIn: (name: string) => string,
): void {
  const policyTypes = deny === "deny-all" ? ["Ingress", "Egress"] : ["Ingress"];
  const policy = (name: string, rules: object) =>
    new NetworkPolicy(
      nameIn(`${namespace}-${name}`),
      { metadata: { name, namespace }, spec: { podSelector: {}, policyTypes, ...rules } },
      options,
    );
  policy("default-deny", {});
  const egress = [{ to: NEIGHBOURS }, { ports: DNS }];
  policy("allow-same-namespace", { ingress: [{ from: NEIGHBOURS }], ...(deny === "deny-all" && { egress }) });
}
