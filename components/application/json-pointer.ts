/**
 * The steps of a JSON pointer (RFC 6901), or what was expected of a text that is none. `-`, the place after a list's last item,
 * means nothing here: there is no value.
 */
export function parsePointer(text: string): readonly string[] | string {
  const [before, ...tokens] = text.split("/");
  // No field of Kubernetes has an empty name: an empty part is a slip.
  if (before !== "" || tokens.length === 0 || tokens.includes("")) return "expected a JSON pointer like /spec/replicas";
  if (/~(?![01])/.test(text)) return "expected ~0 for ~ and ~1 for / in a JSON pointer";
  if (tokens.includes("-")) return 'expected a position instead of "-", which means an item that is not there';
  return tokens.map((token) => token.replaceAll("~1", "/").replaceAll("~0", "~"));
}
