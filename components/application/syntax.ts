import { isMap, isScalar, isSeq } from "yaml";
import type { Node, ErrorCode, YAMLError } from "yaml";
import type { Failure } from "../error.ts";
import { escapeUnprintable, memberPath } from "./quote.ts";

const MAX_FAILURES = 20;

const REASONS: Partial<Record<ErrorCode, string>> = {
  TAB_AS_INDENT: "found a tab in the indentation: YAML allows only spaces there",
  RESOURCE_EXHAUSTION: "nested too deeply to be read",
};

export interface SyntaxReport {
  readonly failures: readonly Failure[];
  /** True when the parser lost nothing of the document's structure, so that the rest can be judged too. */
  readonly recovered: boolean;
}

/** What the parser found wrong with a YAML text, in words that lead to a right one: one failure a line. */
export function describeSyntaxErrors(
  root: Node,
  errors: readonly YAMLError[],
  text: string,
  lineAt: (offset: number) => number,
): SyntaxReport {
  const tabs = errors.filter(({ code }) => code === "TAB_AS_INDENT");
  const byLine = new Map<number, Failure>();
  // A tab shifts the columns of what follows, so the other errors are only its consequences.
  for (const error of tabs.length > 0 ? tabs : errors) {
    const line = lineAt(error.pos[0]);
    if (byLine.size <= MAX_FAILURES && !byLine.has(line)) {
      byLine.set(line, { line, ...describe(root, text, error) });
    }
  }
  const failures = [...byLine.values()];
  if (failures.length > MAX_FAILURES) {
    failures.splice(MAX_FAILURES, 1, { property: "", reason: "and more lines that are not valid YAML" });
  }
  return { failures, recovered: errors.every(({ code }) => code === "BAD_DQ_ESCAPE") };
}

function describe(root: Node, text: string, { code, message, pos }: YAMLError): Failure {
  if (code === "BAD_DQ_ESCAPE") return describeEscape(root, text, pos[0]);
  return { property: "", reason: REASONS[code] ?? `not valid YAML: ${escapeUnprintable(message.slice(0, 160))}` };
}

/** The classic: a regular expression in double quotes, as in `"regexp:^v[0-9]+\.[0-9]+$"`. */
function describeEscape(root: Node, text: string, offset: number): Failure {
  const found = scalarAt(root, offset);
  const escape = escapeUnprintable(text.slice(offset, offset + 2));
  const reason = `${escape} is no escape in a double-quoted YAML text`;
  const raw = found?.node.range ? text.slice(found.node.range[0] + 1, found.node.range[1] - 1) : "";
  if (found === undefined || raw === "" || raw.length > 200 || raw.includes("\n")) {
    return { property: found?.path ?? "", reason: `${reason}: put the text in single quotes` };
  }
  const plain = raw.replace(/\\(["\\])/g, "$1");
  return {
    property: found.path,
    reason: `${reason}: put it in single quotes: '${escapeUnprintable(plain.replaceAll("'", "''"))}'`,
  };
}

function scalarAt(root: Node, offset: number): { readonly node: Node; readonly path: string } | undefined {
  let node: unknown = root;
  let path = "";
  for (;;) {
    if (isScalar(node)) return { node, path };
    if (isMap(node)) {
      const pair = node.items.find(({ key, value }) => holds(key, offset) || holds(value, offset));
      if (isScalar(pair?.key)) path = memberPath(path, String(pair.key.value));
      node = holds(pair?.key, offset) ? pair?.key : pair?.value;
    } else if (isSeq(node)) {
      const index = node.items.findIndex((item) => holds(item, offset));
      path = `${path}[${index}]`;
      node = node.items[index];
    } else return undefined;
  }
}

function holds(node: unknown, offset: number): boolean {
  if (!isScalar(node) && !isMap(node) && !isSeq(node)) return false;
  return node.range != null && node.range[0] <= offset && offset < node.range[1];
}
