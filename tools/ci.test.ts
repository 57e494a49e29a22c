import { execFileSync } from "node:child_process";
import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { describe, expect, it } from "@jest/globals";
import { parse } from "yaml";

import { GATE, previewArguments, UNATTENDED, upArguments } from "../test/support/pulumi-arguments.ts";

const FOLDER = join(import.meta.dirname, "..", "examples", "ci");

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly env?: Readonly<Record<string, string>>;
}
interface Job {
  readonly if?: string;
  readonly permissions?: Readonly<Record<string, string>>;
  readonly "timeout-minutes"?: number;
  readonly environment?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly steps: readonly Step[];
}
interface Workflow {
  readonly on: unknown;
  readonly permissions: unknown;
  readonly concurrency: { readonly "cancel-in-progress": boolean };
  readonly jobs: Readonly<Record<string, Job>>;
}

const read = (file: string) => readFileSync(join(FOLDER, file), "utf8");
const files = globSync("github/*.yaml", { cwd: FOLDER }).toSorted();

/** What a pipeline may say to Pulumi: the very commands of the end-to-end tests. */
const commandOf = (args: readonly string[]) => ["pulumi", ...args, ...UNATTENDED].join(" ");
const PREVIEW = commandOf(previewArguments('"$STACK"', ["--diff"]));
const DRIFT = commandOf(previewArguments('"$STACK"', GATE));
const UP = commandOf(upArguments('"$STACK"', ["--skip-preview"]));

function pulumiCommandsIn(script: string): readonly string[] {
  return [...script.matchAll(/pulumi (?:preview|up|destroy|refresh|stack)[^\n]*?(?= >| 2>| \||\n|$)/g)].map(
    ([command]) => command,
  );
}

