import { afterEach, describe, expect, it } from "@jest/globals";

import type { GkeReference } from "../sync.protocol.ts";
import { makeAuthority } from "./certificate.fixture.ts";
import { connectToGke } from "./gke.ts";
import type { FakeServer, Handler } from "./server.fixture.ts";
import { json, startServer } from "./server.fixture.ts";

const { cert } = makeAuthority();
const ca = Buffer.from(cert).toString("base64");
const TOKEN = { GOOGLE_OAUTH_ACCESS_TOKEN: "ya29.test" };
const CLUSTER: GkeReference = { kind: "gke", project: "shop", location: "europe-west1", name: "production" };

describe("a GKE cluster whose endpoint is given", () => {
  it.each([
    ["an address with its authority", { endpoint: "203.0.113.7", ca }, "https://203.0.113.7/", cert],
    ["an authority in plain PEM", { endpoint: "203.0.113.7", ca: cert }, "https://203.0.113.7/", cert],
    ["a URL with a port", { endpoint: "https://127.0.0.1:6443", ca }, "https://127.0.0.1:6443/", cert],
    [
      "a DNS endpoint, which public authorities vouch for",
      { endpoint: "gke-1.europe-west1.gke.goog" },
      "https://gke-1.europe-west1.gke.goog/",
      undefined,
    ],
  ])("is reached at %s, and nobody is asked", async (_, more, server, authority) => {
    const env = { ...TOKEN, GOOGLE_CONTAINER_CUSTOM_ENDPOINT: "http://127.0.0.1:1" };
    const connection = await connectToGke({ ...CLUSTER, ...more }, env);
    expect(connection.server.href).toBe(server);
    expect(connection.tls).toEqual({ rejectUnauthorized: true, ...(authority && { ca: authority }) });
    expect(await connection.authorization()).toBe("Bearer ya29.test");
  });

  it("is refused with every mistake, and without the value that may be a secret", async () => {
    const reference = { ...CLUSTER, endpoint: "http://203.0.113.7", ca: "c2VjcmV0" };
    await expect(connectToGke(reference, TOKEN)).rejects.toMatchObject({
      code: "Invalid",
      message:
        'GKE cluster production: endpoint: expected a host or an https URL, found "http://203.0.113.7"; ca: expected PEM certificates in base64, found something else',
    });
  });
});

describe("a GKE cluster whose endpoint is not given", () => {
  let api: FakeServer | undefined;
  afterEach(() => api?.close());

  async function connectWith(handle: Handler) {
    api = await startServer(handle);
    return connectToGke(CLUSTER, { ...TOKEN, GOOGLE_CONTAINER_CUSTOM_ENDPOINT: new URL("/v1/", api.url).href });
  }
  const masterAuth = { clusterCaCertificate: ca };
  const dnsEndpointConfig = { endpoint: "gke-1.europe-west1.gke.goog", allowExternalTraffic: true };

  it.each([
    ["at its address", { endpoint: "203.0.113.7", masterAuth }, "https://203.0.113.7/", cert],
    [
      "at its DNS endpoint if that takes traffic from outside",
      { endpoint: "203.0.113.7", masterAuth, controlPlaneEndpointsConfig: { dnsEndpointConfig } },
      "https://gke-1.europe-west1.gke.goog/",
      undefined,
    ],
    [
      "at its address if the DNS endpoint is closed",
      {
        ...{ endpoint: "203.0.113.7", masterAuth },
        controlPlaneEndpointsConfig: { dnsEndpointConfig: { ...dnsEndpointConfig, allowExternalTraffic: false } },
      },
      "https://203.0.113.7/",
      cert,
    ],
  ])("is found by the GKE API: %s", async (_, description, server, authority) => {
    const connection = await connectWith((_request, response) => json(response, description));
    expect(connection.server.href).toBe(server);
    expect(connection.tls.ca).toBe(authority);
    expect(api?.received.map(({ method, url, headers }) => [method, url.pathname, headers.authorization])).toEqual([
      ["GET", "/v1/projects/shop/locations/europe-west1/clusters/production", "Bearer ya29.test"],
    ]);
  });

  it.each([
    [404, "NotFound", "there is no such cluster, or its project or location is another one"],
    [403, "Forbidden", "whoever runs this needs the permission container.clusters.get (roles/container.clusterViewer)"],
    [401, "Unauthorized", "Google does not accept the access token"],
  ])("is not found, and a %i says what to do", async (status, code, advice) => {
    const answer = { error: { code: status, message: "quoted ya29.test", status: code } };
    await expect(connectWith((_request, response) => json(response, answer, status))).rejects.toMatchObject({
      code,
      message: `GKE cluster shop/europe-west1/production: ${advice}`,
    });
  });

  it("is asked about again when the GKE API is busy", async () => {
    const { server } = await connectWith((_request, response, number) =>
      number === 1 ? json(response, {}, 503) : json(response, { endpoint: "203.0.113.7", masterAuth }),
    );
    expect(server.host).toBe("203.0.113.7");
  });

  it("may have no endpoint yet", async () => {
    await expect(connectWith((_request, response) => json(response, {}))).rejects.toMatchObject({
      code: "Unavailable",
      retryable: true,
    });
  });

  it("is not asked about over plain http on the network", async () => {
    const env = { ...TOKEN, GOOGLE_CONTAINER_CUSTOM_ENDPOINT: "http://container.test/v1/" };
    await expect(connectToGke(CLUSTER, env)).rejects.toThrow("expected an https URL");
  });
});
