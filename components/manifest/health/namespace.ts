import type { Health } from "../health.ts";
import type { Manifest } from "../object.ts";
import { readText } from "./reading.ts";
import { healthy, progressing } from "./results.ts";

/** Argo CD has no rule. Nothing can be created in a namespace that is on its way out. */
export function assessNamespace(namespace: Manifest): Health {
  return readText(namespace, "status", "phase") === "Terminating"
    ? progressing("the namespace is being emptied")
    : healthy("");
}
