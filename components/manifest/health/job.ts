import type { Health } from "../health.ts";
import type { Manifest } from "../object.ts";
import { causeOf, conditionsOf, readNumber } from "./reading.ts";
import { count, degraded, healthy, progressing, suspended } from "./results.ts";

/**
 * Argo CD: gitops-engine health_job.go, but only conditions that are True count: there, a resumed job (Suspended=False) reads Healthy
 * before it has run.
 */
export function assessJob(job: Manifest): Health {
  const holding = conditionsOf(job).filter(({ status }) => status === "True");
  const failed = holding.find(({ type }) => type === "Failed");
  if (failed !== undefined) return degraded(causeOf(failed, "the job has failed"));
  if (holding.some(({ type }) => type === "Suspended")) return suspended("the job is suspended");
  const complete = holding.find(({ type }) => type === "Complete");
  if (complete !== undefined) return healthy(causeOf({ ...complete, reason: "" }, "the job is complete"));
  const wanted = readNumber(job, "spec", "completions") ?? 1;
  return progressing(count(readNumber(job, "status", "succeeded") ?? 0, wanted, "completions", "done"));
}
