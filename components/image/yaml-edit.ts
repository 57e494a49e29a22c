import { isMap, isScalar, isSeq, parseDocument, Scalar, YAMLSeq } from "yaml";
import type { Document, YAMLMap } from "yaml";

import { GitOpsError } from "../error.ts";

/** A YAML file that a program changes and people read: comments, order and quotes stay. */
export interface YamlEdit {
  readonly document: Document;
  /** Sets a text in a map or list, or in the whole document; nothing happens where it stands already. */
  set(owner: YAMLMap | YAMLSeq, key: string | number, value: string): void;
  remove(owner: YAMLMap, key: string): void;
  add(list: YAMLSeq, item: unknown): YAMLMap | undefined;
  /** The list at that path; made when it is not there. */
  listAt(path: readonly string[]): YAMLSeq;
}

interface Splice {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/**
 * The text after a change. Where only values were replaced all the rest stays byte for byte; where something was added the file is
 * written anew in its own style.
 * @param text undefined for a file that is to be made
 * @throws GitOpsError Invalid when the text is no YAML map, or has another form than the change expects
 */
export function editYaml(text: string | undefined, change: (edit: YamlEdit) => void): string {
  const document = parseDocument(text ?? "", { uniqueKeys: true });
  const isOdd = document.errors.length > 0 || !(document.contents === null || isMap(document.contents));
  if (isOdd) throw new GitOpsError("the file is no YAML map", { code: "Invalid" });
  document.contents ??= document.createNode({}) as never;
  const splices: Splice[] = [];
  const state = { grown: false };
  try {
    change(editOf(document, splices, state));
  } catch (error) {
    throw new GitOpsError("the file has another form than expected", { code: "Invalid", cause: error });
  }
  if (text !== undefined && !state.grown) {
    const spliced = splice(text, splices);
    if (JSON.stringify(parseDocument(spliced).toJS()) === JSON.stringify(document.toJS())) return spliced;
  }
  // As the file writes its lists already: under their key, or two columns in.
  const indentSeq = !/^( *)[^\s#-][^\n]*:[ ]*\n\1- /m.test(text ?? "");
  return document.toString({ lineWidth: 0, indentSeq });
}

function editOf(document: Document, splices: Splice[], state: { grown: boolean }): YamlEdit {
  return {
    document,
    set: (owner, key, value) => {
      const node = owner.get(key, true);
      if (isScalar(node)) {
        if (node.value === value) return;
        const [start, end] = node.range ?? [0, 0];
        splices.push({ start, end, text: written(value, node.type) });
        node.value = value;
        if (isAmbiguous(value)) node.type = Scalar.QUOTE_DOUBLE;
        return;
      }
      if (owner.has(key)) throw new Error("not a text");
      state.grown = true;
      owner.set(key, scalar(value));
    },
    remove: (owner, key) => {
      if (!owner.has(key)) return;
      state.grown = true;
      owner.delete(key);
    },
    add: (list, item) => {
      state.grown = true;
      const node = typeof item === "string" ? scalar(item) : document.createNode(item);
      list.add(node);
      return isMap(node) ? node : undefined;
    },
    listAt: (path) => {
      const found = document.getIn(path);
      if (isSeq(found)) return found;
      if (found !== undefined && found !== null) throw new Error("not a list");
      state.grown = true;
      const made = new YAMLSeq();
      document.setIn(path, made);
      return made;
    },
  };
}

function splice(text: string, splices: readonly Splice[]): string {
  return splices
    .toSorted((a, b) => b.start - a.start)
    .reduce((result, { start, end, text: value }) => result.slice(0, start) + value + result.slice(end), text);
}

function written(value: string, type: Scalar["type"]): string {
  if (type === Scalar.QUOTE_SINGLE) return `'${value.replaceAll("'", "''")}'`;
  if (type === Scalar.QUOTE_DOUBLE || isAmbiguous(value)) return JSON.stringify(value);
  return value;
}

function scalar(value: string): Scalar {
  const node = new Scalar(value);
  if (isAmbiguous(value)) node.type = Scalar.QUOTE_DOUBLE;
  return node;
}

/** What some reader of YAML takes for a number, a date, a boolean or nothing. */
function isAmbiguous(value: string): boolean {
  return /^[-+.\d_]|^(?:y|n|yes|no|on|off|true|false|null|~|inf|nan)$/i.test(value) || !/^[\w./:@=-]+$/.test(value);
}
