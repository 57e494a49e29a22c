import { describe, expect, it } from "@jest/globals";
import { assessCronJob } from "./cron-job.ts";
import { live } from "./live.fixture.ts";

const run = { lastScheduleTime: "2026-03-01T02:00:00Z", lastSuccessfulTime: "2026-03-01T02:04:11Z" };
const failed = { ...run, lastSuccessfulTime: "2026-02-28T02:04:09Z" };
const active = [{ kind: "Job", name: "report-29112" }];

describe("a CronJob", () => {
  it.each([
    ["Suspended when suspended", { suspend: true }, failed, "Suspended", "the schedule is suspended"],
    ["Healthy before its first run", { suspend: false }, {}, "Healthy", "has not been scheduled yet"],
    ["Healthy during a run", {}, { ...failed, active }, "Healthy", "a job is running"],
    ["Healthy after a good run", {}, run, "Healthy", "the last run has succeeded"],
    ["Healthy, not Degraded, after a bad run", {}, failed, "Healthy", "the last run has not succeeded"],
    [
      "Healthy when no run was ever good",
      {},
      { lastScheduleTime: run.lastScheduleTime },
      "Healthy",
      "the last run has not succeeded",
    ],
  ])("is %s", (_, spec, status, health, message) => {
    expect(assessCronJob(live("batch/v1", "CronJob", spec, { ...status }))).toEqual({ status: health, message });
  });
});
