import type { ApplicationOverlay } from "./application/overlay.ts";
import { closest } from "./application/suggest.ts";

/** What is wrong with overrides that no Application answers to. @param names of all Applications */
export function unknownOverrides(
  overrides: Readonly<Record<string, ApplicationOverlay>>,
  names: readonly string[],
): readonly string[] {
  const unknown = Object.keys(overrides).filter((name) => !names.includes(name));
  return unknown.map((name) => `gitops:overrides: ${unknownApplication(name, names)}`);
}

/** The complaint about a name that no Application has. */
export function unknownApplication(name: string, names: readonly string[]): string {
  const hint = closest(name, names);
  return `there is no Application ${name}${hint === undefined ? "" : `; did you mean ${hint}?`}`;
}
