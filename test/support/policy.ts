import type { RunOptions } from "./command.ts";
import { run, runOrFail } from "./command.ts";
import { waitFor } from "./wait-for.ts";

const API_VERSION = "admissionregistration.k8s.io/v1";

/**
 * Has the API server refuse objects of a kind of the core group in a namespace, as a validating webhook would. Uses KUBECONFIG.
 * @param condition CEL that is true for what is refused @param message CEL of what is said @returns how to undo it, once it is in force
 */
export async function denyByPolicy(
  namespace: string,
  resource: "configmaps" | "secrets",
  condition: string,
  message: string,
): Promise<() => Promise<unknown>> {
  const name = `deny-${namespace}-${resource}`;
  const namespaceSelector = { matchLabels: { "kubernetes.io/metadata.name": namespace } };
  const rule = { apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE", "UPDATE"], resources: [resource] };
  const expression = `!(${condition}) && object.metadata.name != 'probe'`;
  const spec = {
    failurePolicy: "Fail",
    matchConstraints: { resourceRules: [rule], namespaceSelector },
    validations: [{ expression, messageExpression: message }],
  };
  const binding = { policyName: name, validationActions: ["Deny"] };
  await apply({ kind: "ValidatingAdmissionPolicy", metadata: { name }, spec });
  await apply({ kind: "ValidatingAdmissionPolicyBinding", metadata: { name }, spec: binding });
  await run("kubectl", ["create", "namespace", namespace]);
  await waitFor("the policy to be in force", () => isInForce(namespace, resource), 60_000);
  const kinds = "validatingadmissionpolicy,validatingadmissionpolicybinding";
  return () => run("kubectl", ["delete", kinds, name, "--ignore-not-found"]);
}

function apply(object: object): Promise<string> {
  return runOrFail("kubectl", ["apply", "--filename=-"], asInput({ apiVersion: API_VERSION, ...object }));
}

async function isInForce(namespace: string, resource: string): Promise<boolean> {
  const kind = resource === "secrets" ? "Secret" : "ConfigMap";
  const probe = { apiVersion: "v1", kind, metadata: { name: "probe", namespace }, data: { K0: "cXVvdGVk" } };
  const { output } = await run("kubectl", ["create", "--dry-run=server", "--filename=-"], asInput(probe));
  return output.includes("denied");
}

function asInput(object: object): RunOptions {
  return { input: JSON.stringify(object) };
}
