/**
 * A repository's URL as projects compare it: lower case, without `.git`, and every form of SSH the same (argo-cd util/git,
 * NormalizeGitURL).
 */
export function comparableRepository(url: string): string {
  const text = url.trim().toLowerCase();
  const scp = /^([^/:@\s]+@[^/:\s]+):(?!\/)(.*)$/.exec(text);
  const plain = scp === null ? text.replace(/^ssh:\/\//, "") : `${scp[1] ?? ""}/${scp[2] ?? ""}`;
  return plain.replace(/\.git$/, "");
}

/** Whether a path leads elsewhere than it reads, as `/my-org/../other` does for any HTTP client. */
export function hasDotSegment(url: string): boolean {
  return /(?:^|[/:])(?:\.|%2e){1,2}(?:\/|%2f|$)|%2f|%5c/i.test(url);
}
