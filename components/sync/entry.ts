import { flushCompileCache } from "node:module";

import { useLeanStructs } from "../protobuf-struct.ts";
import { useNativeText } from "../protobuf-text.ts";
import { roster, sync } from "./index.ts";

useNativeText();
useLeanStructs();
// Pulumi kills a provider process when it is done with it.
flushCompileCache();

/** What the delegate calls; the engine of the present checkout. */
export { roster, sync };
