import { describe, expect, it } from "@jest/globals";
import type { Resource } from "@pulumi/pulumi";

import type { Prerequisite } from "./dependencies.ts";
import { after, holdFor } from "./dependencies.ts";
import { desiredWith } from "./sync/sync.fixture.ts";

const INPUTS = desiredWith({ "Service qa/web": "{}" });

function prerequisite(application: string, obstacle?: string, registered = true): Prerequisite {
  const sync = { application } as unknown as Resource;
  return { application, sync, registered: Promise.resolve(registered), obstacle: () => Promise.resolve(obstacle) };
}

describe("holdFor", () => {
  it("changes nothing where nothing stands in the way", async () => {
    expect(await holdFor(INPUTS, [])).toBe(INPUTS);
    expect(await holdFor(INPUTS, [prerequisite("database"), prerequisite("queue")])).toBe(INPUTS);
  });

  it("puts on hold, with each Application that was not synced and why", async () => {
    const before = [prerequisite("database", "failed"), prerequisite("queue"), prerequisite("cache", "is on hold")];
    expect(await holdFor(INPUTS, before)).toEqual({
      ...INPUTS,
      hold: "not tried: it depends on database, which failed, and on cache, which is on hold",
    });
  });

  it("keeps the reason of an Application that is on hold itself", async () => {
    const held = { ...INPUTS, hold: "Git is unreachable" };
    expect(await holdFor(held, [prerequisite("database", "failed")])).toBe(held);
  });
});

describe("after", () => {
  const platform = { name: "platform" } as unknown as Resource;

  it.each([undefined, platform, [platform]])("leaves the options as they are where nothing is depended on", (given) => {
    const options = given === undefined ? {} : { dependsOn: given };
    expect(after([], options)).toEqual(options);
  });

  it("names what everything depends on and what was registered, but none that the engine does not know", async () => {
    const [database, queue] = [prerequisite("database"), prerequisite("queue", "failed", false)];
    const { dependsOn } = after([database, queue], { dependsOn: [platform] });
    expect(await dependsOn).toEqual([platform, database.sync]);
  });
});
