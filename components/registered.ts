import type { Output, Resource } from "@pulumi/pulumi";
import { output, unknown } from "@pulumi/pulumi";

/** What the SDK's Outputs are made of. `apply` and `recover` say the same in public, and make a further Output with some fifty promises. */
interface Parts<T> {
  promise(withUnknowns: boolean): Promise<T>;
  readonly isKnown: Promise<boolean>;
  readonly isSecret: Promise<boolean>;
}

/** What became of an Output. */
export type Outcome<T> =
  | { readonly state: "known"; readonly value: T }
  /** As in a preview what is to be changed. */
  | { readonly state: "unknown" }
  /** Its resource failed, and the engine has said why. */
  | { readonly state: "failed" };

/** From now on nobody is told that nobody has looked after the Output, if it fails. */
export function silence(output: Output<unknown>): void {
  const { isKnown, isSecret } = partsOf(output);
  for (const part of [isKnown, isSecret]) part.catch(() => undefined);
}

/** Never rejects, and silences the Output. */
export async function outcomeOf<T>(output: Output<T>): Promise<Outcome<T>> {
  silence(output);
  const { isKnown, promise } = partsOf(output);
  try {
    const [known, value] = await Promise.all([isKnown, promise(true)]);
    return known ? { state: "known", value } : { state: "unknown" };
  } catch {
    return { state: "failed" };
  }
}

/** Resolves when the engine has dealt with the resource: to whether that went well. The URN is known in a preview too. */
export async function whenRegistered({ urn }: Resource): Promise<boolean> {
  return (await outcomeOf(urn)).state !== "failed";
}

/** @param value undefined where it is unknown */
export function outputOf<T extends object>(value: Promise<T | undefined>): Output<T> {
  return output(value.then((found): unknown => found ?? unknown)) as Output<T>;
}

function partsOf<T>(output: Output<T>): Parts<T> {
  return output as unknown as Parts<T>;
}
