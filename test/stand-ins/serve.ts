import { Server } from "@grpc/grpc-js";
import { main } from "@pulumi/pulumi/provider/index.js";
import type { Provider } from "@pulumi/pulumi/provider/provider.js";

export type Properties = Readonly<Record<string, unknown>>;

/** What a stand-in has to know of one resource; everything is plain JSON. */
export interface Backend {
  /** @returns id and outputs */
  create(type: string, name: string, inputs: Properties): Promise<{ readonly id: string; readonly outs: Properties }>;
  /** @returns undefined when it is gone */
  read(
    type: string,
    id: string,
    props: Properties,
  ): Promise<{ readonly inputs: Properties; readonly props: Properties } | undefined>;
  update(type: string, id: string, inputs: Properties): Promise<Properties>;
  remove(type: string, id: string, props: Properties): Promise<void>;
  /** Is given the arguments of an explicit provider. */
  configure?(args: Properties): void;
  /** Inputs that cannot change without making another resource. */
  replacedBy(type: string): readonly string[];
}

/** Speaks Pulumi's protocol for a backend, until the engine ends this process. */
export function serve(version: string, backend: Backend): Promise<void> {
  if (backend.configure !== undefined) interceptConfigure(backend.configure);
  const provider: Provider = {
    version,
    check: (_urn, _olds, news) => Promise.resolve({ inputs: news as unknown }),
    diff: (_id, urn, olds, news) => {
      const changed = changedKeys(olds as Properties, news as Properties);
      const replaces = changed.filter((key) => backend.replacedBy(typeOf(urn)).includes(key));
      return Promise.resolve({ changes: changed.length > 0, replaces });
    },
    create: (urn, inputs) => backend.create(typeOf(urn), nameOf(urn), inputs as Properties),
    read: async (id, urn, props) => {
      const found = await backend.read(typeOf(urn), id, props as Properties);
      return found === undefined ? {} : { id, ...found };
    },
    update: async (id, urn, _olds, news) => ({ outs: await backend.update(typeOf(urn), id, news as Properties) }),
    delete: (id, urn, props) => backend.remove(typeOf(urn), id, props as Properties),
  };
  return main(provider, process.argv.slice(2));
}

interface ConfigureCall {
  readonly request: { getArgs(): { toJavaScript(): Properties } | undefined };
}

/** The SDK's own server answers Configure and tells nobody what it was asked. */
function interceptConfigure(configure: (args: Properties) => void): void {
  const addService = Server.prototype.addService;
  Server.prototype.addService = function (this: Server, definition, implementation) {
    const answer = implementation["configure"] as (call: ConfigureCall, callback: unknown) => void;
    const intercepted = (call: ConfigureCall, callback: unknown) => {
      configure(call.request.getArgs()?.toJavaScript() ?? {});
      answer.call(implementation, call, callback);
    };
    Object.assign(implementation, { configure: intercepted });
    addService.call(this, definition, implementation);
  };
}

/** @param olds outputs, which hold the inputs */
function changedKeys(olds: Properties, news: Properties): readonly string[] {
  return Object.keys(news).filter((key) => !key.startsWith("__") && !holds(olds[key], news[key]));
}

/** Whether a value says at least what is wanted: providers add what is computed. */
function holds(value: unknown, wanted: unknown): boolean {
  if (typeof wanted !== "object" || wanted === null) return value === wanted;
  if (typeof value !== "object" || value === null) return false;
  if (Array.isArray(wanted) && Array.isArray(value) && wanted.length !== value.length) return false;
  return Object.entries(wanted).every(([key, member]) => holds((value as Properties)[key], member));
}

/** `urn:pulumi:<stack>::<project>::<parent type>$<type>::<name>`. */
function typeOf(urn: string): string {
  return urn.split("::")[2]?.split("$").at(-1) ?? "";
}

function nameOf(urn: string): string {
  return urn.split("::").at(-1) ?? "";
}
