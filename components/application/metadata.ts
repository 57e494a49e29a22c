import { KNOWN_FINALIZERS } from "./application.ts";
import { mistakesInAnnotation } from "./argo-annotations.ts";
import type { Dependencies } from "./dependencies.ts";
import { DEPENDS_ON, readDependencies } from "./dependencies.ts";
import { FIELDS } from "./fields.ts";
import { isDnsSubdomain } from "./names.ts";
import { quote } from "./quote.ts";
import { fail, optional, readFields, readList, readText, required } from "./reader.ts";
import type { Place, Reader } from "./reader.ts";
import { closest, hint } from "./suggest.ts";
import type { Texts } from "./texts.ts";
import { readLabels, readTexts } from "./texts.ts";

export interface Metadata {
  readonly name: string | undefined;
  readonly labels: Texts;
  readonly annotations: Texts;
  /** Annotation -> line; first line is 1. */
  readonly annotationLines: Readonly<Record<string, number>>;
  readonly finalizers: readonly string[];
  /** Absent where there are none. */
  readonly dependencies?: Dependencies;
}

const OWN_PREFIX = "pulumi-gitops.dev/";

export function readMetadata(reader: Reader, place: Place): Metadata | undefined {
  const fields = readFields(reader, place, FIELDS.metadata);
  if (fields === undefined) return undefined;
  const dependencies = optional(reader, fields, "annotations", readDependencies);
  return {
    name: required(reader, place, fields, "name", readName),
    labels: optional(reader, fields, "labels", readLabels) ?? {},
    ...(optional(reader, fields, "annotations", readAnnotations) ?? { annotations: {}, annotationLines: {} }),
    finalizers: optional(reader, fields, "finalizers", readFinalizers) ?? [],
    ...(dependencies === undefined ? {} : { dependencies }),
  };
}

function readName(reader: Reader, place: Place): string | undefined {
  const name = readText(reader, place);
  if (name === undefined || isDnsSubdomain(name)) return name;
  const expected = "expected a name of lower case letters, digits, - and . (RFC 1123 subdomain)";
  fail(reader, place, `${expected}, found ${quote(name)}`);
  return undefined;
}

function readAnnotations(reader: Reader, place: Place): Pick<Metadata, "annotations" | "annotationLines"> {
  const lines = new Map<string, number>();
  const annotations = readTexts(reader, place, (member, value, key) => {
    lines.set(key, reader.document.lineOf(member.at));
    for (const mistake of mistakesInAnnotation(key, value)) fail(reader, member, mistake);
    if (key.startsWith(OWN_PREFIX) && key !== DEPENDS_ON) fail(reader, member, describeUnknown(key));
  });
  return { annotations, annotationLines: Object.fromEntries(lines) };
}

function describeUnknown(key: string): string {
  const meant = closest(key, [DEPENDS_ON]);
  return `no annotation of this name is known for an Application${meant === undefined ? "" : `, did you mean ${quote(meant)}?`}`;
}

/** A misspelt finalizer would turn a deletion into leaving everything behind. */
function readFinalizers(reader: Reader, place: Place): readonly string[] {
  return (readList(reader, place) ?? []).flatMap((item) => {
    const finalizer = readText(reader, item);
    if (finalizer === undefined) return [];
    if (!KNOWN_FINALIZERS.includes(finalizer))
      fail(reader, item, `unknown finalizer ${quote(finalizer)}, ${hint(finalizer, KNOWN_FINALIZERS)}`);
    return [finalizer];
  });
}
