/** A field is read, means nothing here, or asks for something that is not there yet (with the way out). */
export type FieldRule = "read" | "ignored" | { readonly notYet: string };
export type FieldTable = Readonly<Record<string, FieldRule>>;

function notYet(advice: string): FieldRule {
  return { notYet: advice };
}

/** Every field of the Application CRD (argoproj.io/v1alpha1), by the map it stands in. */
export const FIELDS = {
  document: {
    apiVersion: "read",
    kind: "read",
    metadata: "read",
    spec: "read",
    status: "ignored",
    operation: "ignored",
  },
  metadata: {
    name: "read",
    labels: "read",
    annotations: "read",
    finalizers: "read",
    generateName: notYet("give the Application a name"),
    namespace: "ignored",
    uid: "ignored",
    resourceVersion: "ignored",
    generation: "ignored",
    creationTimestamp: "ignored",
    deletionTimestamp: "ignored",
    deletionGracePeriodSeconds: "ignored",
    managedFields: "ignored",
    ownerReferences: "ignored",
    selfLink: "ignored",
  },
  spec: {
    project: "read",
    source: "read",
    destination: "read",
    syncPolicy: "read",
    sources: "read",
    sourceHydrator: notYet("use source"),
    ignoreDifferences: "read",
    info: "ignored",
    revisionHistoryLimit: "ignored",
  },
  "spec.source": {
    repoURL: "read",
    path: "read",
    targetRevision: "read",
    directory: "read",
    name: "ignored",
    ref: "read",
    chart: "read",
    tagPrefix: "read",
    kustomize: "read",
    helm: "read",
    plugin: notYet("use a path with Kustomize, Helm or plain manifests"),
  },
  "spec.source.kustomize": {
    namePrefix: "read",
    nameSuffix: "read",
    images: "read",
    replicas: "read",
    commonLabels: "read",
    forceCommonLabels: "read",
    labelWithoutSelector: "read",
    labelIncludeTemplates: "read",
    commonAnnotations: "read",
    forceCommonAnnotations: "read",
    commonAnnotationsEnvsubst: "read",
    namespace: "read",
    patches: "read",
    components: "read",
    ignoreMissingComponents: "read",
    version: notYet("the kustomize in kubectl renders all Applications"),
    // For Helm charts in a kustomization, which are refused.
    kubeVersion: "ignored",
    apiVersions: "ignored",
  },
  "spec.source.kustomize.replicas": { name: "read", count: "read" },
  "spec.source.kustomize.patches": { path: "read", patch: "read", target: "read", options: "read" },
  "spec.source.kustomize.patches.target": {
    group: "read",
    version: "read",
    kind: "read",
    name: "read",
    namespace: "read",
    annotationSelector: "read",
    labelSelector: "read",
  },
  "spec.source.helm": {
    releaseName: "read",
    valueFiles: "read",
    values: "read",
    valuesObject: "read",
    parameters: "read",
    fileParameters: "read",
    ignoreMissingValueFiles: "read",
    namespace: "read",
    kubeVersion: "read",
    apiVersions: "read",
    skipCrds: "read",
    skipTests: "read",
    skipSchemaValidation: "read",
    passCredentials: "read",
    version: "read",
  },
  "spec.source.helm.parameters": { name: "read", value: "read", forceString: "read" },
  "spec.source.helm.fileParameters": { name: "read", path: "read" },
  "spec.source.directory": {
    recurse: "read",
    include: "read",
    exclude: "read",
    jsonnet: notYet("use Kustomize, Helm or plain manifests"),
    disableExtensionFilter: notYet("name the files *.yaml, *.yml or *.json"),
  },
  "spec.destination": { server: "read", name: "read", namespace: "read" },
  "spec.syncPolicy": {
    automated: "read",
    syncOptions: "read",
    retry: "read",
    managedNamespaceMetadata: "read",
  },
  "spec.syncPolicy.managedNamespaceMetadata": { labels: "read", annotations: "read" },
  "spec.syncPolicy.automated": { enabled: "read", prune: "read", selfHeal: "read", allowEmpty: "read" },
  // Every run resolves the revision anew, which is what `refresh: true` asks for.
  "spec.syncPolicy.retry": { limit: "read", backoff: "read", refresh: "ignored" },
  "spec.syncPolicy.retry.backoff": { duration: "read", factor: "read", maxDuration: "read" },
  "spec.ignoreDifferences": {
    group: "read",
    kind: "read",
    name: "read",
    namespace: "read",
    jsonPointers: "read",
    jqPathExpressions: "read",
    managedFieldsManagers: "read",
  },
} as const satisfies Readonly<Record<string, FieldTable>>;

/** The map a field of this name stands in, for a field found in the wrong one. */
export function whereIs(name: string): string | undefined {
  const place = Object.entries(FIELDS).find(([path, table]) => path.startsWith("spec.") && Object.hasOwn(table, name));
  return place?.[0];
}
