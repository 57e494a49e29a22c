import type { dynamic } from "@pulumi/pulumi";

type Methods = Readonly<Record<string, (...args: readonly unknown[]) => unknown>>;
type Engine = Readonly<Record<"sync" | "roster", Methods>>;

/**
 * The only code that Pulumi writes into the state. It is a constant that finds the present engine at run time, so that
 * refresh and destroy never run yesterday's code; nothing may be captured here (docs/adr/0001-thin-delegate.md).
 */
function delegate(resource: "sync" | "roster"): dynamic.ResourceProvider {
  const call =
    <T>(method: string) =>
    async (...args: readonly unknown[]): Promise<T> => {
      const engine = (await import(`${process.cwd()}/components/sync/entry.ts`)) as Engine;
      return engine[resource][method]?.(...args) as T;
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

export const syncProvider = delegate("sync");
export const rosterProvider = delegate("roster");
