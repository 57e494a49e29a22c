/** The build environment of Argo CD: `ARGOCD_APP_NAME` and others, by name. */
export type Variables = Readonly<Record<string, string>>;

/** What the build environment is made of. */
export interface Build {
  readonly application: string;
  readonly namespace: string;
  readonly project: string;
  /** A commit, or the version of a chart. */
  readonly revision: string;
  readonly repoURL: string;
  readonly path: string;
  readonly targetRevision: string;
}

/** The names of Argo CD (reposerver/repository, newEnv). */
export function variablesOf(build: Build): Variables {
  return {
    ARGOCD_APP_NAME: build.application,
    ARGOCD_APP_NAMESPACE: build.namespace,
    ARGOCD_APP_PROJECT_NAME: build.project,
    ARGOCD_APP_REVISION: build.revision,
    ARGOCD_APP_REVISION_SHORT: build.revision.slice(0, 7),
    ARGOCD_APP_REVISION_SHORT_8: build.revision.slice(0, 8),
    ARGOCD_APP_SOURCE_REPO_URL: build.repoURL,
    ARGOCD_APP_SOURCE_PATH: build.path,
    ARGOCD_APP_SOURCE_TARGET_REVISION: build.targetRevision,
  };
}

// The grammar of Go's os.Expand. A brace that is not closed, or holds nothing, vanishes.
const REFERENCE = /\$(?:\{([^}]+)\}|\{\}?|([*#$@!?0-9-])|([A-Za-z_][A-Za-z0-9_]*))/g;

/** Puts in the values of `$NAME` and `${NAME}`; what is unknown becomes nothing, `$$` a dollar sign, as in Argo CD. */
export function expandVariables(text: string, variables: Variables): string {
  return text.replace(REFERENCE, (_, braced?: string, special?: string, plain?: string) => {
    const name = braced ?? special ?? plain ?? "";
    if (name === "$") return "$";
    return Object.hasOwn(variables, name) ? (variables[name] ?? "") : "";
  });
}
