import { FIELDS } from "./fields.ts";
import { fail, readFlag, readText } from "./reader.ts";
import type { Place, Reader } from "./reader.ts";
import { listOf, readJsonMap, readRecord, textLike } from "./record.ts";
import type { Json, Read } from "./record.ts";

export interface HelmParameter {
  readonly name: string;
  readonly value: string;
  /** A number or a boolean stays a text. */
  readonly forceString: boolean;
}

export interface HelmFileParameter {
  readonly name: string;
  readonly path: string;
}

/** `spec.source.helm`: what a chart is rendered with. */
export interface HelmOptions {
  /** @default the name of the Application */
  readonly releaseName?: string;
  /** Which Helm; there is one. */
  readonly version?: string;
  /** Relative to the chart, from the root of the repository (`/...`), or in another source (`$ref/...`); the later wins. */
  readonly valueFiles?: readonly string[];
  /** YAML; without effect beside `valuesObject`. */
  readonly values?: string;
  readonly valuesObject?: Readonly<Record<string, Json>>;
  readonly parameters?: readonly HelmParameter[];
  readonly fileParameters?: readonly HelmFileParameter[];
  readonly ignoreMissingValueFiles?: boolean;
  /** @default the Application's */
  readonly namespace?: string;
  readonly kubeVersion?: string;
  readonly apiVersions?: readonly string[];
  readonly skipCrds?: boolean;
  readonly skipTests?: boolean;
  readonly skipSchemaValidation?: boolean;
  /** Whether credentials of a chart repository go to other hosts that it names. */
  readonly passCredentials?: boolean;
}

const readParameter: Read<HelmParameter> = (reader, place) => {
  const parameter = readRecord<HelmParameter>(reader, place, FIELDS["spec.source.helm.parameters"], {
    name: readKey,
    value: readText,
    forceString: readFlag,
  });
  const { name, value = "", forceString = false } = parameter ?? {};
  if (name !== undefined) return { name, value, forceString };
  fail(reader, place, "expected a name");
  return undefined;
};

const readFileParameter: Read<HelmFileParameter> = (reader, place) => {
  const { name, path } =
    readRecord<HelmFileParameter>(reader, place, FIELDS["spec.source.helm.fileParameters"], {
      name: readKey,
      path: readText,
    }) ?? {};
  if (name !== undefined && path !== undefined) return { name, path };
  fail(reader, place, "expected a name and a path");
  return undefined;
};

const readKey = textLike(/^[^\s=,]+$/, "the path of a value like image.tag");
// Helm's own rule (pkg/action/validate): the name of a release becomes part of names of objects.
const readReleaseName = textLike(
  /^(?=.{1,53}$)[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/,
  "a release name of at most 53 lower case letters, digits, - and .",
);
const readKubeVersion = textLike(/^v?\d+\.\d+(\.\d+)?([-+][0-9A-Za-z.+-]+)?$/, "a version of Kubernetes like 1.34.0");
const readApiVersion = textLike(/^[A-Za-z0-9./-]+$/, "[group/]version[/kind]");
const readHelmVersion = textLike(/^v?[34]$/, "v3: one Helm renders all Applications");

export function readHelm(reader: Reader, place: Place): HelmOptions | undefined {
  return readRecord<HelmOptions>(reader, place, FIELDS["spec.source.helm"], {
    ...{ releaseName: readReleaseName, namespace: readText, version: readHelmVersion },
    ...{ valueFiles: listOf(readText), values: readText, valuesObject: readJsonMap },
    ...{ parameters: listOf(readParameter), fileParameters: listOf(readFileParameter) },
    ...{ ignoreMissingValueFiles: readFlag, kubeVersion: readKubeVersion, apiVersions: listOf(readApiVersion) },
    ...{ skipCrds: readFlag, skipTests: readFlag, skipSchemaValidation: readFlag, passCredentials: readFlag },
  });
}
