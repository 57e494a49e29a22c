import { describe, expect, it } from "@jest/globals";
import type * as Messages from "@pulumi/pulumi/proto/provider_pb.js";
import fc from "fast-check";

import { Struct, useLeanStructs } from "./protobuf-struct.ts";
import { BinaryWriter, requireOfSdk } from "./protobuf-text.ts";

type Members = Parameters<typeof Struct.fromJavaScript>[0];

const functions = () => {
  const { fromJavaScript, serializeBinaryToWriter, deserializeBinaryFromReader, prototype } = Struct;
  const { toJavaScript, getFieldsMap } = prototype;
  const statics = { fromJavaScript, serializeBinaryToWriter, deserializeBinaryFromReader };
  return { statics, methods: { toJavaScript, getFieldsMap } };
};
const install = ({ statics, methods }: ReturnType<typeof functions>) => {
  Object.assign(Struct, statics);
  Object.assign(Struct.prototype, methods);
};

const original = functions();
useLeanStructs();
const lean = functions();

/** Runs with the SDK's own functions. */
function bySdk<T>(work: () => T): T {
  install(original);
  try {
    return work();
  } finally {
    install(lean);
  }
}

const written = (members: Members) => Struct.fromJavaScript(members).serializeBinary();
const read = (bytes: Uint8Array) => Struct.deserializeBinary(bytes).toJavaScript();

const { value: members } = fc.letrec((tie) => ({
  scalar: fc.oneof(
    fc.string({ unit: "grapheme" }),
    fc.double({ noNaN: true }),
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
  ),
  list: fc.array(tie("any"), { maxLength: 4 }),
  // The SDK makes a prototype of a member of that name.
  value: fc.dictionary(
    fc.string({ unit: "grapheme" }).filter((name) => name !== "__proto__"),
    tie("any"),
    { maxKeys: 4, noNullPrototype: true },
  ),
  any: fc.oneof({ depthSize: "small" }, tie("scalar"), tie("list"), tie("value")),
})) as { readonly value: fc.Arbitrary<Members> };

describe("a Struct", () => {
  it("is the same on the wire, whoever writes and reads it", () => {
    fc.assert(
      fc.property(members, (some) => {
        const bytes = written(some);
        expect(
          Buffer.compare(
            bytes,
            bySdk(() => written(some)),
          ),
        ).toBe(0);
        expect(read(bytes)).toEqual(bySdk(() => read(bytes)));
      }),
    );
  });

  it("has its members in the same order, in whatever order they come", () => {
    fc.assert(
      fc.property(members, (some) => {
        const entries = Object.entries(some).map(([name, value]) => written({ [name]: value }));
        const backwards = Buffer.concat(entries.toReversed());
        expect(JSON.stringify(read(backwards))).toBe(JSON.stringify(bySdk(() => read(backwards))));
        expect(JSON.stringify(read(backwards))).toBe(JSON.stringify(read(written(some))));
      }),
    );
  });

  it("gives its fields to who asks for them, and writes what becomes of these", () => {
    const struct = Struct.deserializeBinary(written({ kept: { deep: [1] }, gone: "x" }));
    expect(struct.getFieldsMap().get("kept")?.toJavaScript()).toEqual({ deep: [1] });
    struct.getFieldsMap().del("gone");
    expect(struct.toJavaScript()).toEqual({ kept: { deep: [1] } });
    expect(read(struct.serializeBinary())).toEqual({ kept: { deep: [1] } });
  });

  it("is one in the middle of another message", () => {
    const { ReadRequest } = requireOfSdk("./proto/provider_pb.js") as typeof Messages;
    const sent = new ReadRequest()
      .setId("one")
      .setProperties(Struct.fromJavaScript({ a: "ü" }))
      .setTimeout(7);
    const received = ReadRequest.deserializeBinary(sent.serializeBinary());
    expect([received.getId(), received.getProperties()?.toJavaScript(), received.getTimeout()]).toEqual([
      "one",
      { a: "ü" },
      7,
    ]);
    expect(received.getInputs()).toBeUndefined();
  });

  it("is another object each time that it is asked for", () => {
    const struct = Struct.deserializeBinary(written({ list: [] }));
    expect(struct.toJavaScript()).not.toBe(struct.toJavaScript());
  });

  it("keeps a member that is called like an object's prototype", () => {
    const odd = JSON.parse('{"__proto__": "x"}') as Members;
    expect(JSON.stringify(read(written(odd)))).toBe('{"__proto__":"x"}');
  });

  it.each([
    ["nothing", undefined],
    ["a function", () => 1],
    ["a large number", 1n],
  ])("refuses %s as a value, at once", (_, value) => {
    expect(() => Struct.fromJavaScript({ value } as unknown as Members)).toThrow(/has no form in protobuf/);
  });

  it("reads a value without any kind as null, and passes over what it does not know", () => {
    const writer = new BinaryWriter();
    writer.writeMessage(1, {}, (_, entry) => {
      entry.writeString(1, "empty");
      entry.writeMessage(2, {}, (__, value) => value.writeString(99, "later"));
    });
    expect(read(writer.getResultBuffer())).toEqual({ empty: null });
  });
});
