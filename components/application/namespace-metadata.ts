import type { NamespaceMetadata } from "./application.ts";
import { FIELDS } from "./fields.ts";
import { fail, optional, readFields } from "./reader.ts";
import type { Place, Reader } from "./reader.ts";
import type { Texts } from "./texts.ts";
import { readLabels, readTexts } from "./texts.ts";

const OWN_PREFIX = "pulumi-gitops.dev/";

/** `spec.syncPolicy.managedNamespaceMetadata`; our own marks on a namespace would make it an object that is pruned. */
export function readNamespaceMetadata(reader: Reader, place: Place): NamespaceMetadata {
  const fields = readFields(reader, place, FIELDS["spec.syncPolicy.managedNamespaceMetadata"]);
  const labels = optional(reader, fields, "labels", readLabels) ?? {};
  const annotations = optional(reader, fields, "annotations", readAnnotations) ?? {};
  for (const key of Object.keys(labels)) {
    const member = fields?.get("labels");
    if (member !== undefined && key.startsWith(OWN_PREFIX)) fail(reader, member, `${key} is not for namespaces`);
  }
  return { labels, annotations };
}

function readAnnotations(reader: Reader, place: Place): Texts {
  return readTexts(reader, place, (member, _value, key) => {
    if (key.startsWith(OWN_PREFIX)) fail(reader, member, `${key} is not for namespaces`);
  });
}
