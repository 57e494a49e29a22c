import { withCompileCache } from "../compile-cache.ts";
import { useNativeText } from "../protobuf-text.ts";

useNativeText();

const engine = await withCompileCache(() => import("./index.ts"));

/** What the delegate calls; the engine of the present checkout. */
export const { sync, roster } = engine;
