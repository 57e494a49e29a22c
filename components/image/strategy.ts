/** How the tag to run is found among those allowed. */
export type Strategy = "semver" | "alphabetical" | "newest-build" | "digest";

/** `latest` and `name` are what the first versions of Image Updater called them. */
const NAMES: Readonly<Record<string, Strategy>> = {
  semver: "semver",
  alphabetical: "alphabetical",
  name: "alphabetical",
  "newest-build": "newest-build",
  latest: "newest-build",
  digest: "digest",
};

/** Reads the value of `update-strategy`, in any case. Undefined for a name that is not known. */
export function parseStrategy(text: string): Strategy | undefined {
  const name = text.trim().toLowerCase();
  return Object.hasOwn(NAMES, name) ? NAMES[name] : undefined;
}

export const STRATEGIES = Object.keys(NAMES);
