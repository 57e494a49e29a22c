import { describe, expect, it } from "@jest/globals";

import { parseImage } from "./reference.ts";
import type { RegistrySettings } from "./registries-conf.ts";
import { apiUrl, endpointOf, isTrustedRealm } from "./registry-endpoint.ts";

function settings(prefix: string, apiAddress: string, more: Partial<RegistrySettings> = {}): RegistrySettings {
  return { name: prefix, prefix, apiUrl: apiAddress, insecure: false, default: false, ...more };
}

const registries = [
  settings("registry.example.com", "https://registry.example.com"),
  settings("registry.example.com/team", "https://team.example.com/docker/", { realm: "auth.example.com" }),
  settings("mirror.example.com", "http://127.0.0.1:5000"),
];

function endpoint(image: string, list: readonly RegistrySettings[] = registries) {
  return endpointOf(parseImage(image)!, list);
}

describe("endpointOf", () => {
  it.each([
    ["nginx", "https://registry-1.docker.io/v2/library/nginx"],
    ["ghcr.io/a/b", "https://ghcr.io/v2/a/b"],
    ["localhost:5000/a", "http://localhost:5000/v2/a"],
    ["127.0.0.1:5000/a", "http://127.0.0.1:5000/v2/a"],
    ["[::1]:5000/a", "http://[::1]:5000/v2/a"],
    ["127.example.com/a", "https://127.example.com/v2/a"],
    ["localhost.example.com/a", "https://localhost.example.com/v2/a"],
    ["registry.example.com/api", "https://registry.example.com/v2/api"],
    ["registry.example.com/team/api", "https://team.example.com/docker/v2/team/api"],
    ["registry.example.com/teams/api", "https://registry.example.com/v2/teams/api"],
    ["mirror.example.com/api", "http://127.0.0.1:5000/v2/api"],
  ])("asks for %s at %s", (image, expected) => {
    const found = endpoint(image);
    expect(apiUrl(found, `/v2/${found.repository}`).href).toBe(expected);
  });

  it("asks the default registry for images of Docker Hub only", () => {
    const list = [...registries, settings("", "https://hub.example.com", { default: true })];
    expect(endpoint("nginx", list).api.host).toBe("hub.example.com");
    expect(endpoint("ghcr.io/a/b", list).api.host).toBe("ghcr.io");
  });

  it.each([
    "http://registry.example.com",
    "ftp://registry.example.com",
    "https://user:secret@registry.example.com",
    "x",
  ])("refuses the address %s without repeating it", (address) => {
    expect(() => endpoint("a.example.com/b", [settings("a.example.com", address)])).toThrow(
      /^the registry a\.example\.com cannot be asked: (?!.*secret)/,
    );
  });
});

describe("isTrustedRealm", () => {
  it.each([
    ["registry.example.com/a", "https://registry.example.com/token", true],
    ["registry.example.com/a", "https://registry.example.com:8443/token", true],
    ["registry.example.com/a", "http://registry.example.com/token", false],
    ["registry.example.com/a", "https://evil.example/token", false],
    ["registry.example.com/a", "https://auth.example.com/token", false],
    ["registry.example.com/a", "https://registry.example.com.evil.example/token", false],
    ["registry.example.com/a", "https://registry.example.com@evil.example/token", false],
    ["registry.example.com/a", "https://evil@registry.example.com/token", false],
    ["registry.example.com/a", "http://127.0.0.1/token", false],
    ["registry.example.com/a", "file:///etc/passwd", false],
    ["registry.example.com/team/a", "https://auth.example.com/token", true],
    ["nginx", "https://auth.docker.io/token", true],
    ["ghcr.io/a/b", "https://auth.docker.io/token", false],
    ["registry.gitlab.com/a", "https://gitlab.com/jwt/auth", true],
    ["localhost:5000/a", "http://127.0.0.1:5001/token", true],
    ["localhost:5000/a", "https://evil.example/token", false],
  ])("for %s at %s: %s", (image, realm, expected) => {
    expect(isTrustedRealm(new URL(realm), endpoint(image))).toBe(expected);
  });
});
