import { parentPort } from "node:worker_threads";

// One level below the package's own `raw`, which runs everything in one instance: that one breaks after some hundred runs.
import newJq from "jq-wasm/dist/build/jq.js";

/** One run of jq. `document` is JSON text that the program finds in `$document`. */
export interface Question {
  readonly program: string;
  readonly document: string;
}

export type Reply = { readonly output: string } | { readonly error: string };

interface Jq {
  raw(input: string, program: string, flags: readonly string[]): Promise<string>;
}

async function run({ program, document }: Question): Promise<Reply> {
  try {
    const jq = (await newJq()) as Jq;
    // As an argument: what is given on standard input is copied once for each byte of it.
    return { output: await jq.raw("null", program, ["-c", "-n", "--argjson", "document", document]) };
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  }
}

function reply(answer: Reply | "ready"): void {
  parentPort?.postMessage(answer);
}

parentPort?.on("message", (question: Question) => void run(question).then(reply));

// The first run compiles the WebAssembly; nobody's time is counted before that is done.
await run({ program: ".", document: "null" });
reply("ready");
