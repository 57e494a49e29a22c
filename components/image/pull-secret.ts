/** Where the credential of a registry is kept, in the four forms of Image Updater. */
export type PullSecret =
  /** A Secret of type `kubernetes.io/dockerconfigjson`. */
  | { readonly kind: "pullsecret"; readonly namespace: string; readonly name: string }
  /** A field with `user:password`. */
  | { readonly kind: "secret"; readonly namespace: string; readonly name: string; readonly field: string }
  | { readonly kind: "env"; readonly variable: string }
  /** A program that prints `user:password`. */
  | { readonly kind: "ext"; readonly program: string };

const DNS = "[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?";
const IN_CLUSTER = new RegExp(`^(${DNS})/(${DNS})$`);
const FIELD = new RegExp(`^(${DNS})/(${DNS})#([A-Za-z0-9._-]{1,253})$`);

const EXPECTED =
  "expected pullsecret:<namespace>/<name>, secret:<namespace>/<name>#<field>, env:<variable> or ext:<absolute path of a program>";

/** Reads one of the four forms; undefined for anything else. */
export function parsePullSecret(text: string): PullSecret | undefined {
  const [, kind, rest = ""] = /^(pullsecret|secret|env|ext):(.*)$/s.exec(text.trim()) ?? [];
  const [, namespace, name, field] = (kind === "pullsecret" ? IN_CLUSTER : FIELD).exec(rest) ?? [];
  if (kind === "env") return /^[A-Za-z_][A-Za-z0-9_]*$/.test(rest) ? { kind, variable: rest } : undefined;
  if (kind === "ext") return /^\/[^\p{Cc}]+$/u.test(rest) ? { kind, program: rest } : undefined;
  if (namespace === undefined || name === undefined || isOutside(namespace) || isOutside(name)) return undefined;
  if (kind === "pullsecret") return { kind, namespace, name };
  return kind === "secret" && field !== undefined && !isOutside(field) ? { kind, namespace, name, field } : undefined;
}

/** What is wrong with it, if anything. The text itself stays unsaid: somebody may have put a password there. */
export function checkPullSecret(text: string): string | undefined {
  return parsePullSecret(text) === undefined ? EXPECTED : undefined;
}

/** They become the names of a folder and a file. */
function isOutside(part: string): boolean {
  return part === "." || part.includes("..");
}
