// Certificates for tests, made on the spot: no key lies in the repository, and none expires.
import type { KeyObject } from "node:crypto";
import { generateKeyPairSync, randomBytes, sign } from "node:crypto";

export interface Issued {
  /** PEM. */
  readonly cert: string;
  /** PEM. */
  readonly key: string;
}

interface Issuer extends Issued {
  readonly name: string;
}

/** A certificate authority of its own. */
export function makeAuthority(name = "authority"): Issuer {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const cert = certificate({ subject: name, issuer: name, publicKey, signer: privateKey, extensions: [AUTHORITY] });
  return { name, cert, key: pemKey(privateKey) };
}

/** A certificate for servers (`names`: DNS names or IPv4 addresses) and for clients (`subject`). */
export function issue(authority: Issuer, subject: string, names: readonly string[] = []): Issued {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const signer = { key: authority.key, dsaEncoding: "der" } as const;
  const extensions = names.length === 0 ? [] : [extension("551d11", sequence(...names.map(alternativeName)))];
  return {
    cert: certificate({ subject, issuer: authority.name, publicKey, signer, extensions }),
    key: pemKey(privateKey),
  };
}

interface Draft {
  readonly subject: string;
  readonly issuer: string;
  readonly publicKey: KeyObject;
  readonly signer: Parameters<typeof sign>[2];
  readonly extensions: readonly Buffer[];
}

// X.509 in DER: RFC 5280 section 4.1.
function certificate({ subject, issuer, publicKey, signer, extensions }: Draft): string {
  const algorithm = sequence(oid("2a8648ce3d040302"));
  const body = sequence(
    tagged(0xa0, tagged(0x02, Buffer.from([2]))),
    tagged(0x02, Buffer.concat([Buffer.from([1]), randomBytes(8)])),
    algorithm,
    nameOf(issuer),
    sequence(...["20200101000000Z", "21200101000000Z"].map((time) => tagged(0x18, Buffer.from(time)))),
    nameOf(subject),
    publicKey.export({ type: "spki", format: "der" }),
    ...(extensions.length === 0 ? [] : [tagged(0xa3, sequence(...extensions))]),
  );
  const signature = tagged(0x03, Buffer.concat([Buffer.from([0]), sign("sha256", body, signer)]));
  const text = sequence(body, algorithm, signature).toString("base64");
  return `-----BEGIN CERTIFICATE-----\n${text.match(/.{1,64}/g)?.join("\n")}\n-----END CERTIFICATE-----\n`;
}

const AUTHORITY = extension("551d13", sequence(tagged(0x01, Buffer.from([0xff]))));

function extension(id: string, value: Buffer): Buffer {
  return sequence(oid(id), tagged(0x04, value));
}

function alternativeName(name: string): Buffer {
  const isAddress = /^[\d.]+$/.test(name);
  return isAddress ? tagged(0x87, Buffer.from(name.split(".").map(Number))) : tagged(0x82, Buffer.from(name));
}

function nameOf(name: string): Buffer {
  return sequence(tagged(0x31, sequence(oid("550403"), tagged(0x0c, Buffer.from(name)))));
}

function oid(hex: string): Buffer {
  return tagged(0x06, Buffer.from(hex, "hex"));
}

function sequence(...parts: readonly Buffer[]): Buffer {
  return tagged(0x30, Buffer.concat(parts));
}

function tagged(tag: number, content: Buffer): Buffer {
  const size = content.length;
  const length = size < 0x80 ? [size] : size < 0x100 ? [0x81, size] : [0x82, size >> 8, size & 0xff];
  return Buffer.concat([Buffer.from([tag, ...length]), content]);
}

function pemKey(key: KeyObject): string {
  return key.export({ type: "pkcs8", format: "pem" }).toString();
}
