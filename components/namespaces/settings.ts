/** What holds in a namespace, whatever its Applications are. */
export interface NamespaceSettings {
  /**
   * Pod Security Standard that pods are held to (CIS Kubernetes 5.2); `restricted` is warned about in any case.
   * @default baseline
   */
  readonly podSecurity?: "privileged" | "baseline" | "restricted";
  /** `spec.hard` of a ResourceQuota, e.g. `pods: "50"`. @default none */
  readonly quota?: Readonly<Record<string, string>>;
  /**
   * `deny-ingress`: only pods of the same namespace may call. `deny-all`: nor may they call anybody else, but for DNS. What is to
   * be allowed beside that are NetworkPolicies of the Applications (CIS Kubernetes 5.3.2).
   * @default none
   */
  readonly networkPolicy?: "none" | "deny-ingress" | "deny-all";
}
