// node launcher.process.ts: runs what it is told over IPC, and ends with whoever started it.
import { causeOf, isGitOpsError } from "../error.ts";
import { runChild } from "../git/child.ts";
import type { LaunchOrder, LaunchReport } from "./launcher.protocol.ts";

process.on("message", (order: LaunchOrder) => void launch(order));
// What still runs ends with this process.
process.once("disconnect", () => process.exit());
process.once("SIGTERM", () => process.exit());
// Ctrl-C reaches the whole group; the program decides.
process.on("SIGINT", () => undefined);

async function launch({ id, command }: LaunchOrder): Promise<void> {
  report(
    await runChild(command).then(
      (result) => ({ id, result }),
      (error: unknown) => ({ id, failure: failureOf(error) }),
    ),
  );
}

function report(report: LaunchReport): void {
  if (process.connected) process.send?.(report);
}

function failureOf(error: unknown) {
  const { code, retryable } = isGitOpsError(error) ? error : ({ code: "Failed", retryable: false } as const);
  return { message: causeOf(error), code, retryable };
}
