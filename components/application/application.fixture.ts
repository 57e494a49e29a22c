/** A valid Application, line by line, for tests that break one line of it. */
export const APPLICATION = `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata:
  name: api-service
  namespace: argocd
  labels:
    team: payments
  annotations:
    argocd-image-updater.argoproj.io/image-list: app=registry.example.com/my-org/api-service
    argocd-image-updater.argoproj.io/app.allow-tags: 'regexp:^v[0-9]+\\.[0-9]+\\.[0-9]+$'
  finalizers:
    - resources-finalizer.argocd.argoproj.io
spec:
  project: default
  source:
    repoURL: https://github.com/my-org/api-service.git
    targetRevision: HEAD
    path: k8s
  destination:
    server: https://kubernetes.default.svc
    namespace: production
  syncPolicy:
    automated:
      prune: true
      selfHeal: true
    syncOptions:
      - CreateNamespace=true
    retry:
      limit: 3
      backoff:
        duration: 10s
        factor: 3
        maxDuration: 1m30s
status:
  sync: {status: Synced}
operation:
  sync: {}
`;

/** The valid Application with some of its text replaced. */
export function changed(...replacements: readonly (readonly [from: string, to: string])[]): string {
  return replacements.reduce((text, [from, to]) => {
    if (!text.includes(from)) throw new Error(`not in the fixture: ${from}`);
    return text.replace(from, () => to);
  }, APPLICATION);
}
