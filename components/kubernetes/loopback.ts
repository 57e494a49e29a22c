const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

/** Whether a URL leads to this very machine: the only place where what is sent needs no TLS. */
export function isLoopback({ hostname }: URL): boolean {
  return LOOPBACK.test(hostname);
}
