import { describe, expect, it } from "@jest/globals";

import { recall, rememberedOf } from "./remembered.ts";
import { inputsWith, outputsWith } from "./sync.fixture.ts";

const manifests = { "ConfigMap qa/web": "{}" };

describe("recall", () => {
  it("takes what was decided from the outputs, whatever a later run has left in the inputs", () => {
    const outputs = outputsWith({ images: { api: "v1.2.0" }, revision: "deployed" });
    const later = { ...inputsWith(manifests), images: { api: "v1.0.0" }, revision: "later" };
    const expected = { manifests, images: { api: "v1.2.0" }, revision: "deployed" };
    expect(recall(later, rememberedOf(outputs))).toMatchObject(expected);
  });

  it("tells nothing to a new resource of the same Application: the old one would delete by its claim what is now the new one's", () => {
    const remembered = rememberedOf(outputsWith({ claim: "of the old one" }));
    expect(recall({}, remembered)).toEqual({});
    const other = { ...inputsWith(manifests), claim: "its own" };
    expect(recall(other, remembered)).toBe(other);
  });

  it("forgets that the Application was on hold, skipped, or in another cluster", () => {
    const kept = { ...inputsWith(manifests), hold: "no tag", skipped: true, moved: { from: "a", to: "b" } };
    const found = recall({ ...kept, health: "Unknown: no answer" }, rememberedOf(outputsWith({})));
    expect(found).not.toHaveProperty("hold");
    expect(found).not.toHaveProperty("skipped");
    expect(found).not.toHaveProperty("moved");
    expect(found.health).toBe("Healthy");
  });

  it("keeps the inputs that `read` has given, and those of a run that reads nothing", () => {
    const kept = { ...inputsWith(manifests), hold: "no tag" };
    expect(recall(kept, undefined)).toBe(kept);
  });
});
