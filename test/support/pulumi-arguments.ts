/** What a pipeline adds, and the tests too: nobody is there to answer, and a log shows no colours. */
export const UNATTENDED: readonly string[] = ["--non-interactive", "--color=never"];
/** A preview that fails with 7 when there is anything to do. */
export const GATE: readonly string[] = ["--diff", "--expect-no-changes"];

export function upArguments(stack: string, args: readonly string[] = []): readonly string[] {
  return ["up", `--stack=${stack}`, "--yes", ...args];
}

export function previewArguments(stack: string, args: readonly string[] = []): readonly string[] {
  return ["preview", `--stack=${stack}`, ...args];
}
