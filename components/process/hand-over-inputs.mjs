// @ts-check
import messages from "@pulumi/pulumi/proto/provider_pb.js";

/** The name under which `components/sync/record.ts` looks for them. */
const INPUTS = Symbol.for("pulumi-gitops.inputs");

const { DeleteRequest, DiffRequest, ReadRequest, UpdateRequest } = messages;

/**
 * Lets a dynamic provider see the inputs that the state has beside a resource's outputs. The engine sends both, and the SDK hands on the
 * outputs only. They come as a function: they are large, and seldom looked at.
 */
export function handOverInputs() {
  extend(ReadRequest, "getProperties", "getInputs");
  extend(DiffRequest, "getOlds", "getOldInputs");
  extend(UpdateRequest, "getOlds", "getOldInputs");
  extend(DeleteRequest, "getProperties", "getOldInputs");
}

/**
 * @param {any} Request
 * @param {string} outputs its getter of the outputs
 * @param {string} inputs its getter of the inputs
 */
function extend({ prototype }, outputs, inputs) {
  const { [outputs]: get, [inputs]: getInputs } = prototype;
  prototype[outputs] = function () {
    const properties = get.call(this);
    const companion = () => getInputs.call(this)?.toJavaScript() ?? {};
    const { toJavaScript } = Object.getPrototypeOf(properties);
    // Not enumerable: whoever copies the outputs does not mean the inputs.
    properties.toJavaScript = () => Object.defineProperty(toJavaScript.call(properties), INPUTS, { value: companion });
    return properties;
  };
}
