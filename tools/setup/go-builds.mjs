import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { families } from "./binaries.mjs";
import { cache, root } from "./paths.mjs";
import { duration, roughly, say } from "./progress.mjs";
import { run } from "./run.mjs";

const ENVIRONMENT = {
  CGO_ENABLED: "0",
  GOTOOLCHAIN: "local",
  GOFLAGS: "-trimpath -buildvcs=false -mod=readonly",
  GOWORK: "off",
};

/** Every Go binary with the file it is built into: `{name, seconds, folder, file, package, flags}`. */
export function goBinaries() {
  return families.flatMap((family) => {
    const module = join(root, "tools", "go", family.name);
    const folder = join(cache, "tools", familyHash(family, module));
    return family.binaries.map((binary) => ({
      name: binary.name,
      seconds: binary.seconds,
      folder,
      file: join(folder, binary.name),
      package: binary.package,
      flags: ["-C", module, "-tags", binary.tags ?? "", "-ldflags", `-s -w ${binary.ldflags ?? ""}`.trim()],
    }));
  });
}

/** The Go version is left out on purpose: an update of Go is no reason to spend a quarter of an hour. */
function familyHash(family, module) {
  const hash = createHash("sha256");
  const recipe = family.binaries.map((binary) => [binary.name, binary.package, binary.tags, binary.ldflags]);
  hash.update(JSON.stringify([ENVIRONMENT, recipe]));
  const sources = readdirSync(module).filter((file) => file.endsWith(".go"));
  for (const file of ["go.mod", "go.sum", ...sources.sort()]) hash.update(readFileSync(join(module, file)));
  return `${family.name}-${hash.digest("hex").slice(0, 16)}`;
}

/** Builds what is missing, one binary at a time: the Go compiler fills all cores by itself. */
export async function buildMissing(binaries) {
  for (const binary of binaries) {
    if (existsSync(binary.file)) continue;
    const started = Date.now();
    say(`building ${binary.name} (about ${roughly(binary.seconds)} from scratch on two cores)`);
    await build(binary);
    say(`built ${binary.name} in ${duration(Date.now() - started)}`);
  }
}

async function build(binary) {
  mkdirSync(binary.folder, { recursive: true });
  removeLeftovers(binary);
  const draft = join(binary.folder, `.${binary.name}.${process.pid}`);
  const args = ["build", ...binary.flags, "-o", draft, binary.package];
  await run("go", args, { env: { ...process.env, ...ENVIRONMENT } });
  renameSync(draft, binary.file);
}

/** Half-written results of interrupted builds. Called under the lock, so none of them is in use. */
function removeLeftovers({ folder, name }) {
  for (const entry of readdirSync(folder)) if (entry.startsWith(`.${name}.`)) rmSync(join(folder, entry));
}
