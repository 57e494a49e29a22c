import { createRequire } from "node:module";

import { describe, expect, it } from "@jest/globals";
import type * as Messages from "@pulumi/pulumi/proto/provider_pb.js";

import { handOverInputs } from "./hand-over-inputs.mjs";

const require = createRequire(import.meta.url);
const messages = require("@pulumi/pulumi/proto/provider_pb.js") as typeof Messages;
const { Struct } = createRequire(require.resolve("@pulumi/pulumi"))("google-protobuf/google/protobuf/struct_pb.js") as {
  readonly Struct: { fromJavaScript(value: unknown): never };
};
const INPUTS = Symbol.for("pulumi-gitops.inputs");
const [outputs, inputs] = [{ packed: "p", images: { api: "v1" } }, { manifests: { "Service qa/web": "{}" } }];

handOverInputs();

describe("what the engine says of a resource that exists", () => {
  const { ReadRequest, DiffRequest, UpdateRequest, DeleteRequest } = messages;
  const [known, beside] = [Struct.fromJavaScript(outputs), Struct.fromJavaScript(inputs)];

  it.each<[string, Received, { serializeBinary(): Uint8Array }, string]>([
    ["Read", ReadRequest, new ReadRequest().setProperties(known).setInputs(beside), "getProperties"],
    ["Diff", DiffRequest, new DiffRequest().setOlds(known).setOldInputs(beside), "getOlds"],
    ["Update", UpdateRequest, new UpdateRequest().setOlds(known).setOldInputs(beside), "getOlds"],
    ["Delete", DeleteRequest, new DeleteRequest().setProperties(known).setOldInputs(beside), "getProperties"],
  ])("brings the inputs along with the outputs: %s", (_, Request, sent, getter) => {
    const received = Request.deserializeBinary(sent.serializeBinary()) as Record<string, () => Bag>;
    const bag = received[getter]!().toJavaScript();
    expect({ ...bag }).toEqual(outputs);
    expect(bag[INPUTS]()).toEqual(inputs);
  });

  it("may be without inputs", () => {
    const received = ReadRequest.deserializeBinary(new ReadRequest().setProperties(known).serializeBinary());
    const bag = (received.getProperties() as unknown as Bag).toJavaScript();
    expect(bag[INPUTS]()).toEqual({});
  });
});

interface Received {
  deserializeBinary(bytes: Uint8Array): unknown;
}

interface Bag {
  toJavaScript(): { readonly [INPUTS]: () => unknown };
}
