const reserved = new Map<string, string>();

/**
 * Reserves an object that is about to be made for one Application. Two that make it at once would overwrite each other unnoticed,
 * because one environment is one field manager.
 * @returns the Application that was faster
 */
export function reserve(environment: string, text: string, application: string): string | undefined {
  const key = `${environment} ${text}`;
  const holder = reserved.get(key) ?? application;
  reserved.set(key, holder);
  return holder === application ? undefined : holder;
}
