/**
 * What `pulumi preview --diff` says of one resource: path -> change, where a change reads `5 => 3`, `+ "new"` or `- "old"`.
 * A path in a manifest begins with the object: `apps/Deployment qa/api spec.replicas`.
 */
export type Changes = Readonly<Record<string, string>>;

interface Line {
  readonly column: number;
  readonly marker: "+" | "-" | "~" | " ";
  readonly text: string;
}

interface Parent {
  readonly column: number;
  readonly path: string;
}

/** The changes planned for one Application, as a person reads them; the refresh above them is left out. */
export function readDiff(output: string, application: string): Changes {
  const lines = output.split("\n");
  const start = lines.findIndex((line, index) => isStep(line) && (lines[index + 2] ?? "").endsWith(`-${application}]`));
  if (start < 0) return {};
  const end = lines.findIndex((line, index) => index > start && (isStep(line) || line.startsWith("Resources:")));
  return readChanges(lines.slice(start + 3, end < 0 ? undefined : end).map(parseLine));
}

function isStep(line: string): boolean {
  return /^\s*[~+-] pulumi-nodejs:dynamic\/gitops:Sync: \((?:update|create|delete)\)/.test(line);
}

function parseLine(line: string): Line {
  const [, indent = "", marker = " ", text = ""] = /^(\s*)(?:([~+-]) )?(.*)$/.exec(line) ?? [];
  const isMarked = marker !== " ";
  return { column: indent.length + (isMarked ? 2 : 0), marker: marker as Line["marker"], text: text.trimEnd() };
}

function readChanges(lines: readonly Line[]): Changes {
  const changes: Record<string, string> = {};
  const parents: Parent[] = [];
  for (let index = 0; index < lines.length; index++) {
    const line = lines[index]!;
    const [, name, value] = /^(\S.*?)\s*:(?: (.*))?$/.exec(line.text) ?? [];
    if (name === undefined || /^[}\]]/.test(line.text)) continue;
    while (parents.length > 0 && parents.at(-1)!.column >= line.column) parents.pop();
    const path = join(parents.at(-1)?.path ?? "", name);
    const below = lines.slice(index + 1, index + 1 + countBelow(lines, index));
    if (line.marker === "~" && (value ?? "") === "") {
      changes[path] = below
        .filter(({ marker }) => marker !== " ")
        .map(({ marker, text }) => `${marker} ${text}`)
        .join("\n");
      index += below.length;
    } else if (line.marker === "+" || line.marker === "-") {
      changes[path] =
        `${line.marker} ${[value ?? "", ...below.map(({ text }) => text.replace(/\s+:/, ":"))].filter(isScalar).join(", ")}`.trim();
      index += below.length;
    } else if (line.marker === "~" && !isOpening(value ?? "")) changes[path] = value ?? "";
    else parents.push({ column: line.column, path });
  }
  return changes;
}

function countBelow(lines: readonly Line[], index: number): number {
  const next = lines.slice(index + 1).findIndex(({ column, text }) => text !== "" && column <= lines[index]!.column);
  return next < 0 ? lines.length - index - 1 : next;
}

/** `manifests` itself says nothing; below it comes the object, and then a path in it. */
function join(parent: string, name: string): string {
  if (parent === "") return name === "manifests" ? "" : name;
  if (name.startsWith("[")) return parent + name;
  return parent.includes(" ") && !/ .* /.test(parent) ? `${parent} ${name}` : `${parent}.${name}`;
}

function isOpening(value: string): boolean {
  return /[{[]$/.test(value);
}

function isScalar(text: string): boolean {
  return text !== "" && !/^[}\]]/.test(text) && !isOpening(text);
}
