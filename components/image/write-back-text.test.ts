import { describe, expect, it } from "@jest/globals";

import type { RunningImage } from "./write-back-text.ts";
import { writeHelmValues, writeKustomization, writeSource } from "./write-back-text.ts";

const API = "registry.example.com/my-org/api";
const DIGEST = `sha256:${"a".repeat(64)}`;
const api = (tag: string, more: Partial<RunningImage> = {}): RunningImage => ({ image: API, tag, ...more });

describe("writeKustomization", () => {
  const TEXT = `# who looks after this: the api team
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources:
- deployment.yaml   # first
- "service.yaml"
images:
- name: ${API}
  newTag: v1.0.0 # written by a robot
- name: nginx
  newTag: "1.27"
`;

  it("changes the tag and nothing else", () => {
    expect(writeKustomization(TEXT, [api("v1.1.0")])).toBe(TEXT.replace("v1.0.0", "v1.1.0"));
  });

  it("leaves a text that says so already as it is, byte for byte", () => {
    const odd = `images: [ {name: "${API}",   newTag: 'v1.0.0'} ]\n\n\n# end`;
    expect(writeKustomization(odd, [api("v1.0.0")])).toBe(odd);
  });

  it.each([
    ["a short name", "nginx", "docker.io/library/nginx", "1.28", '  newTag: "1.27"', '  newTag: "1.28"'],
    ["a tag that looks like a number", API, API, "1.10", "newTag: v1.0.0", 'newTag: "1.10"'],
  ])("knows %s", (_, _name, image, tag, before, after) => {
    expect(writeKustomization(TEXT, [{ image, tag }])).toBe(TEXT.replace(before, after));
  });

  it("writes the digest beside the tag, and takes it away again", () => {
    const pinned = writeKustomization(TEXT, [api(`v1.1.0@${DIGEST}`)]);
    expect(pinned).toContain(`  newTag: v1.1.0 # written by a robot\n  digest: ${DIGEST}\n`);
    // Something was added, so the file was written anew: spaces before a comment are not kept then.
    const expected = TEXT.replace("v1.0.0", "v1.2.0").replace("   # first", " # first");
    expect(writeKustomization(pinned, [api("v1.2.0")])).toBe(expected);
  });

  it("adds an image that is not there, under its familiar name", () => {
    const text = "resources:\n  - deployment.yaml\n";
    expect(writeKustomization(text, [{ image: "docker.io/library/redis", tag: "7.2" }])).toBe(
      `${text}images:\n  - name: redis\n    newTag: "7.2"\n`,
    );
  });

  it("puts one image in the place of another", () => {
    expect(writeKustomization("images:\n- name: api\n", [api("v2", { replaces: "docker.io/library/api" })])).toBe(
      `images:\n- name: api\n  newName: ${API}\n  newTag: v2\n`,
    );
  });
});

describe("writeSource", () => {
  it("makes the file, and changes it later", () => {
    const made = writeSource(undefined, [api("v1.0.0")]);
    expect(made).toBe(`kustomize:\n  images:\n    - ${API}:v1.0.0\n`);
    const later = `# by hand\n${made.replace("images:", "namePrefix: x-\n  images:")}`;
    expect(writeSource(later, [api("v1.1.0")])).toBe(later.replace("v1.0.0", "v1.1.0"));
  });

  it("names the image that is replaced", () => {
    const image = api("v2", { replaces: "docker.io/library/api" });
    const text = "kustomize:\n  images:\n    - api=old/name:v1\n";
    expect(writeSource(text, [image])).toContain(`- docker.io/library/api=${API}:v2\n`);
    expect(writeSource(text, [image])).not.toContain("old/name");
  });

  it("sets parameters of a chart as texts", () => {
    const helm = { name: "image.repository", tag: "image.tag" };
    const made = writeSource(undefined, [api("1.10", { helm })]);
    expect(made).toBe(
      `helm:\n  parameters:\n    - name: image.repository\n      value: ${API}\n      forcestring: true\n    - name: image.tag\n      value: "1.10"\n      forcestring: true\n`,
    );
    expect(writeSource(made, [api("1.11", { helm })])).toBe(made.replace("1.10", "1.11"));
  });
});

describe("writeHelmValues", () => {
  const TEXT = `image:
  repository: ${API} # ours
  tag: "1.0.0"
sidecars:
  - image: nginx:1.27
other.tag: x
`;

  it.each<[string, RunningImage, string, string]>([
    ["a tag", api("1.1.0", { helm: { tag: "image.tag" } }), '"1.0.0"', '"1.1.0"'],
    ["a whole image in a list", { image: "nginx", tag: "1.28", helm: { spec: "sidecars[0].image" } }, "1.27", "1.28"],
    ["a key with a dot", api("y", { helm: { tag: "other.tag" } }), "other.tag: x", `other.tag: "y"`],
  ])("writes %s where it stands", (_, image, before, after) => {
    expect(writeHelmValues(TEXT, [image])).toBe(TEXT.replace(before, after));
  });
});

describe("a file that is none", () => {
  it.each(["- a\n- b\n", "a: [", "just text", "images: 7\na: &a 1\na: 2\n"])("%j is not written to", (text) => {
    expect(() => writeKustomization(text, [api("v1")])).toThrow("the file is no YAML map");
  });

  it("is not written to where the place has another form", () => {
    expect(() => writeHelmValues("image: api:v1\n", [api("v1", { helm: { tag: "image.tag" } })])).toThrow(
      "the file has another form than expected",
    );
  });
});
