import type { Api } from "./api.ts";
import type { KindInfo } from "./discovery.ts";
import { causeIn } from "./errors.ts";
import type { ListOptions } from "./list.ts";
import { list } from "./list.ts";
import { trackStreams } from "./stream-lives.ts";
import type { ObjectEvent } from "./watch-stream.ts";
import { watchOnce } from "./watch-stream.ts";

export interface WatchOptions extends ListOptions {
  /** Of the list after which the watch goes on. Without it the watch begins with a RELIST. */
  readonly resourceVersion?: string;
  readonly signal: AbortSignal;
}

/** RELIST: changes were missed; these are all objects as they are now. */
export type WatchEvent = ObjectEvent | ({ readonly type: "RELIST" } & Awaited<ReturnType<typeof list>>);

/**
 * Follows every change of a kind's objects, over the ends of streams, broken connections, forgotten versions and restarts
 * of the API server, until the signal is aborted. It then ends without an error.
 * @throws GitOpsError for what will not pass: Unauthorized, Forbidden, NotFound ...
 */
export async function* watch(api: Api, kind: KindInfo, options: WatchOptions): AsyncGenerator<WatchEvent> {
  const { signal } = options;
  const streams = trackStreams(api.retry, api.outage);
  let from = options.resourceVersion;
  while (!signal.aborted) {
    let pauseMs: number;
    try {
      if (from === undefined) {
        const relisted = await list(api, kind, options);
        from = relisted.resourceVersion;
        yield { type: "RELIST", ...relisted };
      }
      for await (const event of watchOnce(api, kind, options, from, streams.opened)) {
        streams.delivered();
        from = event.object.metadata.resourceVersion ?? from;
        yield event;
      }
      pauseMs = streams.ended();
    } catch (error) {
      // eslint-disable-next-line @typescript-eslint/no-unnecessary-condition -- aborted while waiting for the server
      if (signal.aborted) return;
      pauseMs = streams.broke(error);
      if (causeIn(error)?.status === 410 || streams.hopeless()) from = undefined;
    }
    if (pauseMs > 0) await api.retry.pause(pauseMs, signal).catch(() => undefined);
  }
}
