import type { Annotated } from "./given-annotations.ts";

/** An Application with these annotations, one a line from line 1 on. */
export function annotated(annotations: Readonly<Record<string, string>>): Annotated {
  const lines = Object.keys(annotations).map((key, index) => [key, index + 1] as const);
  return { file: "app.yaml", annotations, annotationLines: Object.fromEntries(lines) };
}
