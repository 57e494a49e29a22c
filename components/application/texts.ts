import { isLabelValue, isQualifiedName } from "./names.ts";
import { quote } from "./quote.ts";
import { fail, readMembers, readText } from "./reader.ts";
import type { Place, Reader } from "./reader.ts";

export type Texts = Readonly<Record<string, string>>;

/** A map of texts with Kubernetes keys. The result has no inherited members, so a key is never mistaken for one. */
export function readTexts(
  reader: Reader,
  place: Place,
  check: (member: Place, value: string, key: string) => void,
): Texts {
  const texts = Object.create(null) as Record<string, string>;
  for (const [key, member] of readMembers(reader, place) ?? []) {
    if (!isQualifiedName(key)) fail(reader, member, "expected a key like example.com/name");
    const value = readText(reader, member);
    if (value === undefined) continue;
    check(member, value, key);
    texts[key] = value;
  }
  return texts;
}

export function readLabels(reader: Reader, place: Place): Texts {
  return readTexts(reader, place, (member, value) => {
    if (!isLabelValue(value))
      fail(reader, member, `expected a label value of at most 63 letters, digits, -, _ and ., found ${quote(value)}`);
  });
}
