/** `*` stands for any text, `?` for one character. */
export function globToRegExp(glob: string, flags = ""): RegExp {
  const escaped = glob.replaceAll(/[.+^${}()|[\]\\]/g, "\\$&");
  return new RegExp(`^${escaped.replaceAll(/\*+/g, ".*").replaceAll("?", ".")}$`, flags);
}
