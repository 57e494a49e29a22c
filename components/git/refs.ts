export interface Ref {
  /** Annotated tags stand for the commit they name. */
  readonly commit: string;
  /** The annotated tag's own object, which may be signed. */
  readonly tag?: string;
}

/** What a repository offers, by full ref name. */
export type Refs = ReadonlyMap<string, Ref>;

const LINE = /^(?<hash>[0-9a-f]{40})\t(?<name>[^\t]+)$/;
const PEELED = "^{}";
export const BRANCHES = "refs/heads/";
export const TAGS = "refs/tags/";

/** Reads the output of `git ls-remote`; undefined when it is something else. Names come from the server and are only ever compared. */
export function parseRefs(text: string): Refs | undefined {
  const refs = new Map<string, Ref>();
  for (const line of text.split("\n")) {
    if (line === "" || line.startsWith("ref: ")) continue;
    const { hash, name } = LINE.exec(line)?.groups ?? {};
    if (hash === undefined || name === undefined) return undefined;
    // Git prints the peeled line right after the tag's own.
    const tag = name.endsWith(PEELED) ? refs.get(name.slice(0, -PEELED.length))?.commit : undefined;
    if (tag === undefined) refs.set(name, { commit: hash });
    else refs.set(name.slice(0, -PEELED.length), { commit: hash, tag });
  }
  return refs;
}

/** A revision that names its commit itself, in lower case. */
export function commitOf(revision: string): string | undefined {
  return /^[0-9a-f]{40}$/i.test(revision) ? revision.toLowerCase() : undefined;
}

/**
 * The full name of the ref that a name stands for, by Git's own order of looking (gitrevisions(7)): the full name, then `refs/<name>`,
 * then a tag, then a branch. So a tag wins over a branch of the same name; `refs/heads/<name>` names the branch.
 */
export function findRef(refs: Refs, name: string): string | undefined {
  if (name === "HEAD") return refs.has("HEAD") ? "HEAD" : undefined;
  const full = name.startsWith("refs/") ? [name] : [];
  return [...full, `refs/${name}`, TAGS + name, BRANCHES + name].find((candidate) => refs.has(candidate));
}

/** Without the part before the prefix: branches, or tags. */
export function namesUnder(refs: Refs, prefix: string): readonly string[] {
  return [...refs.keys()].filter((name) => name.startsWith(prefix)).map((name) => name.slice(prefix.length));
}
