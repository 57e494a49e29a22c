import { createHash } from "node:crypto";

import type { HelmOptions, HelmParameter } from "../application/helm.ts";
import { expandVariables } from "./variables.ts";
import type { Build, Variables } from "./variables.ts";

/** What `helm template` is told, with the build environment put in. */
export interface HelmRun {
  readonly releaseName: string;
  readonly namespace: string;
  /** As they are written, in the order in which they are laid over each other. */
  readonly valueFiles: readonly string[];
  readonly fileParameters: readonly { readonly name: string; readonly path: string }[];
  /** YAML or JSON that wins over the value files. */
  readonly inline?: string;
  readonly parameters: readonly { readonly flag: "--set" | "--set-string"; readonly text: string }[];
  /** Flags that take no file. */
  readonly flags: readonly string[];
  readonly ignoreMissing: boolean;
}

/** The precedence and the substitutions of Argo CD (reposerver/repository, helmTemplate). */
export function helmRunOf(options: HelmOptions, build: Build, variables: Variables): HelmRun {
  const expand = (text: string): string => expandVariables(text, variables);
  const inline = inlineOf(options);
  return {
    releaseName: options.releaseName ?? releaseNameOf(build.application),
    namespace: options.namespace ?? build.namespace,
    valueFiles: (options.valueFiles ?? []).map((path) => expandPath(path, expand)),
    fileParameters: (options.fileParameters ?? []).map(({ name, path }) => ({ name, path: expandPath(path, expand) })),
    ...(inline === undefined ? {} : { inline }),
    parameters: (options.parameters ?? []).map(({ name, value, forceString }) => ({
      flag: forceString ? "--set-string" : "--set",
      text: `${name}=${escapeCommas(expand(value))}`,
    })),
    flags: flagsOf(options),
    ignoreMissing: options.ignoreMissingValueFiles ?? false,
  };
}

/** With these parameters instead of those of the same name. */
export function withParameters(options: HelmOptions, parameters: readonly HelmParameter[]): HelmOptions {
  if (parameters.length === 0) return options;
  const names = new Set(parameters.map(({ name }) => name));
  const others = (options.parameters ?? []).filter(({ name }) => !names.has(name));
  return { ...options, parameters: [...others, ...parameters] };
}

const MAX_RELEASE_NAME = 53;

/** Helm takes no longer name; a hash keeps two that begin alike apart. */
function releaseNameOf(application: string): string {
  if (application.length <= MAX_RELEASE_NAME) return application;
  const hash = createHash("sha256").update(application).digest("hex").slice(0, 8);
  return `${application.slice(0, MAX_RELEASE_NAME - 9).replace(/[.-]+$/, "")}-${hash}`;
}

/** `$ref/path` names another source; what stands behind the name may hold variables. */
function expandPath(path: string, expand: (text: string) => string): string {
  const [, ref, rest] = /^(\$(?!\{?ARGOCD_)[^/]+)(\/.*)$/s.exec(path) ?? [];
  return ref === undefined || rest === undefined ? expand(path) : ref + expand(rest);
}

function inlineOf({ values, valuesObject }: HelmOptions): string | undefined {
  return valuesObject === undefined ? values : JSON.stringify(valuesObject);
}

/** A comma would begin the next parameter; within `{a,b}` it separates the items of a list. */
function escapeCommas(value: string): string {
  return value.startsWith("{") && value.endsWith("}") ? value : value.replace(/(?<!\\),/g, "\\,");
}

function flagsOf({ kubeVersion, apiVersions = [], skipCrds, skipTests, skipSchemaValidation }: HelmOptions) {
  return [
    ...(kubeVersion === undefined ? [] : [`--kube-version=${kubeVersion}`]),
    ...apiVersions.map((version) => `--api-versions=${version}`),
    ...(skipCrds === true ? [] : ["--include-crds"]),
    ...(skipTests === true ? ["--skip-tests"] : []),
    ...(skipSchemaValidation === true ? ["--skip-schema-validation"] : []),
  ];
}
