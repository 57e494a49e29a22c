/**
 * Whether the id of a key, 16 or 40 hexadecimal digits in either case, stands for the key with this fingerprint. All digits count:
 * Argo CD compares the last 16 alone (util/sourceintegrity, KeyID). Newer keys have a fingerprint of 64 digits, and it begins with their id.
 * @param fingerprint in upper case
 */
export function namesKey(id: string, fingerprint: string): boolean {
  const digits = id.replace(/^0x/i, "").toUpperCase();
  if (!/^(?:[0-9A-F]{16}|[0-9A-F]{40})$/.test(digits)) return false;
  if (digits.length === 40) return digits === fingerprint;
  return fingerprint.length === 40 ? fingerprint.endsWith(digits) : fingerprint.startsWith(digits);
}

/** What is wrong with ids, each of which has to stand for one key: a sentence about each. */
export function mistakesInIds(ids: readonly string[], fingerprints: readonly string[]): readonly string[] {
  return ids.flatMap((id) => {
    const found = fingerprints.filter((fingerprint) => namesKey(id, fingerprint));
    if (found.length === 1) return [];
    return [
      found.length === 0
        ? `${id} is in none of its gpgKeys files`
        : `${id} stands for more than one key of its gpgKeys files, give all 40 digits`,
    ];
  });
}
