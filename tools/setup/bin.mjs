import {
  copyFileSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join, relative } from "node:path";
import { bin, root } from "./paths.mjs";

const dynamicProvider = join(root, "node_modules", "@pulumi", "pulumi", "pulumi-resource-pulumi-nodejs");

// This language host takes flags where newer ones read `runtime.options` of Pulumi.yaml. Type stripping is Node's work here.
const LANGUAGE_HOST = `#!/bin/sh
nodeargs=$(sed -n 's/^ *nodeargs: *//p' Pulumi.yaml 2>/dev/null)
exec "$(dirname "$0")/pulumi-language-nodejs.real" -typescript=false -nodeargs="$nodeargs" "$@"
`;

/**
 * Makes the folder for PATH: links to the shared binaries (`{name, file}`) and what Pulumi wants beside its CLI.
 * Touches only what is not right already, each by one rename, so a command that runs from here meanwhile never finds a gap.
 */
export function linkBin(binaries) {
  mkdirSync(bin, { recursive: true });
  for (const { name, file } of binaries) {
    if (name === "pulumi") sameFile(name, file);
    else if (name === "pulumi-language-nodejs") link(`${name}.real`, file);
    else link(name, file);
  }
  script("pulumi-language-nodejs", LANGUAGE_HOST);
  // Relative, so it stays right when the checkout moves.
  link("pulumi-resource-pulumi-nodejs", relative(bin, dynamicProvider));
}

/** The CLI resolves links to itself and looks for its plugins beside the file it finds: it must really lie in this folder. */
function sameFile(name, file) {
  const wanted = statSync(file);
  const found = lstatSync(join(bin, name), { throwIfNoEntry: false });
  if (found?.ino === wanted.ino || (found?.size === wanted.size && found.mtimeMs === wanted.mtimeMs)) return;
  place(name, (draft) => {
    try {
      linkSync(file, draft);
    } catch {
      // The cache lies on another file system.
      copyFileSync(file, draft);
      utimesSync(draft, wanted.atime, wanted.mtime);
    }
  });
}

function link(name, target) {
  const path = join(bin, name);
  if (lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() && readlinkSync(path) === target) return;
  place(name, (draft) => symlinkSync(target, draft));
}

function script(name, text) {
  const path = join(bin, name);
  if (lstatSync(path, { throwIfNoEntry: false })?.isFile() && readFileSync(path, "utf8") === text) return;
  place(name, (draft) => writeFileSync(draft, text, { mode: 0o755 }));
}

function place(name, make) {
  const draft = join(bin, `.${name}.${process.pid}`);
  rmSync(draft, { force: true });
  make(draft);
  renameSync(draft, join(bin, name));
}
