import { open, stat } from "node:fs/promises";

/** One request in the API server's audit log (audit.k8s.io/v1 Event). */
export interface AuditEvent {
  /** Of the request: a watch has two events, one when it begins and one when it ends. */
  readonly auditID: string;
  readonly verb: string;
  readonly requestURI: string;
  readonly stage: string;
  readonly user: { readonly username: string };
  readonly userAgent?: string;
  readonly responseStatus?: { readonly code: number };
}

/** What one user asked of the API server since a moment. */
export interface AuditTrail {
  readonly reads: readonly string[];
  /** Everything that is not a read, dry-runs included: `patch /api/v1/...`. */
  readonly writes: readonly string[];
}

const READS = new Set(["get", "list", "watch"]);

/** Remembers where the log ends now. @returns what a user did from there on */
export async function followAudit(file: string, username: string): Promise<() => Promise<AuditTrail>> {
  const { size: from } = await stat(file);
  return async () => {
    const all = (await readFrom(file, from)).filter(({ user }) => user.username === username);
    const events = [...new Map(all.map((event) => [event.auditID, event])).values()];
    const texts = (wanted: boolean) =>
      events.filter(({ verb }) => READS.has(verb) === wanted).map(({ verb, requestURI }) => `${verb} ${requestURI}`);
    return { reads: texts(true), writes: texts(false) };
  };
}

async function readFrom(file: string, position: number): Promise<readonly AuditEvent[]> {
  const handle = await open(file);
  try {
    const { size } = await handle.stat();
    if (size < position) throw new Error(`${file} was rotated: give the sandbox a larger audit log`);
    const { buffer } = await handle.read({ buffer: Buffer.alloc(size - position), position });
    const lines = buffer.toString().split("\n");
    // The last line may be half written.
    return lines.slice(0, -1).map((line) => JSON.parse(line) as AuditEvent);
  } finally {
    await handle.close();
  }
}
