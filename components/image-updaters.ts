import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";

import type { Application } from "./application/application.ts";
import type { Given } from "./image/given.ts";
import type { Annotated } from "./image/given-annotations.ts";
import { givenByAnnotations } from "./image/given-annotations.ts";
import { givenByUpdaters } from "./image/given-updaters.ts";
import { parseImageUpdaters } from "./image/image-updater.ts";

/** Finds out what an Application's annotations, or an ImageUpdater for it, say about its images. */
export type GivenFor = (application: Pick<Application, "name" | "labels"> & Annotated) => Given;

/**
 * Reads every ImageUpdater below a folder; without the folder only annotations count. An ImageUpdater wins over annotations, unless
 * it asks for them. A mistake in one of them concerns every Application: whom it is for is not known, and without its rules images
 * would go back to what Git says.
 */
export function readImageUpdaters(folder: string): GivenFor {
  const names = globSync("**/*.{yaml,yml,json}", { cwd: folder }).toSorted();
  const files = names.map((name) => ({ file: join(folder, name), text: readFileSync(join(folder, name), "utf8") }));
  const parsed = parseImageUpdaters(files);
  const updaters = parsed.flatMap(({ resources }) => resources);
  const failures = parsed.flatMap(({ broken }) => broken.flatMap((one) => one.failures));
  return (application) => {
    const given = givenByUpdaters(application, updaters) ?? givenByAnnotations(application);
    return failures.length === 0 ? given : { ...given, failures: [...failures, ...given.failures] };
  };
}
