import { describe, expect, it } from "@jest/globals";
import { assessDefinition } from "./custom-resource-definition.ts";
import { condition, live } from "./live.fixture.ts";

const named = condition("NamesAccepted", "True", "NoConflicts", "no conflicts found");
const established = condition("Established", "True", "InitialNamesAccepted", "the initial names have been accepted");
const installing = condition("Established", "False", "Installing", "the initial names have been accepted");
const conflict = condition("NamesAccepted", "False", "PluralConflict", '"widgets" is already in use');
const terminating = condition("Terminating", "True", "InstanceDeletionPending", "3 instances remain");

const rows: readonly (readonly [string, object, string, string])[] = [
  ["Healthy when established", { conditions: [named, established] }, "Healthy", "the definition is established"],
  [
    "Progressing, not Degraded, while it is installed",
    { conditions: [named, installing] },
    "Progressing",
    "the initial names have been accepted",
  ],
  ["Progressing without conditions", { conditions: [] }, "Progressing", "waiting to be established"],
  [
    "Degraded when its names are taken",
    { conditions: [condition("Established", "False", "NotAccepted", "not all names are accepted"), conflict] },
    "Degraded",
    '"widgets" is already in use',
  ],
  [
    "Degraded when its new names are taken, though established",
    { conditions: [established, conflict] },
    "Degraded",
    '"widgets" is already in use',
  ],
  [
    "Progressing while its objects go, though established",
    { conditions: [named, established, terminating] },
    "Progressing",
    "3 instances remain",
  ],
  [
    "Progressing until the API server has seen it, where that is told",
    { observedGeneration: 1, conditions: [named, established] },
    "Progressing",
    "generation 2 is not yet seen by the controller, which is at 1",
  ],
];

describe("a CustomResourceDefinition", () => {
  it.each(rows)("is %s", (_, status, health, message) => {
    const told = { observedGeneration: undefined, ...status };
    const definition = live("apiextensions.k8s.io/v1", "CustomResourceDefinition", {}, told);
    expect(assessDefinition(definition)).toEqual({ status: health, message });
  });
});
