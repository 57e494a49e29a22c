/**
 * The name of a kind's collection in paths and in RBAC rules, by the convention that every built-in kind and nearly every custom one
 * follows: the English plural in lower case.
 */
export function resourceNameOf(kind: string): string {
  const name = kind.toLowerCase();
  if (name === "endpoints") return name;
  if (/(?:s|x|ch|sh)$/.test(name)) return `${name}es`;
  return /[^aeiou]y$/.test(name) ? `${name.slice(0, -1)}ies` : `${name}s`;
}
