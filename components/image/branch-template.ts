import { createHash } from "node:crypto";

import { parseImage } from "./reference.ts";

/** A tag that is to be changed in Git. */
export interface TagChange {
  /** As `imageName` spells it. */
  readonly image: string;
  readonly alias?: string | undefined;
  /** With its digest; absent when Git names none yet. */
  readonly from?: string | undefined;
  readonly to: string;
}

/** The name of a branch for proposals: what stands there, and what is filled in. */
export type BranchTemplate = readonly Piece[];

type Piece = string | { readonly field: "SHA256" } | { readonly range: readonly Inner[] };
type Inner = string | { readonly field: Field };
type Field = keyof typeof FIELDS;

const FIELDS = {
  Name: ({ image }: TagChange) => pathOf(image),
  Alias: ({ alias = "" }: TagChange) => alias,
  OldTag: ({ from = "" }: TagChange) => inName(from),
  NewTag: ({ to }: TagChange) => inName(to),
} as const;

/** What of Go's templates is understood, for messages. */
export const TEMPLATE_GRAMMAR =
  "{{.SHA256}} and {{range .Images}}...{{end}} with {{.Name}}, {{.Alias}}, {{.OldTag}} and {{.NewTag}} in between";

/** As long as Image Updater lets a name become. */
const LONGEST = 255;

/**
 * Reads the part of Go's templates that makes sense in the name of a branch.
 * @returns what is wrong, as a text, when it is anything else
 */
export function parseBranchTemplate(text: string): BranchTemplate | string {
  const pieces: Piece[] = [];
  let inside: Inner[] | undefined;
  for (const [index, part] of text.split(/\{\{(.*?)\}\}/s).entries()) {
    const action = index % 2 === 1 ? part.trim() : undefined;
    const field = action?.startsWith(".") === true ? action.slice(1) : "";
    if (action === undefined && /\{\{|\}\}/.test(part)) return unknown(part);
    else if (action === undefined) (inside ?? pieces).push(part);
    else if (inside !== undefined && isField(field)) inside.push({ field });
    else if (inside !== undefined && action === "end") inside = void pieces.push({ range: inside });
    else if (inside === undefined && action === ".SHA256") pieces.push({ field: "SHA256" });
    else if (inside === undefined && /^range\s+\.Images$/.test(action)) inside = [];
    else return unknown(`{{${part}}}`);
  }
  return inside === undefined ? pieces : unknown("{{range .Images}} without {{end}}");
}

/** The branch for these changes: the same changes have the same branch. Whether Git allows the name is not known before. */
export function formatBranch(template: BranchTemplate, changes: readonly TagChange[]): string {
  const format = (piece: Piece): string => {
    if (typeof piece === "string") return piece;
    if ("field" in piece) return digestOf(changes);
    const each = (change: TagChange) =>
      piece.range.map((one) => (typeof one === "string" ? one : FIELDS[one.field](change))).join("");
    return changes.map(each).join("");
  };
  return template.map(format).join("").slice(0, LONGEST);
}

/** git-check-ref-format(1), and no more than that. */
export function isBranchName(text: string): boolean {
  const isRef = text.length <= LONGEST && /^[^\s~^:?*[\\\p{Cc}]+$/u.test(text);
  return isRef && text !== "HEAD" && !/^[-/.]|\.\.|\/\/|\/\.|@\{|\.lock(?:\/|$)|[/.]$/.test(text);
}

function isField(name: string): name is Field {
  return Object.hasOwn(FIELDS, name);
}

function unknown(found: string): string {
  return `expected a branch whose name may hold ${TEMPLATE_GRAMMAR}, found ${JSON.stringify(found)}`;
}

/** In the order of the image list, as Image Updater does it. */
function digestOf(changes: readonly TagChange[]): string {
  const hash = createHash("sha256");
  for (const { image, from = "", to } of changes) hash.update(`${pathOf(image)}-${from}-${to},`);
  return hash.digest("hex");
}

/** Without the registry; `nginx` of Docker Hub. */
function pathOf(image: string): string {
  return (parseImage(image)?.repository ?? image).replace(/^library\//, "");
}

/** A colon may not stand in the name of a branch: `latest-0123456789ab` for `latest@sha256:0123456789ab...`. */
function inName(tag: string): string {
  return tag.replace(/@?\w+:([0-9a-f]{12})[0-9a-f]*$/, (_, digest: string, at: number) =>
    at === 0 ? digest : `-${digest}`,
  );
}
