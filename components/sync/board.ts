import type { Manifest } from "../manifest/object.ts";
import { formatRef, refOf } from "../manifest/object.ts";

/** Told the object as it is now; `undefined` when it is gone. */
export type Listener = (object: Manifest | undefined) => void;

/** The latest known state of many objects, and who wants to hear of each. */
export interface Board {
  put(object: Manifest): void;
  remove(object: Manifest): void;
  /** Everything there is: what is not among the objects is gone. */
  replace(objects: readonly Manifest[]): void;
  /** Calls back at once when the object is known, then at every change. @returns how to stop */
  follow(text: string, listener: Listener): () => void;
}

/** @param onIdle called when the last listener has stopped */
export function createBoard(onIdle: () => void): Board {
  const objects = new Map<string, Manifest>();
  const listeners = new Map<string, Set<Listener>>();

  function tell(text: string, object: Manifest | undefined): void {
    if (object === undefined) objects.delete(text);
    else objects.set(text, object);
    for (const listener of listeners.get(text) ?? []) listener(object);
  }

  return {
    put: (object) => tell(textOf(object), object),
    remove: (object) => tell(textOf(object), undefined),
    replace(present) {
      const fresh = new Set(present.map(textOf));
      for (const text of objects.keys()) if (!fresh.has(text)) tell(text, undefined);
      for (const object of present) tell(textOf(object), object);
    },
    follow(text, listener) {
      const following = listeners.get(text) ?? new Set();
      listeners.set(text, following.add(listener));
      const object = objects.get(text);
      if (object !== undefined) listener(object);
      return () => {
        following.delete(listener);
        if (following.size === 0) listeners.delete(text);
        if (listeners.size === 0) onIdle();
      };
    },
  };
}

function textOf(object: Manifest): string {
  return formatRef(refOf(object));
}
