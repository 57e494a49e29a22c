import { afterEach, describe, expect, it } from "@jest/globals";
import { writeFileSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { googleCredential, isGoogleRegistry } from "./google-credential.ts";
import { closeStands, json, serve } from "./registry.fixture.ts";

// Google is a stand-in: the metadata server of a machine, which the library asks where it is told to.

const before = { ...process.env };
afterEach(() => {
  process.env = { ...before };
  closeStands();
});

describe("isGoogleRegistry", () => {
  it.each(["gcr.io", "eu.gcr.io", "europe-west1-docker.pkg.dev", "us-docker.pkg.dev"])("knows %s", (host) => {
    expect(isGoogleRegistry(host)).toBe(true);
  });
  it.each([
    "gcr.io.evil.example",
    "evilgcr.io",
    "docker.pkg.dev.evil.example",
    "a.b-docker.pkg.dev",
    "pkg.dev",
    "ghcr.io",
  ])("does not take %s for Google", (host) => {
    expect(isGoogleRegistry(host)).toBe(false);
  });
});

describe("googleCredential", () => {
  it("is the access token of the machine's service account", async () => {
    const metadata = await serve((url, _, response) => {
      if (url.pathname.endsWith("/token")) {
        json(response, { access_token: "ya29.x", expires_in: 3600 }, { "metadata-flavor": "Google" });
      } else response.writeHead(200, { "metadata-flavor": "Google" }).end("ok");
    });
    Object.assign(process.env, {
      ...{ GCE_METADATA_HOST: metadata.host, METADATA_SERVER_DETECTION: "assume-present" },
      HOME: mkdtempSync(join(tmpdir(), "home-")),
    });
    delete process.env["GOOGLE_APPLICATION_CREDENTIALS"];
    expect(await googleCredential()).toEqual({
      ...{ kind: "password", username: "oauth2accesstoken", password: "ya29.x" },
    });
  });

  it("is nothing on a machine that has none", async () => {
    Object.assign(process.env, {
      METADATA_SERVER_DETECTION: "none",
      HOME: mkdtempSync(join(tmpdir(), "home-")),
    });
    delete process.env["GOOGLE_APPLICATION_CREDENTIALS"];
    expect(await googleCredential()).toBeUndefined();
  });

  it("says that Google takes no credentials which are broken, without them", async () => {
    const file = join(mkdtempSync(join(tmpdir(), "key-")), "key.json");
    writeFileSync(file, JSON.stringify({ type: "service_account", client_email: "a@b", private_key: "hunter2" }));
    Object.assign(process.env, { METADATA_SERVER_DETECTION: "none", GOOGLE_APPLICATION_CREDENTIALS: file });
    const finding = googleCredential();
    await expect(finding).rejects.toThrow("Google takes the application default credentials for no access token");
    await expect(finding).rejects.not.toThrow("hunter2");
  });
});
