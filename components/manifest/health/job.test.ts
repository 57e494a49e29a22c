import { describe, expect, it } from "@jest/globals";
import { assessJob } from "./job.ts";
import { condition, live } from "./live.fixture.ts";

describe("a Job", () => {
  it.each([
    ["Progressing while it runs", { completions: 3 }, { succeeded: 1 }, "Progressing", "1 of 3 completions are done"],
    ["Progressing before it runs", {}, {}, "Progressing", "0 of 1 completions are done"],
    [
      "Degraded when it has failed",
      {},
      {
        conditions: [
          condition("Failed", "True", "BackoffLimitExceeded", "Job has reached the specified backoff limit"),
        ],
      },
      "Degraded",
      "Job has reached the specified backoff limit",
    ],
    [
      "Suspended when suspended",
      {},
      { conditions: [condition("Suspended", "True", "JobSuspended", "Job suspended")] },
      "Suspended",
      "the job is suspended",
    ],
    [
      "Progressing, not Healthy, when resumed",
      {},
      { conditions: [condition("Suspended", "False", "JobResumed", "Job resumed")] },
      "Progressing",
      "0 of 1 completions are done",
    ],
    [
      "Healthy when complete",
      {},
      { conditions: [condition("Suspended", "False"), condition("Complete", "True", "CompletionsReached")] },
      "Healthy",
      "the job is complete",
    ],
  ])("is %s", (_, spec, status, health, message) => {
    expect(assessJob(live("batch/v1", "Job", spec, status))).toEqual({ status: health, message });
  });
});
