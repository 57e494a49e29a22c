import { createHash, timingSafeEqual } from "node:crypto";

/** User name and password of an `Authorization: Basic` header; undefined without one. */
export function basicCredentials(header) {
  const found = /^Basic (.+)$/i.exec(header ?? "");
  if (found === null) return undefined;
  const text = Buffer.from(found[1], "base64").toString();
  const colon = text.indexOf(":");
  return { username: text.slice(0, Math.max(colon, 0)), password: text.slice(colon + 1) };
}

/** Compares two secrets without telling by the time it takes where they differ. */
export function equals(one, other) {
  const digest = (text) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(one), digest(other));
}