describe.each(files)("the workflow %s", (file) => {
  const text = read(file);
  const workflow = parse(text, { strict: true }) as Workflow;
  const jobs = Object.values(workflow.jobs);
  const steps = jobs.flatMap((job) => job.steps);

  it("asks for no right beyond those of its jobs, and for an identity instead of a key", () => {
    expect(workflow.permissions).toEqual({});
    for (const job of jobs) {
      expect(job.permissions).toMatchObject({ contents: "read", "id-token": "write" });
      expect(job["timeout-minutes"]).toBeGreaterThan(0);
      expect(job.environment).toBeDefined();
      expect(job.env).toMatchObject({ PULUMI_CONTINUE_ON_ERROR: "true", PULUMI_PARALLEL: "1000" });
    }
    expect(text).not.toMatch(/secrets\.|credentials_json|PULUMI_ACCESS_TOKEN/);
  });

  it("uses actions of one commit, with the version beside it", () => {
    const uses = text.split("\n").filter((line) => /\buses:/.test(line));
    expect(uses.length).toBeGreaterThan(0);
    for (const line of uses) expect(line).toMatch(/uses: [\w.-]+\/[\w.-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
  });

  it("lets no text of an event into a shell", () => {
    for (const { run = "" } of steps) expect(run).not.toContain("${{");
  });

  it("lets the runner take nothing that Pulumi prints for a command", () => {
    const [step] = steps.filter(({ run = "" }) => pulumiCommandsIn(run).length > 0);
    const script = step?.run ?? "";
    const printing = script.includes(">preview.txt 2>&1") ? "cat preview.txt" : "\npulumi ";
    expect(script).toContain('echo "::stop-commands::$stop"');
    expect(script.indexOf("::stop-commands::")).toBeLessThan(script.indexOf(printing));
    expect(script).toContain('echo "::$stop::"');
  });

  it("lets nothing out of the code block of a comment", () => {
    for (const { run = "" } of steps.filter(({ run = "" }) => run.includes(".md")))
      expect(run).toContain("preview.txt | tr '`' \"'\"");
  });

  it("breaks off no run that writes", () => {
    expect(workflow.concurrency["cancel-in-progress"]).toBe(!text.includes("pulumi up"));
  });

  it("says to Pulumi what the end-to-end tests say", () => {
    const commands = steps.flatMap(({ run = "" }) => pulumiCommandsIn(run));
    expect(commands).toEqual([
      { "github/deploy.yaml": UP, "github/drift.yaml": DRIFT, "github/preview.yaml": PREVIEW }[file],
    ]);
  });
});

it("a preview gives no identity to a fork or to an update that nobody has looked at", () => {
  const { preview } = (parse(read("github/preview.yaml")) as Workflow).jobs;
  expect(preview?.if).toBe(
    "github.event.pull_request.head.repo.full_name == github.repository && github.event.pull_request.user.login != 'dependabot[bot]'",
  );
});

describe("the workflows", () => {
  const on = (file: string) => (parse(read(file)) as Workflow).on;

  it("run when they should", () => {
    expect(files).toEqual(["github/deploy.yaml", "github/drift.yaml", "github/preview.yaml"]);
    expect(on("github/preview.yaml")).toBe("pull_request");
    expect(on("github/deploy.yaml")).toMatchObject({
      push: { branches: ["develop"], tags: ["v[0-9]+.[0-9]+.[0-9]+"] },
    });
    // A repository_dispatch would take a token that can push.
    expect(Object.keys(on("github/deploy.yaml") as object)).toEqual(["push", "workflow_dispatch"]);
    expect(on("github/drift.yaml")).toMatchObject({ schedule: [{ cron: expect.any(String) }] });
  });

  it("tell a cluster that differs (7) from one that could not be looked at (1)", () => {
    const [look, issue] = (parse(read("github/drift.yaml")) as Workflow).jobs["drift"]!.steps.slice(-2);
    expect(look?.run).toContain('test "$code" = 0 || test "$code" = 7');
    expect(issue).toMatchObject({ if: "steps.look.outputs.code == '7'" });
  });
});

describe("the pipeline for GitLab", () => {
  const PROTECTED = '$CI_COMMIT_REF_PROTECTED == "true"';
  interface GitlabJob {
    readonly script?: readonly string[];
    readonly resource_group?: string;
    readonly rules?: readonly { readonly if: string }[];
  }
  const text = read("gitlab-ci.yml");
  const {
    default: defaults,
    variables,
    ...jobs
  } = parse(text, { strict: true }) as Record<string, GitlabJob & Record<string, unknown>>;

  it("says to Pulumi what the end-to-end tests say, one run that writes at a time", () => {
    const commands = Object.entries(jobs).map(([name, { script = [] }]) => [name, pulumiCommandsIn(script.join("\n"))]);
    expect(Object.fromEntries(commands)).toEqual({
      preview: [PREVIEW],
      "up-qa": [UP],
      "up-production": [UP],
      drift: [DRIFT],
    });
    for (const [name, job] of Object.entries(jobs)) {
      expect(job.rules).toHaveLength(1);
      const condition = name === "preview" ? "$CI_MERGE_REQUEST_SOURCE_PROJECT_ID == $CI_PROJECT_ID" : PROTECTED;
      expect(job.rules?.[0]?.if).toContain(` && ${condition}`);
      expect(job.resource_group !== undefined).toBe(name.startsWith("up-"));
    }
  });

  it("has an identity token and no key", () => {
    expect(defaults).toMatchObject({ id_tokens: { GOOGLE_TOKEN: { aud: "$WORKLOAD_IDENTITY_AUDIENCE" } } });
    expect(defaults).toMatchObject({ image: "$CI_IMAGE" });
    expect(variables).toEqual({ PULUMI_CONTINUE_ON_ERROR: "true", PULUMI_PARALLEL: "1000" });
  });
});

describe("the installation of Pulumi", () => {
  it("believes no download", () => {
    const script = read("install-pulumi.sh");
    expect(script.indexOf("sha256sum --check")).toBeGreaterThan(script.indexOf("curl "));
    expect(script.indexOf("tar --extract")).toBeGreaterThan(script.indexOf("sha256sum --check"));
    expect(script).toMatch(/^set -eu$/m);
  });

  it("keeps Pulumi from noting all properties of every run, and leaves what is there alone", () => {
    const home = mkdtempSync(join(tmpdir(), "pulumi-home-"));
    const lines = read("install-pulumi.sh").split("\n");
    const script = `set -eu\n${lines.slice(lines.findIndex((line) => line.startsWith("home="))).join("\n")}`;
    const install = () => execFileSync("sh", ["-c", script], { env: { ...process.env, PULUMI_HOME: join(home, "p") } });
    install();
    expect(readFileSync(join(home, "p", "logs"), "utf8")).toBe("");
    rmSync(join(home, "p", "logs"));
    mkdirSync(join(home, "p", "logs"));
    install();
    expect(statSync(join(home, "p", "logs")).isDirectory()).toBe(true);
    rmSync(home, { recursive: true });
  });
});
