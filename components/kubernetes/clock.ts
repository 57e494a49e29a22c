import type { ClientRequest } from "node:http";
import type { Socket } from "node:net";

/** Ends a request that takes too long, and knows how far it came. */
export interface Clock {
  /** Whether it was this clock that ended the request. */
  expired(): boolean;
  /** Whether the connection stood: from then on the server may have received the request. */
  connected(): boolean;
  stop(): void;
}

const CONNECT_MS = 10_000;

/** @param timeoutMs for the whole exchange once connected; connecting gets ten seconds at most */
export function startClock(request: ClientRequest, timeoutMs: number): Clock {
  let expired = false;
  let connected = false;
  let timer = setTimeout(expire, Math.min(CONNECT_MS, timeoutMs));

  function expire(): void {
    expired = true;
    request.destroy();
  }

  function begin(): void {
    connected = true;
    clearTimeout(timer);
    timer = setTimeout(expire, timeoutMs);
  }

  request.once("socket", (socket: Socket & { readonly secureConnecting?: boolean }) => {
    if (socket.secureConnecting === true) socket.once("secureConnect", begin);
    else if (socket.connecting) socket.once("connect", begin);
    else begin();
  });
  return { expired: () => expired, connected: () => connected, stop: () => clearTimeout(timer) };
}
