/** The API server's own account of a failure. Source: meta/v1 Status. */
export interface Status {
  readonly code?: number;
  readonly reason?: string;
  readonly message?: string;
  readonly details?: {
    readonly name?: string;
    readonly causes?: readonly { readonly reason?: string; readonly message?: string; readonly field?: string }[];
  };
}

// Server-side apply answers 500 to manifests that do not fit the schema (seen on 1.36), as if the server were at fault.
const PREFACE =
  /^failed to (?:create typed patch object|convert new object) \([^)]*\)(?: to proper version: unable to convert unstructured object to \S+ Kind=\w+)?: (?:errors: )?/;
const REFUSED = /^failed to (?:create typed patch|convert new) object /;
// Go's view of a value: `&value.valueUnstructured{Value:1}`, `&{text}`.
const FOUND = /got &(?:value\.valueUnstructured\{Value:)?\{?(.*?)\}+/g;

/** Whether what was sent is at fault, whatever the code says: sending it again cannot help. */
export function isRefused({ message = "" }: Status): boolean {
  return REFUSED.test(message);
}

/**
 * Whether an API server that has just started does not know its own roles yet: "system:discovery" exists in every cluster, so a
 * refusal for want of it says nothing about the rights of who asks.
 */
export function isStarting({ message = "" }: Status): boolean {
  return /RBAC: .*"system:discovery" not found/.test(message);
}

/** The message in one line, without what only a Go programmer wants to know. */
export function messageIn({ message = "" }: Status): string {
  const line = message.replace(/\s+/g, " ").trim();
  return line.replace(PREFACE, "").replace(FOUND, "got $1");
}

/** `undefined` when the text is no Status: then a proxy answered, or the API server does not know the path. */
export function parseStatus(text: string): Status | undefined {
  try {
    const status = JSON.parse(text) as { readonly kind?: unknown } | null;
    return status?.kind === "Status" ? (status as Status) : undefined;
  } catch {
    return undefined;
  }
}
