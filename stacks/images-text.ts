import type {
  ApplicationImages,
  ExplainedSetting,
  ImageReport,
  ImagesReport,
  TagReport,
} from "../components/images.ts";

/** What is said of one stack. */
export interface StackImages extends ImagesReport {
  readonly stack: string;
  /** Null when the configuration has mistakes. */
  readonly environment: string | null;
}

type Row = readonly string[];

const ANNOTATIONS = "argocd-image-updater.argoproj.io/";
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/g;

/** For a terminal: a block for each Application, a table of tags for each image. */
export function formatStacks(stacks: readonly StackImages[]): string {
  return stacks
    .flatMap(stackBlocks)
    .map((lines) => `${lines.map(clean).join("\n")}\n`)
    .join("\n");
}

function stackBlocks({ stack, problems, applications }: StackImages): readonly (readonly string[])[] {
  const blocks = applications.map((application) => applicationLines(stack, application));
  if (problems.length > 0) return [[`stack ${stack}`, ...problems.flatMap(problemLines)], ...blocks];
  return blocks.length > 0 ? blocks : [[`stack ${stack}: no Application`]];
}

function applicationLines(
  stack: string,
  { application, file, notes, problems, images }: ApplicationImages,
): readonly string[] {
  const nothing = problems.length === 0 && images.length === 0;
  return [
    `${application} in stack ${stack}${file === null ? "" : ` (${file})`}`,
    ...problems.flatMap(problemLines),
    ...notes.map((note) => `  note: ${note}`),
    ...(nothing ? ["  neither the annotation image-list nor an ImageUpdater: images stay as Git has them"] : []),
    ...images.flatMap((image) => ["", ...imageLines(image).map((line) => (line === "" ? "" : `  ${line}`))]),
  ];
}

function imageLines(report: ImageReport): readonly string[] {
  const { image, alias, chosen, pin, waiting, warning, problem, tags } = report;
  const end = pin === null ? "" : `pinned by ${pin.key}`;
  const facts: Row[] = [
    ...policyRows(report),
    ["chosen", chosen ?? (problem === null ? "no tag is allowed" : "unknown"), end],
    ...(waiting === null ? [] : [["waiting", waiting]]),
    ...(warning === null ? [] : [["warning", warning]]),
    ...(problem === null ? [] : [["problem", problem]]),
  ];
  return [
    alias === null ? image : `${image}, alias ${alias}`,
    ...align(facts).map((line) => `  ${line}`),
    ...(tags.length === 0 ? [] : ["", ...tagTable(tags).map((line) => `  ${line}`)]),
  ];
}

/** Settings without effect are left out, but for a constraint: whoever wrote it should know. */
function policyRows({ policy }: ImageReport): readonly Row[] {
  const { strategy, constraint, allowTags, ignoreTags, platforms } = policy;
  const isLookedAt = policy.minimumAge.value !== null || policy.pinDigest.value !== null;
  const looksInside = strategy.value === "newest-build" || strategy.value === "digest" || isLookedAt;
  const usesConstraint = strategy.value === "semver" || strategy.value === "digest";
  const everything = strategy.value === "semver" ? "every release" : "none";
  const unused = `${constraint.value ?? ""} (not used by ${strategy.value ?? ""})`;
  return [
    row("strategy", strategy),
    ...(usesConstraint ? [row("constraint", constraint, everything)] : []),
    ...(usesConstraint || constraint.value === null ? [] : [row("constraint", { ...constraint, value: unused })]),
    row("allow-tags", allowTags),
    ...(ignoreTags.value === null ? [] : [row("ignore-tags", ignoreTags)]),
    ...(looksInside ? [row("platforms", platforms)] : []),
    ...(
      [
        ["pull-secret", policy.pullSecret],
        ["skip", policy.skip],
        ["minimum age", policy.minimumAge],
        ["pin digest", policy.pinDigest],
      ] as const
    ).flatMap(([name, setting]) => (setting.value === null ? [] : [row(name, setting)])),
  ];
}

function row(name: string, { value, source, key }: ExplainedSetting, missing = "none"): Row {
  const origin = source === "annotation" ? `annotation ${key?.replace(ANNOTATIONS, "") ?? ""}` : (key ?? "default");
  return [name, value ?? missing, origin];
}

function tagTable(tags: readonly TagReport[]): readonly string[] {
  const hasVersions = tags.some(({ tag, version }) => version !== null && version !== tag);
  const hasDates = tags.some(({ created }) => created !== null);
  const cells = (tag: string, version: string, built: string, verdict: string, reason: string): Row => [
    ...[tag, ...(hasVersions ? [version] : []), ...(hasDates ? [built] : []), verdict, reason],
  ];
  return align([
    cells("TAG", "VERSION", "BUILT", "VERDICT", "REASON"),
    ...tags.map(({ tag, version, created, verdict, reason }) =>
      cells(tag, version ?? "", created ?? "", verdict, reason),
    ),
  ]);
}

/** Columns as wide as their widest cell; the last one of a row as wide as it is. */
function align(rows: readonly Row[]): readonly string[] {
  const widths = rows.reduce<number[]>((all, cells) => {
    cells.slice(0, -1).forEach((cell, column) => (all[column] = Math.max(all[column] ?? 0, cell.length)));
    return all;
  }, []);
  return rows.map((cells) =>
    cells
      .map((cell, column) => (column === cells.length - 1 ? cell : cell.padEnd(widths[column] ?? 0)))
      .join("  ")
      .trimEnd(),
  );
}

function problemLines(problem: string): readonly string[] {
  return problem.split("\n").map((line, index) => `  ${index === 0 ? "problem: " : "  "}${line}`);
}

/** What stands in files and registries must not move a terminal's cursor. */
function clean(line: string): string {
  return line.replaceAll(CONTROL, " ");
}
