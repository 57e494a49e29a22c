import { causeOf, GitOpsError, isGitOpsError } from "../error.ts";
import { runJq } from "./jq.ts";

/** Part of a list, as in `.[1:3]`; null is the end that was left open. */
export interface JqSlice {
  readonly start: number | null;
  readonly end: number | null;
}

/** As jq's `path` gives it: members, positions (negative ones count from the end), slices. */
export type JqPath = readonly (string | number | JqSlice)[];

/** What an expression selects in one document; or why jq could not say. */
export type Selection = { readonly paths: readonly JqPath[] } | { readonly problem: string };

const LONGEST_PROBLEM = 200;

/**
 * The paths that `del(expression)` would delete, for each document on its own.
 * @throws GitOpsError Invalid naming the expression, when it is no jq, or needs too much time or memory
 */
export async function selectPaths(expression: string, documents: readonly unknown[]): Promise<readonly Selection[]> {
  try {
    return await select(expression, documents);
  } catch (error) {
    if (!isGitOpsError(error) || error.code !== "Invalid") throw error;
    throw new GitOpsError(`jq expression ${JSON.stringify(expression)}: ${error.message}`, { code: "Invalid" });
  }
}

/** What is wrong with an expression whatever document it meets, in words that follow its name; or undefined. */
export async function findMistake(expression: string): Promise<string | undefined> {
  try {
    // On its own, so that `.a), path(.b` is not completed by the parentheses around it.
    await runJq({ program: `def expression: ${expression}\n; null`, document: "null" });
    const [selection] = await select(expression, [null]);
    const problem = selection !== undefined && "problem" in selection ? selection.problem : "";
    return problem.startsWith("Invalid path expression") ? "gives values, not paths like .spec.replicas" : undefined;
  } catch (error) {
    if (isGitOpsError(error) && error.code === "Invalid") return causeOf(error);
    throw error;
  }
}

async function select(expression: string, documents: readonly unknown[]): Promise<readonly Selection[]> {
  const program = `[$document[] | try {paths: [path(${expression}\n)]} catch {problem: tojson}]`;
  const output = await runJq({ program, document: JSON.stringify(documents) });
  // `halt` ends all of jq.
  if (output === "") throw new GitOpsError("ends jq without an answer", { code: "Invalid" });
  return (JSON.parse(output) as readonly Selection[]).map((selection) =>
    "problem" in selection ? { problem: inWords(JSON.parse(selection.problem)) } : selection,
  );
}

function inWords(problem: unknown): string {
  const text = typeof problem === "string" ? problem : JSON.stringify(problem);
  return text.length > LONGEST_PROBLEM ? `${text.slice(0, LONGEST_PROBLEM)}…` : text;
}
