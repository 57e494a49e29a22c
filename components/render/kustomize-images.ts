import { isList, isMembers } from "../manifest/json.ts";
import type { Members } from "../manifest/json.ts";

/** An entry of `images` in a kustomization; empty texts are left out. */
interface ImageEdit {
  readonly name: string;
  readonly newName: string;
  readonly newTag: string;
  readonly digest: string;
}

/** In place of a name, tag or digest: the one that is there already. */
const KEEP = "*";
const PARTS = ["newName", "newTag", "digest"] as const;

/** `kustomize edit set image`: what is named anew replaces the entry of the same name as a whole. @param images `[old=]new[:tag][@digest]` */
export function setImages(value: Members, images: readonly string[]): Members {
  const { imageTags, ...rest } = value;
  const entries = [imageTags, value["images"]].flatMap((list) => (isList(list) ? list : [])).filter(isMembers);
  const before = new Map(entries.map((entry) => [String(entry["name"]), entry]));
  const edits = new Map(images.map(parseImageEdit).map((edit) => [edit.name, edit]));
  const merged = new Map<string, Members>(before);
  for (const [name, edit] of edits) merged.set(name, compact(edit, before.get(name) ?? {}));
  return { ...rest, images: [...merged.keys()].sort().map((name) => merged.get(name)) };
}

function compact(edit: ImageEdit, before: Members): Members {
  const parts = PARTS.map((part) => [part, edit[part] === KEEP ? before[part] : edit[part]] as const);
  return { name: edit.name, ...Object.fromEntries(parts.filter(([, text]) => text !== undefined && text !== "")) };
}

export function parseImageEdit(text: string): ImageEdit {
  const equals = text.indexOf("=");
  const { name, tag, digest } = splitImage(text.slice(equals + 1));
  const parts = { newTag: tag, digest };
  return equals < 0 ? { name, newName: "", ...parts } : { name: text.slice(0, equals), newName: name, ...parts };
}

/** As kustomize splits it (api/internal/image): a colon before the first slash belongs to a port. */
function splitImage(image: string): { readonly name: string; readonly tag: string; readonly digest: string } {
  const slash = Math.max(0, image.indexOf("/"));
  const [at, colon] = [image.indexOf("@", slash), image.indexOf(":", slash)];
  const tagged = colon >= 0 && (at < 0 || colon < at);
  const end = tagged ? colon : at < 0 ? image.length : at;
  return {
    name: image.slice(0, end),
    tag: tagged ? image.slice(colon + 1, at < 0 ? undefined : at) : "",
    digest: at < 0 ? "" : image.slice(at + 1),
  };
}
