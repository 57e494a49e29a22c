import { describe, expect, it } from "@jest/globals";

import { cascades } from "./application.ts";

const RESOURCES = "resources-finalizer.argocd.argoproj.io";

describe("cascades", () => {
  it.each<[finalizers: string[], expected: "foreground" | "background" | undefined]>([
    [[RESOURCES], "foreground"],
    [[`${RESOURCES}/foreground`], "foreground"],
    [[`${RESOURCES}/background`], "background"],
    [["post-delete-finalizer.argocd.argoproj.io", `${RESOURCES}/background`, RESOURCES], "background"],
    [["post-delete-finalizer.argocd.argoproj.io"], undefined],
    [[`${RESOURCES}/orphan`], undefined],
    [[], undefined],
  ])("with %j the objects go: %s", (finalizers, expected) =>
    expect(cascades({ finalizers, annotations: {} })).toBe(expected),
  );

  it.each(["Prune=false", "Validate=true, Delete=confirm"])(
    "with the Application's own sync options %s they stay",
    (options) => {
      const annotations = { "argocd.argoproj.io/sync-options": options };
      expect(cascades({ finalizers: [RESOURCES], annotations })).toBeUndefined();
    },
  );
});
