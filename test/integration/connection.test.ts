import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";

import { createClient } from "../../components/kubernetes/client.ts";
import type { Connection } from "../../components/kubernetes/connection.ts";
import { connectToGke } from "../../components/kubernetes/gke.ts";
import { connectInCluster } from "../../components/kubernetes/in-cluster.ts";
import { readSandbox } from "../support/sandbox.ts";
import type { ServiceAccount } from "../support/service-account.ts";
import { createServiceAccount } from "../support/service-account.ts";

// The ways to a cluster that need no kubeconfig, each of them to the same real API server.

const sandbox = readSandbox(process.env);
let folder: string;
let account: ServiceAccount;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "connection-test-"));
  account = await createServiceAccount(sandbox.kubeconfig, `connection-${process.pid}`);
});
afterAll(async () => {
  await account.remove();
  await rm(folder, { recursive: true });
});

async function clusterIdBy(connection: Connection): Promise<string> {
  const client = createClient(connection);
  try {
    return await client.clusterId();
  } finally {
    client.close();
  }
}

describe("a real API server", () => {
  it("is reached from a pod by what the kubelet puts there", async () => {
    await writeFile(join(folder, "ca.crt"), sandbox.certificate);
    await writeFile(join(folder, "token"), account.token);
    const { hostname, port } = sandbox.server;
    const env = { KUBERNETES_SERVICE_HOST: hostname, KUBERNETES_SERVICE_PORT: port };
    expect(await clusterIdBy(await connectInCluster(env, folder))).toMatch(/^[0-9a-f-]{36}$/);
  });

  it("is reached as a GKE control plane by its endpoint, its authority and an access token", async () => {
    const ca = Buffer.from(sandbox.certificate).toString("base64");
    const reference = {
      kind: "gke",
      project: "p",
      location: "l",
      name: "n",
      endpoint: sandbox.server.host,
      ca,
    } as const;
    const connection = await connectToGke(reference, { GOOGLE_OAUTH_ACCESS_TOKEN: account.token });
    expect(await clusterIdBy(connection)).toMatch(/^[0-9a-f-]{36}$/);
  });

  it("is not trusted without its authority, as no GKE control plane would be that is somebody else", async () => {
    const reference = { kind: "gke", project: "p", location: "l", name: "n", endpoint: sandbox.server.host } as const;
    const connection = await connectToGke(reference, { GOOGLE_OAUTH_ACCESS_TOKEN: account.token });
    await expect(clusterIdBy(connection)).rejects.toThrow("certificate");
  });
});
