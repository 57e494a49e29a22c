import type { Status } from "./status.ts";
import { messageIn } from "./status.ts";

/** Sentences of the API server that name objects, fields and users, but never quote a value. */
const HARMLESS: readonly RegExp[] = [
  /^secrets "[^"]*" not found$/,
  /^secrets "[^"]*" already exists$/,
  /^namespaces "[^"]*" not found$/,
  /^secrets( "[^"]*")? is forbidden: User "[^"]*" cannot \w+ resource "secrets" in API group "" (in the namespace "[^"]*"|at the cluster scope)$/,
  /^secrets "[^"]*" is forbidden: unable to create new content in namespace \S+ because it is being terminated$/,
  /^secrets "[^"]*" is forbidden: exceeded quota: [\w.-]+, /,
  /^Operation cannot be fulfilled on (secrets|Secret) "[^"]*": the (object has been modified|UID in the precondition|ResourceVersion in the precondition)/,
  /^Apply failed with \d+ conflicts?: /,
];

/** Parts of longer messages that say what is wrong without quoting it. */
const TELLING =
  /field is immutable|(?:unknown|duplicate|missing required) field "[^"]*"|illegal base64 data at input byte \d+|(?<= |^)\.\S+: (?:field not declared in schema|expected \w+)/g;

/** Who refuses; what they say of it may quote the Secret. */
const DENIAL =
  /admission webhook "[^"]*" denied the request|ValidatingAdmissionPolicy '[^']*' with binding '[^']*' denied request/;

const WITHHELD = "; the rest of the answer is withheld, because it may quote the Secret";

/** Why an operation on a Secret failed, without anything that could be a value: webhooks and decoders quote what they refuse. */
export function concealedCause(code: number, status: Status): string {
  const { reason = "", details } = status;
  const text = messageIn(status);
  if (HARMLESS.some((pattern) => pattern.test(text))) return text;
  const fields = (details?.causes ?? []).map(({ field = "", reason: why = "" }) =>
    [field, why].filter(Boolean).join(": "),
  );
  const denial = DENIAL.exec(text);
  if (denial !== null) return denial[0] + WITHHELD;
  const told = [...fields, ...(text.match(TELLING) ?? [])].filter(Boolean);
  return told.length > 0 ? told.join("; ") : (reason || `status ${code}`) + WITHHELD;
}
