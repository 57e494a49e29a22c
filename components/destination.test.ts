import { describe, expect, it } from "@jest/globals";

import { findPlace } from "./destination.ts";

const own = { kind: "kubeconfig" } as const;
const eu = { kind: "kubeconfig", context: "eu" } as const;
const us = { kind: "kubeconfig", context: "us" } as const;
const declared = { eu: { reference: eu }, us: { reference: us, server: "https://us.example.com:6443" } };
const IN_CLUSTER = { server: "https://kubernetes.default.svc", name: "in-cluster" };

describe("the cluster of a destination", () => {
  it.each([
    [{ name: "in-cluster" }, own, IN_CLUSTER],
    [{ server: "https://kubernetes.default.svc" }, own, IN_CLUSTER],
    [{ server: "https://Kubernetes.default.svc/" }, own, IN_CLUSTER],
    [{ name: "eu" }, eu, { name: "eu" }],
    [{ name: "us" }, us, { name: "us", server: "https://us.example.com:6443" }],
    [{ server: "https://us.example.com:6443/" }, us, { name: "us", server: "https://us.example.com:6443" }],
  ])("%j is declared", (destination, cluster, names) =>
    expect(findPlace({ namespace: "qa", ...destination }, own, declared)).toEqual({ cluster, names }),
  );

  it.each([
    [{ name: "asia" }, "there is no cluster asia (gitops:clusters declares it; there is in-cluster, eu, us)"],
    [{ name: "in-clutser" }, "there is no cluster in-clutser (did you mean in-cluster?)"],
    [
      { name: "constructor" },
      "there is no cluster constructor (gitops:clusters declares it; there is in-cluster, eu, us)",
    ],
    [
      { server: "https://us.example.com" },
      "there is no cluster https://us.example.com (gitops:clusters declares it; there is in-cluster, eu, us)",
    ],
  ])("%j is an error, never the environment's own", (destination, reason) =>
    expect(findPlace({ namespace: "qa", ...destination }, own, declared)).toBe(`spec.destination: ${reason}`),
  );

  it("must not be two", () => {
    const twice = { ...declared, again: { reference: eu, server: "https://us.example.com:6443" } };
    expect(findPlace({ namespace: "qa", server: "https://us.example.com:6443" }, own, twice)).toBe(
      "spec.destination: https://us.example.com:6443 is both us and again",
    );
  });
});
