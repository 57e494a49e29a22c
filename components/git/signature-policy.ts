/** Which repositories must be signed, and by whom. */
export interface SignaturePolicy {
  /** Patterns of repositories, `*` for any text; `https://host/org/*`, `git@host:org/*` and `host/org/*` mean the same. */
  readonly repositories: readonly string[];
  /** What must be signed: the commit, the annotated tag that the target is, or one of them. */
  readonly mode: "commit" | "tag" | "either";
  /** A file as ssh-keygen(1) describes it under ALLOWED SIGNERS. */
  readonly allowedSigners?: string;
  /** Files with OpenPGP public keys. */
  readonly gpgKeys?: readonly string[];
}

/** The first policy that names the repository. */
export function policyFor(policies: readonly SignaturePolicy[], repoURL: string): SignaturePolicy | undefined {
  const place = placeOf(repoURL);
  return policies.find(({ repositories }) => repositories.some((pattern) => matches(placeOf(pattern), place)));
}

/**
 * Host and path alone, so that another way of writing the same repository does not escape its policy: transport, user, port, `.git`,
 * dots, further slashes and the case of letters do not count.
 */
function placeOf(url: string): string {
  const [, host = "", path = ""] =
    /^(?:[a-z+]+:\/\/)?(?:[^/@]*@)?([^/:]*)(?::\d+(?=\/|$))?[:/]*(.*)$/i.exec(decode(url)) ?? [];
  const parts: string[] = [];
  for (const part of path.split("/").filter((name) => name !== "" && name !== ".")) {
    if (part === "..") parts.pop();
    else parts.push(part);
  }
  return [host, ...parts]
    .join("/")
    .toLowerCase()
    .replace(/\.git$/, "");
}

/** Servers decode `%61` before they look for a repository. */
function decode(url: string): string {
  try {
    return decodeURIComponent(url);
  } catch {
    return url;
  }
}

function matches(pattern: string, place: string): boolean {
  const parts = pattern.split("*").map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${parts.join(".*")}$`, "s").test(place);
}
