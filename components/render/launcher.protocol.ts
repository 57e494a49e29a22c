import type { ErrorCode } from "../error.ts";
import type { ChildCommand, ChildResult } from "../git/child.ts";

/** What the program asks of its launcher. */
export interface LaunchOrder {
  readonly id: number;
  readonly command: ChildCommand;
}

/** How the child ended, or why it did not start. */
export type LaunchReport = { readonly id: number } & (
  | { readonly result: ChildResult }
  | { readonly failure: { readonly message: string; readonly code: ErrorCode; readonly retryable: boolean } }
);
