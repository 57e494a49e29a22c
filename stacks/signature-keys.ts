import type { SignaturePolicy } from "../components/index.ts";
import { list, memberOf, oneOf, record, refuse, text } from "./decode.ts";
import type { Place } from "./decode.ts";

const SIGNATURE = record<SignaturePolicy>({
  repositories: list(text("a pattern like https://github.com/my-org/*")),
  mode: oneOf("commit", "tag", "either"),
  allowedSigners: text("a file"),
  gpgKeys: list(text("a file")),
});

/** One item of `gitops:signatures`. */
export function decodeSignature(value: unknown, place: Place): SignaturePolicy | undefined {
  const { repositories = [], mode = "commit", allowedSigners, gpgKeys = [] } = SIGNATURE(value, place) ?? {};
  if (place.failures.length > 0) return undefined;
  if (repositories.length === 0) refuse(memberOf(place, "repositories"), "at least one pattern", undefined);
  if (allowedSigners === undefined && gpgKeys.length === 0)
    refuse(place, "allowedSigners (ssh), gpgKeys or both, without which nobody could sign", value);
  return { repositories, mode, gpgKeys, ...(allowedSigners === undefined ? {} : { allowedSigners }) };
}
