import { describe, expect, it } from "@jest/globals";

import { helmRunOf, withParameters } from "./helm-options.ts";

const BUILD = {
  ...{ application: "api", namespace: "qa", project: "default", revision: "0123456789" },
  ...{ repoURL: "https://example.com/api.git", path: "chart", targetRevision: "main" },
};

function run(options: Parameters<typeof helmRunOf>[0], application = "api") {
  return helmRunOf(options, { ...BUILD, application }, { ARGOCD_APP_NAME: application });
}

describe("what helm is told", () => {
  it("is the name and the namespace of the Application, and CRDs, unless the Application says otherwise", () => {
    expect(run({})).toMatchObject({ releaseName: "api", namespace: "qa", flags: ["--include-crds"] });
    const options = { releaseName: "r", namespace: "n", skipCrds: true, skipTests: true, skipSchemaValidation: true };
    expect(run({ ...options, kubeVersion: "1.30", apiVersions: ["a/v1", "v1/B"] })).toMatchObject({
      ...{ releaseName: "r", namespace: "n" },
      flags: [
        ...["--kube-version=1.30", "--api-versions=a/v1", "--api-versions=v1/B"],
        ...["--skip-tests", "--skip-schema-validation"],
      ],
    });
  });

  it("is a release name that Helm takes, different for every Application", () => {
    const long = run({}, `${"a".repeat(50)}.b-long`).releaseName;
    expect(long).toHaveLength(53);
    expect(long).not.toBe(run({}, `${"a".repeat(50)}.c-long`).releaseName);
  });

  it("is what promotion says, instead of a parameter of the same name", () => {
    const written = [
      { name: "image.tag", value: "v1", forceString: false },
      { name: "replicas", value: "2", forceString: false },
    ];
    const promoted = [{ name: "image.tag", value: "v2", forceString: true }];
    expect(withParameters({ parameters: written }, promoted)).toEqual({ parameters: [written[1], promoted[0]] });
    expect(withParameters({ parameters: written }, [])).toEqual({ parameters: written });
  });

  it.each([
    ["a,b", "--set=x=a\\,b"],
    ["a\\,b", "--set=x=a\\,b"],
    ["{a,b}", "--set=x={a,b}"],
    ["$ARGOCD_APP_NAME,$$", "--set=x=api\\,$"],
  ])("of the parameter %j is %j, as in Argo CD", (value, expected) => {
    const { parameters } = run({ parameters: [{ name: "x", value, forceString: false }] });
    expect(parameters.map(({ flag, text }) => `${flag}=${text}`)).toStrictEqual([expected]);
  });

  it("keeps numbers as texts if forced", () => {
    const { parameters } = run({ parameters: [{ name: "x", value: "1", forceString: true }] });
    expect(parameters).toStrictEqual([{ flag: "--set-string", text: "x=1" }]);
  });

  it("puts variables into paths, but not into the name of another source", () => {
    const valueFiles = ["$values/$ARGOCD_APP_NAME.yaml", "envs/${ARGOCD_APP_NAME}.yaml", "$ARGOCD_APP_NAME/v.yaml"];
    expect(run({ valueFiles }).valueFiles).toStrictEqual(["$values/api.yaml", "envs/api.yaml", "api/v.yaml"]);
  });

  it("takes valuesObject for values, as in Argo CD", () => {
    expect(run({ values: "a: 1" }).inline).toBe("a: 1");
    expect(run({ values: "a: 1", valuesObject: { a: 2 } }).inline).toBe('{"a":2}');
  });
});
