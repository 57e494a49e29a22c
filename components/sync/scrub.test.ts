import { describe, expect, it } from "@jest/globals";

import { learnSecrets, scrub } from "./scrub.ts";

function learn(values: Readonly<Record<string, string>>, manifests: Readonly<Record<string, string>> = {}): void {
  const data = Object.entries(values).map(([name, value]) => [name, Buffer.from(value).toString("base64")]);
  const secrets = { values: { "Secret qa/db": Object.fromEntries(data) as Record<string, string> } };
  learnSecrets({ environment: "qa", application: "web", secrets, manifests });
}

describe("a sentence", () => {
  it.each([
    [
      "as it is",
      "hunter2-one",
      "panic: cannot log in with hunter2-one at db",
      "panic: cannot log in with (secret) at db",
    ],
    ["in base64", "hunter2-two", "refused: aHVudGVyMi10d28=", "refused: (secret)"],
    ["in a URL", "hunter2/three?", "GET http://db/?password=hunter2%2Fthree%3F", "GET http://db/?password=(secret)"],
    ["in parts", "-----BEGIN\nhunter2-four\n-----END", "line 2: hunter2-four", "line 2: (secret)"],
    ["more than once", "hunter2-five", "hunter2-five is not hunter2-five", "(secret) is not (secret)"],
  ])("tells no value of a Secret %s", (_, value, sentence, expected) => {
    learn({ password: value });
    expect(scrub(sentence)).toBe(expected);
  });

  it("tells nothing of a value within another", () => {
    learn({ a: "hunter2-six", b: "hunter2-six-and-more" });
    expect(scrub("hunter2-six-and-more")).toBe("(secret)");
  });

  it.each([
    ["the beginning of a value", "bad: hunter7-is-lo…", "bad: (secret)…"],
    ["a value after which it was cut", "bad: hunter7-is-long…", "bad: (secret)…"],
    ["a beginning that repeats itself", "bad: xyxyxyxyxyxyxyx…", "bad: (secret)…"],
  ])("tells nothing of %s where it was cut", (_, sentence, expected) => {
    learn({ a: "hunter7-is-long", b: "xyxyxyxyxyxyxyxyxyxyxyxy" });
    expect(scrub(sentence)).toBe(expected);
    expect(scrub("an image is pulled…")).toBe("an image is pulled…");
  });

  it("tells what stands in the open as well", () => {
    learn({ user: "postgres", stage: "production" }, { "Service production/postgres": "{}" });
    expect(scrub("Service production/postgres: is missing")).toBe("Service production/postgres: is missing");
  });

  it("tells words too short to be a secret", () => {
    learn({ flag: "true", level: "info" });
    expect(scrub("info: true")).toBe("info: true");
  });
});
