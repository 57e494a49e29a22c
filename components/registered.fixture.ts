// What a program asks of the engine, with mocks in place of every provider.
import type { MockResourceArgs, MockResourceResult } from "@pulumi/pulumi/runtime/mocks.js";
import type { CustomResourceOptions, Input, Output, Resource, ResourceTransformation } from "@pulumi/pulumi";
import { output, runtime } from "@pulumi/pulumi";

export interface Registered {
  readonly type: string;
  readonly inputs: Readonly<Record<string, unknown>>;
  /** Of an explicit provider: its name. */
  readonly provider?: string;
  readonly parent?: string;
  readonly protect?: boolean;
  /** Names with their types. */
  readonly after?: readonly string[];
  readonly ignored?: readonly string[];
}

export interface Recording {
  /** Everything registered so far, by `<type>::<name>`. */
  registered(): Promise<Readonly<Record<string, Registered>>>;
  /** For the component under test, so that the options of its children are seen. */
  readonly transformation: ResourceTransformation;
}

/** @param outputsOf what a provider would add to the inputs */
export async function recordResources(
  outputsOf: (args: MockResourceArgs) => Readonly<Record<string, unknown>> = () => ({}),
  { preview = false } = {},
): Promise<Recording> {
  const asked = new Map<string, MockResourceArgs>();
  const options = new Map<string, CustomResourceOptions>();
  const newResource = (args: MockResourceArgs): MockResourceResult => {
    asked.set(`${args.type}::${args.name}`, args);
    return { id: `${args.name}-id`, state: { ...(args.inputs as object), ...outputsOf(args) } };
  };
  await runtime.setMocks({ newResource, call: () => ({}) }, "gitops", "production", preview);
  return {
    transformation({ type, name, opts }) {
      options.set(`${type}::${name}`, opts);
      return undefined;
    },
    async registered() {
      await runtime.disconnect();
      const entries = [...asked].map(async ([key, args]) => [key, await describe(args, options.get(key))] as const);
      return Object.fromEntries(await Promise.all(entries));
    },
  };
}

async function describe(
  { type, inputs, provider }: MockResourceArgs,
  { parent, protect, dependsOn, ignoreChanges = [] }: CustomResourceOptions = {},
): Promise<Registered> {
  const after = await namesOf(dependsOn === undefined ? [] : ([dependsOn].flat() as Resource[]));
  return {
    type,
    inputs: inputs as Record<string, unknown>,
    ...(provider !== undefined && provider !== "" && { provider: provider.split("::").at(-2) ?? "" }),
    ...(parent !== undefined && { parent: (await namesOf([parent]))[0] ?? "" }),
    ...(protect !== undefined && { protect }),
    ...(after.length > 0 && { after }),
    ...(ignoreChanges.length > 0 && { ignored: ignoreChanges }),
  };
}

async function namesOf(resources: readonly Resource[]): Promise<readonly string[]> {
  const urns = await Promise.all(resources.map((resource) => valueOf(resource.urn)));
  return urns.map((urn) => urn.split("::").slice(-2).join("::").replace(/^.*\$/, ""));
}

/** What an output becomes. */
export function valueOf<T>(value: Input<T>): Promise<T> {
  return new Promise((resolve) => (output(value) as Output<T>).apply((known) => resolve(known)));
}
