import { join } from "node:path";

import { beforeAll, describe, expect, it } from "@jest/globals";

import type { Figure } from "../../bench/figures.ts";
import type { Report } from "../../bench/report.ts";
import { problemsIn } from "../../bench/report.ts";
import type { Run } from "../support/command.ts";
import { run } from "../support/command.ts";

const CHECKOUT = join(import.meta.dirname, "..", "..");
const APPS = 50;
const OBJECTS = 500;
const DRIFTED = 5;
/** The bench has a sandbox of its own, and the machine may be slow: how long anything takes is not tested here. */
const TIMEOUT_MS = 1_200_000;

describe("a small run of the bench", () => {
  let ended: Run;
  let report: Report;

  beforeAll(async () => {
    const size = [`--apps=${APPS}`, `--objects=${OBJECTS}`, `--drift=${DRIFTED}`, "--repositories=5"];
    const what = ["--scenario=first-up,no-op,engine,drift,bump", "--no-floor", "--json"];
    ended = await run(process.execPath, ["bench/index.ts", ...size, ...what], { cwd: CHECKOUT, timeoutMs: TIMEOUT_MS });
    report = JSON.parse(ended.stdout) as Report;
  }, TIMEOUT_MS);

  function command(scenario: string, place: number) {
    const found = report.results.find((result) => result.scenario === scenario)?.commands[place];
    if (found === undefined) throw new Error(`${scenario} has no command ${place}:\n${ended.output}`);
    return found;
  }

  function figures(scenario: string): Readonly<Record<string, Figure>> {
    const found = report.results.find((result) => result.scenario === scenario)?.figures ?? [];
    return Object.fromEntries(found.map((figure) => [figure.name, figure]));
  }

  it("finds every result right", () => {
    expect(problemsIn(report)).toEqual([]);
    expect(ended.code).toBe(0);
  });

  it("has measured every scenario that was asked for", () => {
    expect(report.results.map(({ scenario }) => scenario)).toEqual(["first-up", "no-op", "engine", "drift", "bump"]);
  });

  it("counts the same requests in the API server's metrics as in its audit log", () => {
    for (const { name, requests } of report.results.flatMap(({ commands }) => commands))
      expect([name, requests.metered]).toEqual([name, requests.total]);
  });

  it("applies and rehearses each object once in the first up, and lists no kind twice", () => {
    const { requests } = command("first-up", 0);
    expect(requests.byVerb).toMatchObject({ "patch (dry-run)": OBJECTS });
    // Beside the objects there is only the Lease.
    expect(requests.written).toBe(OBJECTS);
    expect(requests.listsOfOneKind).toBe(1);
  });

  it("writes the state once in an up and never in a preview", () => {
    expect([command("first-up", 0), command("no-op", 0), command("drift", 1)].map((each) => each.stateWrites)).toEqual([
      1, 0, 1,
    ]);
  });

  it("keeps the state within what is rendered, compressed, and a third of it", () => {
    expect(figures("first-up")["state"]).toMatchObject({ met: true });
  });

  it("asks the API server for each kind and little more in a preview without changes", () => {
    const { byVerb, total, listsOfOneKind } = command("no-op", 0).requests;
    expect(Object.keys(byVerb)).toEqual(["get", "list"]);
    expect([byVerb["list"], listsOfOneKind]).toEqual([9, 1]);
    expect(total).toBeLessThanOrEqual(9 + 10);
  });

  it("asks Git once a repository and the registry once an image in a preview without changes", () => {
    const { git, tagLists, otherRegistry } = command("no-op", 0).servers;
    expect(git).toBe(5);
    // One more tells where tokens are to be had.
    expect(tagLists + otherRegistry).toBe(APPS + 1);
  });

  it("reads drifted objects and no others beside the lists", () => {
    const [noOp, drifted] = [command("no-op", 0), command("drift", 0)];
    expect(drifted.requests.total - noOp.requests.total).toBe(DRIFTED);
  });

  it("finds all drift and nothing else, and heals by writing exactly that", () => {
    expect(
      Object.values(figures("drift"))
        .filter(({ unit }) => unit === "objects")
        .map(({ met }) => met),
    ).toEqual([true, true, true]);
  });

  it("writes one object for a new tag, and none without", () => {
    expect([command("bump", 0), command("bump", 1)].map(({ requests }) => requests.written)).toEqual([0, 1]);
  });
});
