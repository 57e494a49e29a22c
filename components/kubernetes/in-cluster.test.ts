import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";

import { makeAuthority } from "./certificate.fixture.ts";
import { connectInCluster } from "./in-cluster.ts";

const { cert } = makeAuthority();
const POD = { KUBERNETES_SERVICE_HOST: "10.0.0.1", KUBERNETES_SERVICE_PORT: "443" };

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "pod-"));
  writeFileSync(join(folder, "ca.crt"), cert);
  writeFileSync(join(folder, "token"), "t1\n");
});
afterEach(() => rmSync(folder, { recursive: true }));

describe("a program in a pod", () => {
  it("reaches its API server as its service account", async () => {
    const connection = await connectInCluster(POD, folder);
    expect(connection.server.href).toBe("https://10.0.0.1/");
    expect(connection.tls).toEqual({ ca: cert, rejectUnauthorized: true });
    expect(await connection.authorization()).toBe("Bearer t1");
  });

  it("reads a token again that the server refuses, because the kubelet renews it", async () => {
    const connection = await connectInCluster(POD, folder);
    const rejected = await connection.authorization();
    writeFileSync(join(folder, "token"), "t2\n");
    expect(await connection.authorization()).toBe("Bearer t1");
    connection.refresh(rejected);
    expect(await connection.authorization()).toBe("Bearer t2");
  });

  it("understands an IPv6 address", async () => {
    const { server } = await connectInCluster({ ...POD, KUBERNETES_SERVICE_HOST: "fd00::1" }, folder);
    expect(server.host).toBe("[fd00::1]");
  });
});

describe("a program that is in no pod", () => {
  it("is told everything that is missing", async () => {
    rmSync(join(folder, "token"));
    writeFileSync(join(folder, "ca.crt"), "no certificate");
    await expect(connectInCluster({ KUBERNETES_SERVICE_PORT: "443" }, folder)).rejects.toMatchObject({
      code: "Invalid",
      message: [
        "cluster kind inCluster: this program does not run in a pod with a service account: KUBERNETES_SERVICE_HOST: is not set",
        `${folder}/ca.crt: expected PEM certificates, found something else`,
        `${folder}/token: cannot be read (ENOENT)`,
      ].join("; "),
    });
  });

  it("is told when the address is none", async () => {
    await expect(connectInCluster({ ...POD, KUBERNETES_SERVICE_PORT: "x" }, folder)).rejects.toThrow(
      "KUBERNETES_SERVICE_HOST: expected a host, found 10.0.0.1 with port x",
    );
  });
});
