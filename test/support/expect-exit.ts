import type { Run } from "./command.ts";

/** @returns everything the program said @throws with it when the exit code is another one */
export function expectExit({ code, output }: Pick<Run, "code" | "output">, expected: number): string {
  if (code !== expected) throw new Error(`expected exit code ${expected}, found ${String(code)}:\n${output}`);
  return output;
}
