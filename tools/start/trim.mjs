import { stripVTControlCharacters } from "node:util";
import { dim } from "./terminal.mjs";

// What Pulumi prints, without what says nothing to a reader. Lines are left out, never changed, and their number is said.

const CHATTER = /^(@ |\[urn=|--outputs:--|warning: using pulumi-resource|(\S+: )?(resolving|listing tags|rendering) )/;
const STACK_ROW = /^~? *pulumi:pulumi:Stack: \((refresh|same)\)$/;
const MARKED = /^[~+-] /;
const FRAME = /^(Previewing|Updating|Destroying|\[id=|Resources:|Duration:|Diagnostics:|error:|warning:|\d+ unchanged)/;
const RESULT = /^[~+-] .*gitops:Sync \S+ (\*\*)?(created|updated|deleted|(creating|updating|deleting) failed)/;

/** Of `preview --diff`: what changes and the path to it; of an object that comes or goes, its name. */
export function diff(lines) {
  const inside = insideWholeObjects(lines.map(stripVTControlCharacters));
  const isNoise = (line) => CHATTER.test(line) || STACK_ROW.test(line);
  const isWorthwhile = (line, index) => !isNoise(line) && !inside.has(index) && (MARKED.test(line) || FRAME.test(line));
  return keep(lines, isWorthwhile);
}

/** Of `up`: how each Application ended, and the sums. The outputs come in full from `pulumi stack output`. */
export function result(lines) {
  const outputs = lines.findIndex((line) => text(line) === "Outputs:");
  const sums = lines.findIndex((line) => text(line) === "Resources:");
  const isOutput = (index) => outputs >= 0 && index >= outputs && index < sums;
  return keep(lines, (line, index) => !isOutput(index) && (RESULT.test(line) || isSum(line, index, sums)));
}

/** The first lines, for lists of which one needs to see only what kind of list it is. */
export function first(count) {
  return (lines) => keep(lines, (_, index) => index < count);
}

/** Indexes of lines that stand deeper than the object they belong to, for objects that come or go as a whole. */
function insideWholeObjects(lines) {
  const indexes = new Set();
  let depth = Infinity;
  for (const [index, line] of lines.entries()) {
    const indent = line.length - line.trimStart().length;
    if (indent > depth) indexes.add(index);
    else depth = /^[+-] .*: \(json\) \{$/.test(line.trim()) ? indent : Infinity;
  }
  return indexes;
}

function isSum(line, index, sums) {
  return /^(Updating|Duration)/.test(line) || (index >= sums && line !== "");
}

function keep(lines, isWorthwhile) {
  const kept = lines.filter((line, index) => isWorthwhile(text(line), index));
  const left = lines.filter((line) => text(line) !== "").length - kept.length;
  return left > 0 ? [...kept, dim(`(${left} lines left out)`)] : kept;
}

function text(line) {
  return stripVTControlCharacters(line).trim();
}
