import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";

import { formatImage, imageName, isTag, parseImage, withTag } from "./reference.ts";

const SHA = `sha256:${"0123456789abcdef".repeat(4)}`;

describe("parseImage", () => {
  it.each([
    ["nginx", "docker.io/library/nginx"],
    ["nginx:1.27", "docker.io/library/nginx:1.27"],
    ["my-org/api", "docker.io/my-org/api"],
    ["docker.io/nginx", "docker.io/library/nginx"],
    ["index.docker.io/library/nginx:1", "docker.io/library/nginx:1"],
    ["registry.example.com/my-org/api:v1.3.0", "registry.example.com/my-org/api:v1.3.0"],
    ["Registry.Example.com/api", "registry.example.com/api"],
    ["localhost/api", "localhost/api"],
    ["localhost:5000/api:v1", "localhost:5000/api:v1"],
    ["[::1]:5000/api", "[::1]:5000/api"],
    ["ghcr.io/a/b/c__d/e-f.g", "ghcr.io/a/b/c__d/e-f.g"],
    [`nginx@${SHA}`, `docker.io/library/nginx@${SHA}`],
    [`ghcr.io/a/b:v1@${SHA}`, `ghcr.io/a/b:v1@${SHA}`],
  ])("reads %s as %s", (text, normal) => {
    const image = parseImage(text);
    expect(image && formatImage(image)).toBe(normal);
  });

  it.each([
    "",
    " nginx",
    "nginx ",
    "NGINX",
    "my-org/Api",
    "nginx:",
    "nginx:v1\n",
    "nginx:v1+build",
    "nginx:-v1",
    `nginx:${"a".repeat(129)}`,
    "nginx@sha256:abc",
    "nginx@",
    "$(IMAGE)",
    "{{ .Values.image }}",
    "/nginx",
    "ghcr.io/",
    "ghcr.io//api",
    "a..b/c",
    "https://ghcr.io/a/b",
    "user:password@ghcr.io/a",
    `ghcr.io/${"a".repeat(250)}`,
  ])("reads %j as no image", (text) => {
    expect(parseImage(text)).toBeUndefined();
  });

  it("reads what it formats as the same image", () => {
    const component = fc.stringMatching(/^[a-z0-9]{1,8}(?:[._-][a-z0-9]{1,4})?$/);
    const tag = fc.stringMatching(/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,20}$/);
    const text = fc
      .tuple(
        fc.constantFrom("", "ghcr.io/", "localhost:5000/"),
        fc.array(component, { minLength: 1, maxLength: 3 }),
        tag,
      )
      .map(([host, path, name]) => `${host}${path.join("/")}:${name}`);
    fc.assert(
      fc.property(text, (one) => {
        const image = parseImage(one);
        expect(image).toBeDefined();
        expect(parseImage(formatImage(image!))).toEqual(image);
        expect(imageName(parseImage(withTag(one, "v9"))!)).toBe(imageName(image!));
      }),
    );
  });
});

describe("withTag", () => {
  it.each([
    ["nginx", "v2", "nginx:v2"],
    ["nginx:v1", "v2", "nginx:v2"],
    [`nginx:v1@${SHA}`, "v2", "nginx:v2"],
    ["localhost:5000/api", "v2", "localhost:5000/api:v2"],
    ["localhost:5000/api:v1", SHA, `localhost:5000/api@${SHA}`],
  ])("makes %s with %s to %s, and leaves the name as it is written", (text, tag, result) => {
    expect(withTag(text, tag)).toBe(result);
  });
});

describe("isTag", () => {
  it.each(["v1.2.3", "_x", "A.b-c", "a".repeat(128)])("takes %s", (tag) => expect(isTag(tag)).toBe(true));
  it.each(["", ".a", "-a", "v1.2.3\n", "\nv1", "v1 2", "v1+b", "v١", "a/b", "a:b", "a".repeat(129)])(
    "refuses %j",
    (tag) => expect(isTag(tag)).toBe(false),
  );
});
