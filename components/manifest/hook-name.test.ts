import { describe, expect, it } from "@jest/globals";

import { nameHook } from "./hook-name.ts";

function job(metadata: { readonly name: string; readonly generateName?: string }) {
  return { apiVersion: "batch/v1", kind: "Job", metadata };
}

describe("nameHook", () => {
  it("gives a hook with generateName Argo CD's name, in lower case", () => {
    const { metadata } = nameHook(
      job({ name: "load-", generateName: "load-" }),
      "PostSync",
      "C0FFEE0123456789",
      1234567890,
    );
    expect(metadata).toEqual({ name: "load-c0ffee0-postsync-1234567890" });
  });

  it.each([{ name: "load" }, { name: "load", generateName: "load-" }])(
    "leaves a hook that has a name: %j",
    (metadata) => {
      expect(nameHook(job(metadata), "Sync", "c0ffee", 1).metadata.name).toBe("load");
    },
  );
});
