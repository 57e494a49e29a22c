import { X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";

import type { Section } from "./section.ts";

/**
 * What `<key>-data` holds (base64), or else the file that `<key>` names, relative to the folder of the kubeconfig.
 * A mistake is noted at the section.
 */
export async function readPem(section: Section, key: string): Promise<string | undefined> {
  const data = section.text(`${key}-data`);
  if (data !== undefined && data !== "") return decode(section, `${key}-data`, data);
  const file = section.text(key);
  if (file === undefined || file === "") return undefined;
  try {
    return checkPem(section, key, await readFile(pathIn(section, file), "utf8"));
  } catch (error) {
    section.fail(
      key,
      `${pathIn(section, file)} cannot be read (${(error as NodeJS.ErrnoException).code ?? "unknown error"})`,
    );
    return undefined;
  }
}

/** A path in a kubeconfig, made absolute. */
export function pathIn({ file }: Section, path: string): string {
  return resolve(dirname(file), path);
}

/** Like {@link readPem}, for certificates: every one of them must be readable. */
export async function readCertificates(section: Section, key: string): Promise<string | undefined> {
  const text = await readPem(section, key);
  if (text === undefined) return undefined;
  if (isCertificates(text)) return text;
  const field = section.keys().includes(`${key}-data`) ? `${key}-data` : key;
  section.fail(field, "expected PEM certificates, found something else");
  return undefined;
}

/** Whether every certificate in a PEM text can be read, and there is one. */
export function isCertificates(text: string): boolean {
  try {
    for (const block of text.match(CERTIFICATE) ?? [text]) new X509Certificate(block);
    return true;
  } catch {
    return false;
  }
}

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g;

function decode(section: Section, key: string, data: string): string | undefined {
  return checkPem(section, key, Buffer.from(data, "base64").toString("utf8"));
}

function checkPem(section: Section, key: string, text: string): string | undefined {
  if (text.includes("-----BEGIN ")) return text;
  section.fail(key, `expected PEM text${key.endsWith("-data") ? " in base64" : ""}, found something else`);
  return undefined;
}
