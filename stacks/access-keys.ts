import { isDnsLabel } from "../components/application/names.ts";
import type { AccessSettings } from "../components/access-report.ts";
import type { Place } from "./decode.ts";
import { flag, list, record, refuse, text } from "./decode.ts";

type Subject = NonNullable<AccessSettings["deployers"]>[number];

/** Who may deploy and preview, beside the accounts that are made for it. */
export const decodeAccess = record<AccessSettings>({
  create: flag,
  namespace: text("the name of a namespace", isDnsLabel),
  deployers: list(decodeSubject),
  viewers: list(decodeSubject),
});

const FORMS = '"User:<name>", "Group:<name>" or "ServiceAccount:<namespace>/<name>"';

function decodeSubject(value: unknown, place: Place): Subject | undefined {
  const [, kind, rest = ""] = /^(User|Group|ServiceAccount):(.+)$/.exec(typeof value === "string" ? value : "") ?? [];
  if (kind === "User" || kind === "Group") return { kind, name: rest };
  const [, namespace, name] = /^([a-z0-9-]+)\/([a-z0-9.-]+)$/.exec(rest) ?? [];
  if (kind === "ServiceAccount" && namespace !== undefined && name !== undefined)
    return { kind: "ServiceAccount", namespace, name };
  refuse(place, FORMS, value);
  return undefined;
}
