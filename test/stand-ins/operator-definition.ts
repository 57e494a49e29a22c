import type { Manifest } from "../../components/manifest/object.ts";

const text = { type: "string" };
const flag = { type: "boolean" };
const texts = mapOf(text);
/** Of a resource: 500m, 1Gi, or a number. */
const quantities = mapOf({ "x-kubernetes-int-or-string": true });
/** As Go writes a duration: `30m`, `1h30m`. */
const duration = { type: "string", pattern: "^([0-9]+(\\.[0-9]+)?(ns|us|ms|s|m|h))+$" };

/** Where the value of an environment variable comes from. */
const reference = record(
  {
    type: { type: "string", enum: ["Env", "FS", "Secret", "Literal"] },
    literal: record({ value: text }, ["value"]),
    env: record({ name: text }, ["name"]),
    secret: record({ name: text, key: text }, ["name", "key"]),
  },
  ["type"],
);

const spec = record(
  {
    ...{ stack: text, backend: text, secretsProvider: text, serviceAccountName: text },
    ...{ projectRepo: text, branch: text, commit: text, repoDir: text, shallow: flag },
    ...{ refresh: flag, destroyOnFinalize: flag, continueResyncOnCommitMatch: flag },
    resyncFrequencySeconds: { type: "integer", format: "int64" },
    config: texts,
    envRefs: mapOf(reference),
    prerequisites: listOf(
      record({ name: text, requirement: record({ succeededWithinDuration: duration }, []) }, ["name"]),
    ),
    workspaceTemplate: record(
      {
        spec: record(
          { image: text, securityProfile: text, resources: record({ requests: quantities, limits: quantities }, []) },
          [],
        ),
      },
      [],
    ),
  },
  ["stack"],
);

/**
 * Stands in for the definition of Stacks (pulumi.com/v1) of the Pulumi Kubernetes Operator 2, which cannot be fetched here: the fields that
 * a Stack of ours may have, with the types and the requirements of operator/api/pulumi/shared/stack_types.go. It knows no other field.
 */
export const operatorDefinitionStandIn: Manifest = {
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: "stacks.pulumi.com" },
  spec: {
    group: "pulumi.com",
    scope: "Namespaced",
    names: { kind: "Stack", plural: "stacks", singular: "stack", listKind: "StackList" },
    versions: [{ name: "v1", served: true, storage: true, schema: { openAPIV3Schema: record({ spec }, ["spec"]) } }],
  },
};

function record(properties: Readonly<Record<string, object>>, required: readonly string[]) {
  return { type: "object", properties, ...(required.length === 0 ? {} : { required }) };
}

function mapOf(additionalProperties: object) {
  return { type: "object", additionalProperties };
}

function listOf(items: object) {
  return { type: "array", items };
}
