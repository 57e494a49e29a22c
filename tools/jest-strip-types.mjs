import { stripTypeScriptTypes } from "node:module";

// Tests run the same text that `pulumi up` runs: Node's own type stripping keeps every line and column, so no source maps are needed.
export default {
  process(text) {
    return { code: stripTypeScriptTypes(text, { mode: "strip" }) };
  },
  canInstrument: false,
};
