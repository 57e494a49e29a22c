import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";

import { readReport } from "./signature-report.ts";

const FINGERPRINT = "0123456789ABCDEF0123456789ABCDEF01234567";
const GOOD = "[GNUPG:] GOODSIG 89ABCDEF01234567 A <a@x>";
const VALID = `[GNUPG:] VALIDSIG ${FINGERPRINT} 2026-01-01 1767225600 0 4 0 22 8 00 ${FINGERPRINT}`;
const SUBKEY = "F".repeat(40);
const BY_SUBKEY = `[GNUPG:] VALIDSIG ${SUBKEY} 2026-01-01 1767225600 0 4 0 22 8 00 ${FINGERPRINT}`;
const SSH = 'Good "git" signature for a@x with ED25519 key SHA256:abc+/1';

describe("readReport", () => {
  it.each([
    ["gpg", ["[GNUPG:] NEWSIG", GOOD, VALID, "[GNUPG:] TRUST_FULLY 0 tofu"], FINGERPRINT, [FINGERPRINT]],
    ["a subkey", [GOOD, BY_SUBKEY], SUBKEY, [SUBKEY, FINGERPRINT]],
    ["a key whose primary key is not said", [GOOD, `[GNUPG:] VALIDSIG ${SUBKEY}`], SUBKEY, [SUBKEY]],
    ["a key whose primary key is no fingerprint", [GOOD, `${VALID}x`], FINGERPRINT, [FINGERPRINT]],
    ["ssh", [SSH], "a@x (SHA256:abc+/1)", []],
    ["ssh on Windows", [`${SSH}\r`], "a@x (SHA256:abc+/1)", []],
  ])("believes a good signature of %s", (_, lines, signer, fingerprints) => {
    expect(readReport(0, lines.join("\n"))).toStrictEqual({ state: "good", signer, fingerprints });
  });

  it.each([
    ["the exit code disagrees", 1, [GOOD, VALID], /cannot be checked/],
    ["the program was killed", null, [SSH], /cannot be checked/],
    ["nothing was said although the program ended well", 0, [], /does not fit the content, or cannot be checked/],
    ["gpg speaks of no fingerprint", 0, [GOOD], /cannot be checked/],
    ["gpg speaks of no key", 0, [VALID], /cannot be checked/],
    ["two signatures are good", 0, [GOOD, VALID, GOOD, VALID], /cannot be checked/],
    ["one of two signatures is bad", 0, [GOOD, VALID, "[GNUPG:] BADSIG 89AB x"], /does not fit the content/],
    ["the content was changed", 1, ["[GNUPG:] BADSIG 89AB x"], /does not fit the content/],
    ["the key is unknown", 1, ["[GNUPG:] ERRSIG 89AB 22 8 00 1 9", "[GNUPG:] NO_PUBKEY 89AB"], /not among the allowed/],
    ["the key has expired", 0, ["[GNUPG:] EXPKEYSIG 89AB x", VALID], /key of the signature has expired/],
    ["the signature has expired", 0, ["[GNUPG:] EXPSIG 89AB x", VALID], /signature has expired/],
    ["the key was revoked", 0, ["[GNUPG:] REVKEYSIG 89AB x", VALID], /was revoked/],
    ["gpg's words stand in the middle of a line", 0, [`x ${GOOD}`, `x ${VALID}`], /cannot be checked/],
    [
      "ssh knows nobody with this key",
      0,
      ['Good "git" signature with ED25519 key SHA256:abc', "No principal matched."],
      /not among/,
    ],
    ["ssh knows somebody and nobody", 0, [SSH, "No principal matched."], /not among/],
    ["ssh says it twice", 0, [SSH, SSH], /not among/],
    ["ssh speaks of another purpose", 0, ['Good "file" signature for a@x with ED25519 key SHA256:abc'], /not among/],
    ["ssh cannot verify", 255, ["Could not verify signature."], /does not fit the content/],
  ])("does not believe it when %s", (_, code, lines, reason) => {
    const report = readReport(code, lines.join("\n"));
    expect(report).toMatchObject({ state: "bad", reason: expect.stringMatching(reason) });
  });

  it("believes nothing that is put together from other words", () => {
    const words = [
      "GOODSIG x",
      "VALIDSIG x",
      "BADSIG x",
      "NODATA 1",
      "ERRSIG x",
      "TRUST_FULLY",
      "NOTATION_DATA GOODSIG",
    ];
    const lines = fc.array(fc.constantFrom(...words.map((word) => `[GNUPG:] ${word}`), "Good", "", "Bad"));
    fc.assert(fc.property(lines, (text) => expect(readReport(0, text.join("\n")).state).toBe("bad")));
  });
});
