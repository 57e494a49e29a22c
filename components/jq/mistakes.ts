import type { Failure } from "../error.ts";
import { findMistake } from "./select.ts";

/** An expression and where it stands. */
export interface PlacedExpression {
  readonly text: string;
  readonly line: number;
  readonly property: string;
}

/** Every one of these expressions of a file that is no jq, or selects no paths. */
export async function findMistakes(
  file: string,
  expressions: readonly PlacedExpression[],
): Promise<readonly Failure[]> {
  const judged = await Promise.all(
    expressions.map(async ({ text, line, property }) => {
      const mistake = await findMistake(text);
      return mistake === undefined ? [] : [{ file, line, property, reason: `${JSON.stringify(text)}: ${mistake}` }];
    }),
  );
  return judged.flat();
}
