import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";

import { authorizeByGoogle } from "./google-token.ts";
import type { FakeServer, Handler } from "./server.fixture.ts";
import { json, startServer } from "./server.fixture.ts";

const CREDENTIALS = "GOOGLE_APPLICATION_CREDENTIALS";
const STS = "urn:ietf:params:oauth:token-type:";
const MINUTE = 60_000;

describe("an access token of the environment", () => {
  it("is used as it is, and nobody is asked for another one", async () => {
    const authorization = authorizeByGoogle("shop", { GOOGLE_OAUTH_ACCESS_TOKEN: " ya29.given\n" });
    expect(await authorization.authorization()).toBe("Bearer ya29.given");
    authorization.refresh("Bearer ya29.given");
    expect(await authorization.authorization()).toBe("Bearer ya29.given");
  });
});

describe("Workload Identity Federation", () => {
  let folder: string;
  let sts: FakeServer;
  const before = process.env;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "federation-"));
  });
  afterEach(async () => {
    await sts.close();
    rmSync(folder, { recursive: true });
    process.env = { ...before };
  });

  /** A pipeline's own identity token in a file, and the endpoint that exchanges it. */
  async function federate(handle: Handler): Promise<void> {
    sts = await startServer(handle);
    writeFileSync(join(folder, "identity"), "identity-of-the-pipeline");
    const configuration = {
      type: "external_account",
      audience: "//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/ci/providers/github",
      subject_token_type: `${STS}jwt`,
      token_url: new URL("/v1/token", sts.url).href,
      credential_source: { file: join(folder, "identity") },
    };
    process.env[CREDENTIALS] = join(folder, "credentials.json");
    writeFileSync(process.env[CREDENTIALS], JSON.stringify(configuration));
  }

  const grant: Handler = (_request, response, number) =>
    json(response, {
      access_token: `ya29.${number}`,
      issued_token_type: `${STS}access_token`,
      token_type: "Bearer",
      expires_in: 3600,
    });

  it("exchanges the identity of the pipeline for an access token, once for all requests", async () => {
    await federate(grant);
    const { authorization } = authorizeByGoogle("shop", {});
    const all = await Promise.all(Array.from({ length: 20 }, authorization));
    expect(new Set(all)).toEqual(new Set(["Bearer ya29.1"]));
    expect(sts.received).toHaveLength(1);
    const asked = new URLSearchParams(sts.received[0]?.body);
    expect(asked.get("subject_token")).toBe("identity-of-the-pipeline");
    expect(asked.get("scope")).toBe("https://www.googleapis.com/auth/cloud-platform");
  });

  it("renews the token shortly before it expires", async () => {
    await federate(grant);
    let now = Date.now();
    const { authorization } = authorizeByGoogle("shop", {}, () => now);
    expect(await authorization()).toBe("Bearer ya29.1");
    now += 59 * MINUTE;
    expect(await authorization()).toBe("Bearer ya29.1");
    now += MINUTE;
    expect(await authorization()).toBe("Bearer ya29.2");
  });

  it("gets another token after a refusal, not the same one out of a cache", async () => {
    await federate(grant);
    const { authorization, refresh } = authorizeByGoogle("shop", {});
    refresh(await authorization());
    expect(await authorization()).toBe("Bearer ya29.2");
  });

  it("tells in one line why there is no token, and nothing that is secret", async () => {
    const secret = "x".repeat(80);
    await federate((_request, response) =>
      json(response, { error: "invalid_grant", error_description: `The identity ${secret}\nis not accepted` }, 400),
    );
    const failure: unknown = await authorizeByGoogle("shop", {})
      .authorization()
      .catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: "Unauthorized", message: expect.not.stringContaining("\n") });
    expect((failure as Error).message).toMatch(/^Application Default Credentials: .*invalid_grant/);
    expect((failure as Error).message).not.toContain(secret);
  });
});
