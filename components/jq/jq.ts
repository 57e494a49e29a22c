import { Worker } from "node:worker_threads";

import { causeOf, GitOpsError } from "../error.ts";
import type { Question, Reply } from "./jq.worker.ts";

/** How long one run may take, as in Argo CD. */
const LIMIT_MS = 1_000;
/** jq finds the document on its stack, which is small. Larger than any object that etcd takes by default would have to be. */
const MAX_DOCUMENT = 500_000;

let worker: Promise<Worker> | undefined;
let last: Promise<unknown> = Promise.resolve();

/**
 * Runs jq on one document, in a thread that is started with the first run and does not keep the process alive. Runs wait for
 * each other.
 * @returns what the program printed
 * @throws GitOpsError Invalid, with jq's own words, when the program is wrong or fails; or when it takes longer than a second or
 *   too much memory, in which case the thread is ended
 */
export function runJq(question: Question): Promise<string> {
  const run = last.then(() => runNow(question));
  last = run.catch(() => undefined);
  return run;
}

async function runNow(question: Question): Promise<string> {
  const size = question.document.length;
  if (size > MAX_DOCUMENT)
    throw invalid(`the object is too large for jq (${size} characters, ${MAX_DOCUMENT} at most)`);
  worker ??= startWorker();
  const running = await worker;
  running.ref();
  try {
    const reply = await ask(running, question);
    if ("output" in reply) return reply.output;
    if (reply.error.startsWith("jq: ")) throw invalid(wordsOf(reply.error));
    // Not jq spoke but what it runs on, and that is broken now.
    await discard(running);
    throw invalid("needs more memory than jq has");
  } finally {
    running.unref();
  }
}

function startWorker(): Promise<Worker> {
  const { promise, resolve, reject } = Promise.withResolvers<Worker>();
  const starting = new Worker(new URL("./jq.worker.ts", import.meta.url), { env: {}, stdout: true, stderr: true });
  starting.once("message", () => resolve(starting));
  // Stays as long as the thread: an error that nobody listens to would end the process.
  starting.on("error", (error) => {
    worker = undefined;
    reject(new GitOpsError(`jq cannot be started: ${causeOf(error)}`, { code: "Failed", cause: error }));
  });
  return promise;
}

async function ask(running: Worker, question: Question): Promise<Reply> {
  const { promise, resolve } = Promise.withResolvers<Reply | "late">();
  const onError = (error: unknown) => resolve({ error: causeOf(error) });
  running.once("message", resolve).once("error", onError);
  const timer = setTimeout(resolve, LIMIT_MS, "late");
  running.postMessage(question);
  const reply = await promise;
  clearTimeout(timer);
  running.off("message", resolve).off("error", onError);
  if (reply !== "late") return reply;
  await discard(running);
  throw invalid(`takes longer than ${LIMIT_MS / 1000} s`);
}

async function discard(running: Worker): Promise<void> {
  worker = undefined;
  await running.terminate();
}

function invalid(message: string): GitOpsError {
  return new GitOpsError(message, { code: "Invalid" });
}

/** `jq: error: syntax error, unexpected ')' (Unix shell quoting issues?) at <top-level>, line 1:` without the shell. */
function wordsOf(error: string): string {
  const [line = ""] = error.split("\n", 1);
  return line
    .replace(/^jq: error(?: \(at .*?\))?: /, "")
    .replace(/ \(Unix shell quoting issues\?\)/, "")
    .replace(/ at <top-level>.*$/, "");
}
