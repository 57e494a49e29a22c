import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";

import { findProgram } from "../../components/git/limits.ts";
import { git } from "./git-server.ts";

/** A name may hold bytes that are no UTF-8. */
export type ForgedEntry = readonly [mode: string, name: string | Buffer, hash: string];

/** Any tree at all, also one that Git itself would not write; returns its hash. */
export function forgeTree(repository: string, entries: readonly ForgedEntry[]): string {
  const [tree = ""] = forgeTrees(repository, [entries]);
  return tree;
}

/** Many of them with one process. */
export function forgeTrees(repository: string, trees: readonly (readonly ForgedEntry[])[]): readonly string[] {
  const folder = mkdtempSync(join(tmpdir(), "git-forge-"));
  try {
    const files = trees.map((entries, index) => {
      const bytes = entries.map(([mode, name, hash]) =>
        Buffer.concat([Buffer.from(`${mode} `), Buffer.from(name), Buffer.from([0]), Buffer.from(hash, "hex")]),
      );
      const file = join(folder, String(index));
      writeFileSync(file, Buffer.concat(bytes));
      return file;
    });
    const args = ["hash-object", "-w", "-t", "tree", "--literally", "--stdin-paths"];
    return git(repository, args, files.map((file) => `${file}\n`).join("")).split("\n");
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A PATH on which `git` notes its arguments, one call a line, before it runs. @param folder for it, empty */
export function pathWithNotes(folder: string, notes: string): string {
  const real = findProgram("git", process.env["PATH"]);
  writeFileSync(join(folder, "git"), `#!/bin/sh\nprintf '%s\\n' "$*" >> '${notes}'\nexec '${real ?? ""}' "$@"\n`);
  chmodSync(join(folder, "git"), 0o755);
  return `${folder}${delimiter}${process.env["PATH"] ?? ""}`;
}
