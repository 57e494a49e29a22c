// @ts-check
import { Module } from "node:module";

/**
 * What Pulumi's SDK loads and we do not use, as its files name it. It takes longer to load than all the rest of the SDK, and half of its memory.
 */
const SELDOM_USED = new Set([
  // Turns functions into text, and finds out their packages. No resource of ours is given a function (docs/adr/0001-thin-delegate.md).
  "../../typescript-shim",
  "@npmcli/arborist",
  "normalize-package-data",
  // Runs Pulumi from a program.
  "./automation",
  // Reads source maps for each stack trace that somebody looks at, and Node itself runs our sources.
  "source-map-support/register",
]);

/** Lets these parts wait until somebody uses them. */
export function deferSeldomUsed() {
  const { require: loadNow } = Module.prototype;
  /** @this {Module} @param {string} id */
  function require(id) {
    const load = () => loadNow.call(this, id);
    return SELDOM_USED.has(id) && isOfSdk(this.filename) ? lazily(load) : load();
  }
  Module.prototype.require = /** @type {NodeJS.Require} */ (require);
}

/** @param {string} file */
function isOfSdk(file) {
  return /[\\/]@pulumi[\\/]pulumi[\\/]/.test(file);
}

/**
 * A module that is loaded when one of its members is asked for. It calls itself `__esModule`, for else compiled code would copy its members at
 * once; then `default` is the module itself, as that code would have had it.
 * @param {() => any} load
 */
function lazily(load) {
  /** @type {any} */
  let loaded;
  const get = (/** @type {unknown} */ _, /** @type {string | symbol} */ name) => {
    if (name === "__esModule") return true;
    loaded ??= load();
    return name === "default" && !loaded.__esModule ? loaded : loaded[name];
  };
  return new Proxy({}, { get });
}
