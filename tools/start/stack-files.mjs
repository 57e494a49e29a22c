import { execFileSync } from "node:child_process";
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const SALT = /^encryptionsalt:.*\n?/m;

/**
 * Pulumi writes the salt of the sandbox's passphrase into the stack's own file, where it belongs for a real stack and does not for this one: it would
 * be a change in the checkout, and the next sandbox has another passphrase. This takes such a line out and gives a function that puts the files
 * back as they were found; a salt that is committed belongs to somebody's real stack and comes back too.
 */
export function setStackFilesAside(root) {
  const files = readdirSync(root).filter((name) => /^Pulumi\..+\.yaml$/.test(name));
  const found = files.map((name) => ({ name, path: join(root, name), text: readFileSync(join(root, name), "utf8") }));
  const kept = found.map(({ name, path, text }) => ({
    path,
    text: hasCommittedSalt(root, name) ? text : withoutSalt(text),
  }));
  for (const { path, text } of found) writeIfChanged(path, withoutSalt(text));
  return () => {
    for (const { path, text } of kept) writeIfChanged(path, text);
  };
}

function hasCommittedSalt(root, name) {
  try {
    const options = { cwd: root, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] };
    return SALT.test(execFileSync("git", ["show", `HEAD:./${name}`], options));
  } catch {
    // Not a checkout, so there is nothing to tell whose salt it is.
    return true;
  }
}

function withoutSalt(text) {
  return text.replace(SALT, "");
}

function writeIfChanged(path, text) {
  if (readFileSync(path, "utf8") !== text) writeFileSync(path, text);
}
