import type { CustomResourceOptions, Inputs } from "@pulumi/pulumi";
import { CustomResource } from "@pulumi/pulumi";

type Methods = Readonly<Record<string, (...args: readonly unknown[]) => unknown>>;
type Kind = "sync" | "roster";

/**
 * The only code that Pulumi writes into the state. It is a constant that finds the present engine at run time, so that
 * refresh and destroy never run yesterday's code. It becomes text, so nothing around it may be named in here, and no comment stand in it
 * (docs/adr/0001-thin-delegate.md).
 */
function delegate(kind: Kind) {
  const call =
    (method: string) =>
    async (...args: readonly unknown[]) => {
      const engine = (await import(`${process.cwd()}/components/sync/entry.ts`)) as Readonly<Record<Kind, Methods>>;
      return engine[kind][method]?.(...args);
    };
  return {
    check: call("check"),
    diff: call("diff"),
    create: call("create"),
    read: call("read"),
    update: call("update"),
    delete: call("delete"),
  };
}

/** A module as Pulumi's provider process loads it: `handler` returns the provider. */
function moduleOf(kind: Kind): string {
  return `${delegate.toString()}\nexports.handler = () => delegate("${kind}");\n`;
}

export const PROVIDERS = { sync: moduleOf("sync"), roster: moduleOf("roster") };
export const TYPES = { sync: "pulumi-nodejs:dynamic/gitops:Sync", roster: "pulumi-nodejs:dynamic/gitops:Roster" };

/**
 * A resource of Pulumi's dynamic provider. Unlike `dynamic.Resource` it does not have the SDK find out the provider's text: for that the SDK
 * turns on V8's debugger, which never goes off again and makes every promise of the program take twice as long.
 */
export class DynamicResource extends CustomResource {
  constructor(kind: Kind, name: string, inputs: Inputs, options: CustomResourceOptions) {
    super(TYPES[kind], name, { ...inputs, __provider: PROVIDERS[kind] }, options);
  }
}
