import { afterEach, describe, expect, it } from "@jest/globals";
import type { ServerResponse } from "node:http";

import type { WatchEvent } from "./client.ts";
import type { Handler, Received, Scene } from "./server.fixture.ts";
import { endScenes, json, scene, status } from "./server.fixture.ts";

const KIND = { group: "", version: "v1", kind: "ConfigMap", plural: "configmaps", namespaced: true, verbs: ["watch"] };

function object(name: string, resourceVersion: string): object {
  return { apiVersion: "v1", kind: "ConfigMap", metadata: { name, namespace: "qa", resourceVersion } };
}

function line(type: string, subject: object): string {
  return `${JSON.stringify({ type, object: subject })}\n`;
}

const GONE = status(410, "Expired", "too old resource version: 1 (5)");

/** Sends lines and ends the stream as the server does after its time, or leaves it open. */
function stream(response: ServerResponse, lines: readonly string[], end: "ends" | "stays" | "breaks" = "stays"): void {
  response.writeHead(200, { "content-type": "application/json" });
  response.write(lines.join(""), () => {
    if (end === "ends") response.end();
    if (end === "breaks") response.socket?.resetAndDestroy();
  });
  if (lines.length === 0) response.flushHeaders();
}

/** Watches are answered in turn, the last answer for ever; a LIST finds one object at version 50. */
function inTurn(...watches: readonly ((response: ServerResponse) => unknown)[]): Handler {
  let number = 0;
  return ({ url }, response) => {
    if (url.searchParams.has("watch")) return watches[Math.min(number++, watches.length - 1)]?.(response);
    return json(response, {
      metadata: { resourceVersion: "50" },
      items: [{ metadata: { name: "listed", namespace: "qa", resourceVersion: "49" } }],
    });
  };
}

/** Follows until so many events have come. */
async function follow({ client }: Scene, count: number, resourceVersion?: string): Promise<readonly string[]> {
  const stop = new AbortController();
  const seen: string[] = [];
  for await (const event of client.watch(KIND, {
    labelSelector: "a=b",
    signal: stop.signal,
    ...(resourceVersion !== undefined && { resourceVersion }),
  })) {
    seen.push(summary(event));
    if (seen.length === count) stop.abort();
  }
  return seen;
}

function summary(event: WatchEvent): string {
  if (event.type === "RELIST")
    return `RELIST ${event.items.map(({ kind, metadata }) => `${kind} ${metadata.name}`).join()} ${event.resourceVersion}`;
  return `${event.type} ${event.object.metadata.name} ${String(event.object.metadata.resourceVersion)}`;
}

function watchesIn({ server }: Scene): readonly Received[] {
  return server.received.filter(({ url }) => url.searchParams.has("watch"));
}

function versionsIn(given: Scene): readonly (string | null)[] {
  return watchesIn(given).map(({ url }) => url.searchParams.get("resourceVersion"));
}

const LAST = (response: ServerResponse) => stream(response, [line("ADDED", object("last", "99"))]);

afterEach(endScenes);

