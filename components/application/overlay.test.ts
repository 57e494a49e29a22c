import { describe, expect, it } from "@jest/globals";

import { APPLICATION } from "./application.fixture.ts";
import type { Source } from "./application.ts";
import { describeIdlePin, overlay } from "./overlay.ts";
import { parseApplications } from "./parse.ts";

const application = parseApplications([{ file: "app.yaml", text: APPLICATION }])[0]!.applications[0]!;

describe("overlay", () => {
  it("changes nothing when nothing is laid over", () => {
    expect(overlay(application, {}, undefined)).toEqual({ ...application, overlay: {}, imageKeys: {} });
  });

  it.each([
    ["the file", {}, undefined, { namespace: "production", targetRevision: "HEAD" }],
    [
      "the environment over the file",
      { namespace: "qa", targetRevision: "develop" },
      undefined,
      { namespace: "qa", targetRevision: "develop" },
    ],
    [
      "the Application over the environment",
      { namespace: "qa", targetRevision: "develop" },
      { namespace: "own", targetRevision: "fix" },
      { namespace: "own", targetRevision: "fix" },
    ],
    [
      "each field by itself",
      { namespace: "qa", targetRevision: "develop" },
      { targetRevision: "fix" },
      { namespace: "qa", targetRevision: "fix" },
    ],
    [
      "the pin over every target revision",
      { targetRevision: "develop" },
      { targetRevision: "fix", revision: "v1.2.0" },
      { namespace: "production", targetRevision: "v1.2.0" },
    ],
  ])("takes %s", (_title, environment, own, { namespace, targetRevision }) => {
    const { sources, destination } = overlay(application, environment, own);
    const [source] = sources;
    expect({ namespace: destination.namespace, targetRevision: source?.targetRevision }).toEqual({
      namespace,
      targetRevision,
    });
    expect(destination.server).toBe("https://kubernetes.default.svc");
    expect(source?.path).toBe("k8s");
  });

  it("merges image rules one by one and keeps pins, waits and adoption", () => {
    const environment = {
      images: { allowTags: "regexp:^qa-", constraint: "1.0.x" },
      timeoutMs: 60_000,
      wait: "applied",
    } as const;
    const own = { images: { constraint: "1.1.x" }, pins: { app: "v1.0.0" }, adopt: true, wait: "healthy" } as const;
    expect(overlay(application, environment, own).overlay).toEqual({
      images: { allowTags: "regexp:^qa-", constraint: "1.1.x" },
      pins: { app: "v1.0.0" },
      adopt: true,
      wait: "healthy",
      timeoutMs: 60_000,
    });
  });

  it("knows what the stack calls each image rule", () => {
    const environment = { images: { allowTags: "any", constraint: "1.x", minimumAgeMs: 1, skip: ["a"] } };
    const own = { images: { constraint: "2.x", strategy: "semver", skip: ["b"] } };
    expect(overlay(application, environment, own).imageKeys).toEqual({
      allowTags: "gitops:images.allowTags",
      constraint: "gitops:overrides.api-service.images.constraint",
      minimumAgeMs: "gitops:images.minimumAge",
      skip: "gitops:images.skip, gitops:overrides.api-service.images.skip",
      strategy: "gitops:overrides.api-service.images.strategy",
    });
    const nothing = { images: { ...own.images, skip: [] } };
    expect(overlay(application, environment, nothing).imageKeys.skip).toBe("gitops:images.skip");
  });

  it("adds up what the environment and the Application skip: a bad version is bad for both", () => {
    const environment = { images: { skip: ["v1.2.0"], pinDigest: true } };
    const own = { images: { skip: ["v1.3.*"], pinDigest: false } };
    expect(overlay(application, environment, own).overlay.images).toEqual({
      skip: ["v1.2.0", "v1.3.*"],
      pinDigest: false,
    });
    expect(overlay(application, environment, undefined).overlay.images?.skip).toEqual(["v1.2.0"]);
  });

  it("changes of several sources those Git ones that name no revision, and charts never", () => {
    const repository = { repoURL: "https://github.com/my-org/api.git", path: "k8s" };
    const chart = { repoURL: "https://charts.example.com", chart: "nginx", targetRevision: "1.x" };
    const revisions = (...sources: readonly Source[]) =>
      overlay({ ...application, sources }, { targetRevision: "develop" }, undefined).sources.map(
        ({ targetRevision }) => targetRevision,
      );
    const [head, tag] = ["HEAD", "v1"].map((targetRevision) => ({ ...repository, targetRevision }));
    expect(revisions(head!, tag!, chart)).toEqual(["develop", "v1", "1.x"]);
    expect(revisions(tag!, chart)).toEqual(["develop", "1.x"]);
    expect(revisions(chart)).toEqual(["1.x"]);
  });

  it("pins the Git sources, or an Application that is nothing but a chart, and says when a pin has no effect", () => {
    const repository = { repoURL: "https://github.com/my-org/api.git", path: "k8s", targetRevision: "v1" };
    const chart = { repoURL: "https://charts.example.com", chart: "nginx", targetRevision: "1.x" };
    const pinned = (...sources: readonly Source[]) => {
      const overlaid = overlay({ ...application, sources }, { targetRevision: "develop" }, { revision: "1.2.3" });
      return [describeIdlePin(overlaid), ...overlaid.sources.map(({ targetRevision }) => targetRevision)];
    };
    expect(pinned(repository, chart)).toEqual([undefined, "1.2.3", "1.x"]);
    expect(pinned(chart)).toEqual([undefined, "1.2.3"]);
    const idle = "the pin 1.2.3 has no effect: all of the several sources name a revision of their own";
    expect(pinned(chart, chart)).toEqual([idle, "1.x", "1.x"]);
    expect(pinned(repository, repository)).toEqual([idle, "v1", "v1"]);
  });

  it("leaves its arguments as they are", () => {
    const before = structuredClone({ ...application });
    overlay(application, { namespace: "qa" }, { revision: "x" });
    expect({ ...application }).toEqual(before);
  });
});
