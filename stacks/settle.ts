import { RunError } from "@pulumi/pulumi";

/**
 * Fails the run when `settled` rejects, without its being awaited: an Application on hold must not keep what the others deployed out of the
 * stack's output. It fails the run as well when `settled` never ends, for the engine deletes what a program that ends well did not register.
 */
export function failUnlessSettled(settled: Promise<unknown>): void {
  let pending = true;
  process.once("beforeExit", () => {
    if (pending) throw withoutStack(new RunError("the program ended before every Application was registered"));
  });
  settled.then(
    () => (pending = false),
    (error: unknown) => {
      pending = false;
      // Nobody handles it, and that is how Pulumi hears of it.
      throw withoutStack(error);
    },
  );
}

/** Once the program's own code has ended Pulumi prints the stack of an error, if there is one, and else its message. */
function withoutStack(error: unknown): unknown {
  if (RunError.isInstance(error)) error.stack = "";
  return error;
}
