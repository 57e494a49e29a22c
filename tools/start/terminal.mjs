import { stripVTControlCharacters } from "node:util";

const isTerminal = process.stdout.isTTY === true;
/** https://no-color.org: any value that is not empty means no colour. */
export const colour = isTerminal && !process.env["NO_COLOR"] && process.env["TERM"] !== "dumb";
const width = Math.max(80, Math.min(process.stdout.columns ?? 120, 120));

const paint = (code) => (text) => (colour ? `\u001b[${code}m${text}\u001b[0m` : text);
export const bold = paint(1);
export const dim = paint(2);
const red = paint(31);
const green = paint(32);
const blue = paint("1;34");

export function print(text = "") {
  process.stdout.write(`${text}\n`);
}

export function heading(text) {
  print();
  print(blue(text));
  print(blue("=".repeat(text.length)));
}

/** A paragraph in words, broken between them. */
export function say(text) {
  const lines = [""];
  for (const word of text.split(/\s+/)) {
    const last = lines.at(-1);
    if (last !== "" && last.length + word.length >= Math.min(width, 100)) lines.push(word);
    else lines[lines.length - 1] = last === "" ? word : `${last} ${word}`;
  }
  print();
  for (const line of lines) print(line);
}

/** A command as a person would type it. */
export function prompt(command) {
  print();
  for (const [index, line] of command.split("\n").entries()) print(`${index === 0 ? dim("$") : " "} ${bold(line)}`);
}

/** One line of a command's output, broken between words where it is too long, so that its indentation stays readable. */
export function show(line) {
  for (const part of wrap(line, width - 2)) print(`  ${part}`);
}

export function ok(sentence) {
  print(`${green("ok")} ${sentence}`);
}

export function failed(sentence) {
  print();
  print(`${red("FAILED")} ${sentence}`);
}

/** Counts the seconds of a long command on a terminal; call the answer to take it away. */
export function ticker() {
  if (!isTerminal) return () => undefined;
  const started = Date.now();
  const tick = () => process.stdout.write(`\r${dim(`  ... ${Math.round((Date.now() - started) / 1000)} s`)}`);
  const timer = setInterval(tick, 1000);
  return () => {
    clearInterval(timer);
    process.stdout.write("\r\u001b[K");
  };
}

function wrap(line, columns) {
  const indent = /^\s*/.exec(line)[0];
  const lines = [];
  for (const word of line.trimStart().split(" ")) {
    const last = lines.at(-1);
    if (last === undefined) lines.push(`${indent}${word}`);
    else if (length(last) + length(word) < columns) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(`${indent}    ${word}`);
  }
  return lines;
}

/** Colour codes have no width. */
function length(text) {
  return stripVTControlCharacters(text).length;
}
