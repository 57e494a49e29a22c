const members = new Map<string, ReadonlySet<string>>();

/** Remembers for this process which Applications Git has; the roster is checked before any Application is. */
export function announce(environment: string, applications: readonly string[]): void {
  members.set(environment, new Set(applications));
}

/** Whether Git had that Application once and has it no more. Without an announcement nobody is taken for gone. */
export function hasLeft(environment: string, application: string): boolean {
  const present = members.get(environment);
  return present !== undefined && !present.has(application);
}
