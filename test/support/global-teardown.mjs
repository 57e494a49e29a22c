/** Takes down only what this run has started. */
export default async function stopSandbox() {
  await globalThis.stopSandboxOfThisRun?.();
}