describe("a watch", () => {
  it("asks for the changes since a version, with bookmarks, for a limited time", async () => {
    const given = await scene(inTurn(LAST));
    expect(await follow(given, 1, "7")).toEqual(["ADDED last 99"]);
    expect(Object.fromEntries(watchesIn(given)[0]?.url.searchParams ?? [])).toEqual({
      watch: "1",
      labelSelector: "a=b",
      resourceVersion: "7",
      allowWatchBookmarks: "true",
      timeoutSeconds: "60",
    });
  });

  it("begins with a list when it is not told where to begin", async () => {
    const given = await scene(inTurn(LAST));
    expect(await follow(given, 2)).toEqual(["RELIST ConfigMap listed 50", "ADDED last 99"]);
    expect(versionsIn(given)).toEqual(["50"]);
  });

  it.each<[string, (response: ServerResponse) => unknown]>([
    [
      "the server ends the stream",
      (response) => stream(response, [line("ADDED", object("a", "8")), line("BOOKMARK", object("", "20"))], "ends"),
    ],
    [
      "the connection is reset",
      (response) => stream(response, [line("ADDED", object("a", "8")), line("BOOKMARK", object("", "20"))], "breaks"),
    ],
    [
      "a line is malformed",
      (response) =>
        stream(response, [line("ADDED", object("a", "8")), line("BOOKMARK", object("", "20")), '{"type":"ADD\n']),
    ],
    [
      "an event is none",
      (response) =>
        stream(response, [line("ADDED", object("a", "8")), line("BOOKMARK", object("", "20")), line("SURPRISE", {})]),
    ],
    [
      "the server tells of an error that passes",
      (response) =>
        stream(response, [
          line("ADDED", object("a", "8")),
          line("BOOKMARK", object("", "20")),
          line("ERROR", status(500, "InternalError", "x")),
        ]),
    ],
  ])("goes on where it was when %s", async (_, first) => {
    const given = await scene(inTurn(first, LAST));
    expect(await follow(given, 3, "7")).toEqual(["ADDED a 8", "BOOKMARK  20", "ADDED last 99"]);
    expect(versionsIn(given)).toEqual(["7", "20"]);
  });

  it.each<[string, (response: ServerResponse) => unknown]>([
    ["by its status", (response) => json(response, GONE, 410)],
    ["by an event", (response) => stream(response, [line("ERROR", GONE)])],
  ])("lists again when its version is forgotten, told %s", async (_, first) => {
    const given = await scene(inTurn(first, LAST));
    expect(await follow(given, 2, "7")).toEqual(["RELIST ConfigMap listed 50", "ADDED last 99"]);
    expect(versionsIn(given)).toEqual(["7", "50"]);
  });

  it("keeps trying, ever more slowly, while the server is away, and goes on where it was", async () => {
    const away = (response: ServerResponse) => response.socket?.resetAndDestroy();
    const busy = (response: ServerResponse) => json(response, status(503, "ServiceUnavailable", "starting"), 503);
    const given = await scene(inTurn(away, away, busy, busy, busy, away, away, away, LAST));
    expect(await follow(given, 1, "7")).toEqual(["ADDED last 99"]);
    expect(given.pauses).toEqual([200, 400, 800, 1600, 3200, 5000, 5000, 5000]);
    expect(new Set(versionsIn(given))).toEqual(new Set(["7"]));
  });

  it("is quick again once a change came through", async () => {
    const away = (response: ServerResponse) => response.socket?.resetAndDestroy();
    const works = (response: ServerResponse) => stream(response, [line("ADDED", object("a", "8"))], "breaks");
    const given = await scene(inTurn(away, away, works, LAST));
    await follow(given, 2, "7");
    expect(given.pauses).toEqual([200, 400, 200]);
  });

  it("waits as long as the server asks", async () => {
    const given = await scene(
      inTurn((response) => json(response, status(429, "TooManyRequests", "x"), 429, { "retry-after": "9" }), LAST),
    );
    await follow(given, 1, "7");
    expect(given.pauses).toEqual([9000]);
  });

  it("does not hammer a server that ends every stream at once", async () => {
    const given = await scene(
      inTurn(...Array.from({ length: 5 }, () => (response: ServerResponse) => stream(response, [], "ends")), LAST),
    );
    await follow(given, 1, "7");
    expect(given.pauses).toEqual([200, 400, 800, 1600, 3200]);
  });

  it("gets past an event that can never be read, by listing again", async () => {
    const broken = (response: ServerResponse) => stream(response, ["not json\n"]);
    const given = await scene(inTurn(broken, broken, broken, broken, broken, LAST));
    expect(await follow(given, 2, "7")).toEqual(["RELIST ConfigMap listed 50", "ADDED last 99"]);
  });

  it.each([
    ["Forbidden", 403],
    ["Unauthorized", 401],
    ["NotFound", 404],
  ])("fails when the server says %s from the beginning", async (code, number) => {
    const given = await scene(inTurn((response) => json(response, status(number, code, "no"), number)));
    await expect(follow(given, 1, "7")).rejects.toMatchObject({ code, retryable: false });
    expect(given.pauses).toEqual([]);
  });

  it("bears a refusal for a while after it worked, as a server gives it that has just been restarted", async () => {
    const refuse = (response: ServerResponse) => json(response, status(403, "Forbidden", "RBAC: not synced"), 403);
    const works = (response: ServerResponse) => stream(response, [line("ADDED", object("a", "8"))], "breaks");
    const recovered = await scene(inTurn(works, refuse, refuse, LAST));
    expect(await follow(recovered, 2, "7")).toEqual(["ADDED a 8", "ADDED last 99"]);
    const lost = await scene(inTurn(works, refuse));
    await expect(follow(lost, 2, "7")).rejects.toMatchObject({ code: "Forbidden" });
    expect(lost.pauses.reduce((a, b) => a + b)).toBeGreaterThanOrEqual(30_000);
  });

  it.each<[string, (response: ServerResponse) => unknown]>([
    ["nothing happens", (response) => stream(response, [])],
    ["the server does not even answer", () => undefined],
  ])("ends without an error when it is told to while %s", async (_, first) => {
    const stop = new AbortController();
    const given = await scene((request, response, number) => {
      setImmediate(() => stop.abort());
      return inTurn(first)(request, response, number);
    });
    const events: unknown[] = [];
    for await (const event of given.client.watch(KIND, { resourceVersion: "7", signal: stop.signal }))
      events.push(event);
    expect(events).toEqual([]);
  });

  it("lets go of its connection when nobody reads on", async () => {
    const closed = Promise.withResolvers<string>();
    const given = await scene((_, response) => {
      response.once("close", () => closed.resolve("closed"));
      stream(response, [line("ADDED", object("a", "8")), line("ADDED", object("b", "9"))]);
    });
    const signal = new AbortController().signal;
    for await (const event of given.client.watch(KIND, { resourceVersion: "7", signal })) {
      expect(summary(event)).toBe("ADDED a 8");
      break;
    }
    expect(await closed.promise).toBe("closed");
  });

  it("takes none of the connections that requests need", async () => {
    const given = await scene(
      ({ url }, response) =>
        url.searchParams.has("watch")
          ? stream(response, [line("ADDED", object("a", "8"))])
          : json(response, object("one", "1")),
      { maxConcurrent: 1 },
    );
    const stop = new AbortController();
    const watches = Array.from({ length: 3 }, () =>
      given.client.watch(KIND, { resourceVersion: "7", signal: stop.signal })[Symbol.asyncIterator](),
    );
    for (const watch of watches) expect((await watch.next()).done).toBe(false);
    expect(await given.client.get({ group: "", kind: "ConfigMap", namespace: "qa", name: "one" })).toMatchObject({
      kind: "ConfigMap",
    });
    stop.abort();
    for (const watch of watches) expect((await watch.next()).done).toBe(true);
  });
});
