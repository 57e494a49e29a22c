const MAX_SHOWN = 80;

/** Text from a file, safe in a terminal and a CI log: quoted, cut, without control, invisible or direction characters. */
export function quote(text: string): string {
  const cut = text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}...` : text;
  return escapeUnprintable(JSON.stringify(cut));
}

/** Every character that is not plainly visible as \u escape. */
export function escapeUnprintable(text: string): string {
  return text.replace(
    /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}]/gu,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** The path of a field: `spec.source`, `metadata.annotations["example.com/key"]`. */
export function memberPath(path: string, key: string): string {
  if (!/^[A-Za-z0-9_-]{1,63}$/.test(key)) return `${path}[${quote(key)}]`;
  return path === "" ? key : `${path}.${key}`;
}
