import { getStack, RunError, runtime } from "@pulumi/pulumi";

import { formatFailure } from "../components/error.ts";
import type { Failure } from "../components/error.ts";
import type { Settings } from "./keys.ts";
import { decodeSettings } from "./keys.ts";

/**
 * The settings of the current stack.
 * @throws RunError that lists every mistake in the configuration: the key, what was expected and what was found
 */
export function readSettings(): Settings {
  const { settings, failures } = decodeSettings(ownConfig(), getStack());
  if (settings === undefined) throw describeMistakes(failures);
  return settings;
}

function ownConfig(): Readonly<Record<string, string>> {
  const own = Object.entries(runtime.allConfig()).filter(([key]) => key.startsWith("gitops:"));
  return Object.fromEntries(own.map(([key, value]) => [key.slice("gitops:".length), value]));
}

function describeMistakes(failures: readonly Failure[]): RunError {
  const lines = failures.map((failure) => `  ${formatFailure(failure)}`);
  return new RunError(`the configuration of stack ${getStack()} has mistakes:\n${lines.join("\n")}`);
}
