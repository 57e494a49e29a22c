import type { Health } from "../health.ts";
import type { Manifest } from "../object.ts";
import { read, readList, readText } from "./reading.ts";
import { healthy, suspended } from "./results.ts";

/**
 * Argo CD: batch/CronJob/health.lua, but a failed last run is not Degraded: health decides here whether a sync has succeeded, and the one
 * that mends the job would fail because of the run before it. kstatus calls every CronJob current, too.
 */
export function assessCronJob(job: Manifest): Health {
  if (read(job, "spec", "suspend") === true) return suspended("the schedule is suspended");
  const scheduled = readText(job, "status", "lastScheduleTime");
  if (scheduled === "") return healthy("has not been scheduled yet");
  if (readList(job, "status", "active").length > 0) return healthy("a job is running");
  // Both are RFC 3339 in UTC without fractions, so their order is that of their texts.
  const hasSucceeded = readText(job, "status", "lastSuccessfulTime") >= scheduled;
  return healthy(hasSucceeded ? "the last run has succeeded" : "the last run has not succeeded");
}
