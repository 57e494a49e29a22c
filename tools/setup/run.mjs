import { spawn } from "node:child_process";

const NOISE = /^(npm warn|go: downloading) /;
const LINES_SHOWN = 20;

/** Runs a program to its end without showing its output. Throws with the first lines of its complaint; stops it when this process is stopped. */
export function run(command, args, options) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { ...options, stdio: ["ignore", "ignore", "pipe"] });
    const stop = () => child.kill("SIGTERM");
    process.once("exit", stop);
    let complaint = "";
    child.stderr.setEncoding("utf8").on("data", (text) => (complaint += text));
    child.once("error", reject);
    child.once("close", (code, signal) => {
      process.off("exit", stop);
      if (code === 0) resolve();
      else reject(new Error(`${command} ${args.join(" ")}: ended with ${signal ?? code}\n${shortened(complaint)}`));
    });
  });
}

function shortened(complaint) {
  const lines = complaint.split("\n").filter((line) => !NOISE.test(line));
  return lines.slice(0, LINES_SHOWN).join("\n").trimEnd();
}
