import { describe, expect, it } from "@jest/globals";
import { join } from "node:path";

import { run } from "../support/command.ts";

const CHECKOUT = join(import.meta.dirname, "..", "..");
const [settle, sdk] = [join(CHECKOUT, "stacks", "settle.ts"), join(CHECKOUT, "node_modules/@pulumi/pulumi/index.js")];

/** Ends like a program of Pulumi: what nobody handles is printed as Pulumi prints it, and decides over the exit code. */
function program(settled: string): string {
  return `
    import sdk from ${JSON.stringify(sdk)};
    import { failUnlessSettled } from ${JSON.stringify(settle)};
    const fail = (error) => { console.log(error.stack || error.message); process.exitCode = 32; };
    process.on("uncaughtException", fail).on("unhandledRejection", fail);
    failUnlessSettled(${settled});
    console.log("outputs");`;
}

async function runProgram(settled: string) {
  const { code, stdout } = await run("node", ["--input-type=module", "--eval", program(settled)], {
    cwd: CHECKOUT,
    timeoutMs: 60_000,
  });
  return { code, lines: stdout.trim().split("\n") };
}

describe("a program", () => {
  it("ends well when everything has settled", async () => {
    expect(await runProgram("Promise.resolve()")).toEqual({ code: 0, lines: ["outputs"] });
  });

  it("fails after its outputs, with the sentence and no stack, when an Application is on hold", async () => {
    const held = 'Promise.reject(new sdk.RunError("on hold: api"))';
    expect(await runProgram(held)).toEqual({ code: 32, lines: ["outputs", "on hold: api"] });
  });

  it("does not end well when something never settles", async () => {
    const { code, lines } = await runProgram("new Promise(() => undefined)");
    expect({ code, lines }).toEqual({
      code: 32,
      lines: ["outputs", "the program ended before every Application was registered"],
    });
  });
});
