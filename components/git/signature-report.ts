/** What `git verify-commit --raw` and `git verify-tag --raw` said. */
export type SignatureReport = GoodSignature | { readonly state: "bad"; readonly reason: string };

export interface GoodSignature {
  readonly state: "good";
  readonly signer: string;
  /** Of the OpenPGP key that signed and of the primary key that it belongs to, in upper case; none for ssh. */
  readonly fingerprints: readonly string[];
}

const STATUS = /^\[GNUPG:\] (\S+)(?: (.*))?$/;
/** gpg's words for a signature that is not good now (doc/DETAILS of GnuPG), and what they mean. */
const BAD: Readonly<Record<string, string>> = {
  BADSIG: "the signature does not fit the content",
  ERRSIG: "the signature cannot be checked: its key is not among the allowed ones",
  NO_PUBKEY: "the signature cannot be checked: its key is not among the allowed ones",
  EXPSIG: "the signature has expired",
  EXPKEYSIG: "the key of the signature has expired",
  REVKEYSIG: "the key of the signature was revoked",
  KEYREVOKED: "the key of the signature was revoked",
};
const SSH_GOOD = /^Good "git" signature for (\S+) with \S+ key (SHA256:\S+)$/;

/**
 * Reads the words, and believes the exit code only when it agrees: programs have been known to end with 0 after a signature that they
 * could not check. One signature, one verdict; anything else is bad.
 */
export function readReport(code: number | null, text: string): SignatureReport {
  const lines = text.split("\n").map((line) => line.trimEnd());
  const statuses = lines.map((line) => STATUS.exec(line)).filter((match) => match !== null);
  const report = statuses.length > 0 ? readGpg(statuses) : readSsh(lines);
  if (report.state === "bad" || code === 0) return report;
  return { state: "bad", reason: "the signature cannot be checked" };
}

function readGpg(statuses: readonly RegExpExecArray[]): SignatureReport {
  const words = statuses.map(([, word = ""]) => word);
  const bad = words.find((word) => Object.hasOwn(BAD, word));
  if (bad !== undefined) return { state: "bad", reason: BAD[bad] ?? bad };
  const good = words.filter((word) => word === "GOODSIG").length;
  const valid = statuses.filter(([, word]) => word === "VALIDSIG");
  // The fingerprint, eight values of the signature, and that of the primary key.
  const values = (valid[0]?.[2] ?? "").split(" ");
  const [fingerprint, primary] = [values[0], values[9]].map(fingerprintIn);
  if (good !== 1 || valid.length !== 1 || fingerprint === undefined)
    return { state: "bad", reason: "the signature cannot be checked" };
  const fingerprints = primary === undefined || primary === fingerprint ? [fingerprint] : [fingerprint, primary];
  return { state: "good", signer: fingerprint, fingerprints };
}

function fingerprintIn(text: string | undefined): string | undefined {
  return text !== undefined && /^[0-9A-F]{40,64}$/.test(text) ? text : undefined;
}

function readSsh(lines: readonly string[]): SignatureReport {
  const good = lines.filter((line) => line.startsWith("Good ")).map((line) => SSH_GOOD.exec(line));
  const [only] = good;
  if (good.length === 1 && only !== null && only !== undefined && !lines.some(isSshFailure))
    return { state: "good", signer: `${only[1]} (${only[2]})`, fingerprints: [] };
  const isUnknown = lines.some((line) => line.startsWith("No principal matched") || line.startsWith("Good "));
  const reason = isUnknown
    ? "the key of the signature is not among the allowed ones, or was not valid then"
    : "the signature does not fit the content, or cannot be checked";
  return { state: "bad", reason };
}

function isSshFailure(line: string): boolean {
  return /^(Could not verify|No principal matched|Signature verification failed|error:)/.test(line);
}
