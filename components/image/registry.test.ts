import { afterEach, describe, expect, it } from "@jest/globals";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

import type { Handler } from "./registry.fixture.ts";
import { BASIC, closeStands, failureOf, json, open, PASSWORD, serve, settingsFor, TOKEN } from "./registry.fixture.ts";

afterEach(closeStands);

/** A registry of one repository with token authentication. */
function guarded(tags: readonly string[], life = 300): Handler {
  let granted = 0;
  let current = "";
  return (url, request, response) => {
    if (url.pathname === "/token") {
      current = `${TOKEN}-${++granted}`;
      json(response, { token: current, expires_in: life });
    } else if (request.headers.authorization === `Bearer ${current}`) {
      json(response, { name: "api", tags });
    } else {
      const repository = /^\/v2\/(.*)\/tags\/list$/.exec(url.pathname)?.[1] ?? "";
      const realm = `http://${request.headers.host ?? ""}/token`;
      const scope = `repository:${repository}:pull,push`;
      const challenge = `Bearer realm="${realm}",service="registry, of tests",scope="${scope}"`;
      json(response, { errors: [{ code: "UNAUTHORIZED" }] }, { "www-authenticate": challenge }, 401);
    }
  };
}

describe("listTags", () => {
  it("follows Link from page to page and forgets no tag", async () => {
    const all = Array.from({ length: 7 }, (_, index) => `v1.0.${index}`);
    const stand = await serve((url, _, response) => {
      const start = all.indexOf(url.searchParams.get("last") ?? "") + 1;
      const page = all.slice(start, start + 3);
      const more = start + 3 < all.length;
      const link = `</other>; rel="prev", </v2/my-org/api/tags/list?n=3&last=${page.at(-1) ?? ""}>; rel="next"`;
      json(response, { name: "my-org/api", tags: page }, more ? { link } : {});
    });
    const { registry } = open();
    expect(await registry.listTags(`${stand.host}/my-org/api:v1`)).toEqual(all);
    expect(stand.requests).toEqual([
      "GET /v2/my-org/api/tags/list?n=1000 -",
      "GET /v2/my-org/api/tags/list?n=3&last=v1.0.2 -",
      "GET /v2/my-org/api/tags/list?n=3&last=v1.0.5 -",
    ]);
  });

  it("asks on after the last tag of a full page when a registry sends no Link", async () => {
    const all = Array.from({ length: 2500 }, (_, index) => `v1.0.${index}`);
    const stand = await serve((url, _, response) => {
      const start = all.indexOf(url.searchParams.get("last") ?? "") + 1;
      json(response, { tags: all.slice(start, start + 1000) });
    });
    expect(await open().registry.listTags(`${stand.host}/api`)).toEqual(all);
    expect(stand.requests).toHaveLength(3);
  });

  it("takes a longer list at once from a registry that does not page", async () => {
    const all = Array.from({ length: 1500 }, (_, index) => `v1.0.${index}`);
    const stand = await serve((_url, _request, response) => json(response, { tags: all }));
    expect(await open().registry.listTags(`${stand.host}/api`)).toEqual(all);
    expect(stand.requests).toHaveLength(2);
  });

  it("asks for a repository once, however often and under whatever tag it is asked about", async () => {
    const stand = await serve((_url, _request, response) => json(response, { tags: ["v1"] }));
    const { registry } = open();
    const names = [`${stand.host}/api`, `${stand.host}/api:v1`, `${stand.host}/api`];
    await Promise.all(names.map((name) => registry.listTags(name)));
    await registry.listTags(`${stand.host}/api`);
    expect(stand.requests).toHaveLength(1);
  });

  it("gets a token for the right to pull only, and begins with it at the next repository", async () => {
    const stand = await serve(guarded(["v1"]));
    const { registry } = open({ registries: [settingsFor(stand)] });
    await registry.listTags(`${stand.host}/a`);
    await registry.listTags(`${stand.host}/b`);
    const token = (repository: string) =>
      `service=registry%2C+of+tests&scope=repository%3A${repository}%3Apull ${BASIC}`;
    expect(stand.requests).toEqual([
      "GET /v2/a/tags/list?n=1000 -",
      `GET /token?${token("a")}`,
      `GET /v2/a/tags/list?n=1000 Bearer ${TOKEN}-1`,
      `GET /token?${token("b")}`,
      `GET /v2/b/tags/list?n=1000 Bearer ${TOKEN}-2`,
    ]);
  });

  it("uses one token for all pages of a repository", async () => {
    let tokens = 0;
    const stand = await serve((url, request, response) => {
      if (url.pathname === "/token") json(response, { access_token: `${TOKEN}-${++tokens}` });
      else if (request.headers.authorization === undefined) {
        json(response, {}, { "www-authenticate": `Basic realm="x", Bearer realm="${stand.origin}/token"` }, 401);
      } else {
        const page = Number(url.searchParams.get("last") ?? 0);
        json(response, { tags: [`v${page}`] }, page < 4 ? { link: `<?last=${page + 1}>; rel=next` } : {});
      }
    });
    expect(await open().registry.listTags(`${stand.host}/api`)).toEqual(["v0", "v1", "v2", "v3", "v4"]);
    expect(tokens).toBe(1);
    expect(stand.requests.filter((line) => line.includes("token?"))).toEqual([
      "GET /token?scope=repository%3Aapi%3Apull -",
    ]);
  });

  it("replaces a token that the registry no longer takes", async () => {
    const handler = guarded(["v1"]);
    let forgetful = false;
    const stand = await serve((url, request, response) => {
      if (forgetful && url.pathname !== "/token" && !(request.headers.authorization ?? "").endsWith("-2")) {
        const challenge = `Bearer realm="http://${stand.host}/token",service="registry, of tests",scope="repository:a:pull"`;
        json(response, {}, { "www-authenticate": challenge }, 401);
        return;
      }
      if (
        url.searchParams.get("last") === null &&
        url.pathname !== "/token" &&
        request.headers.authorization !== undefined
      ) {
        forgetful = true;
        json(response, { tags: ["v1"] }, { link: "<?last=v1>; rel=next" });
        return;
      }
      handler(url, request, response);
    });
    const { registry } = open({ registries: [settingsFor(stand)] });
    expect(await registry.listTags(`${stand.host}/a`)).toEqual(["v1"]);
    expect(stand.requests.filter((line) => line.includes("/token"))).toHaveLength(2);
  });

  it("exchanges an identity token by POST", async () => {
    const folder = await mkdtemp(join(tmpdir(), "registry-"));
    const forms: string[] = [];
    const handler = guarded(["v1"]);
    const stand = await serve((url, request, response) => {
      request.on("data", (chunk: Buffer) => forms.push(chunk.toString()));
      request.on("end", () => handler(url, request, response));
    });
    const auths = { [stand.host]: { identitytoken: PASSWORD } };
    await writeFile(join(folder, "config.json"), JSON.stringify({ auths }));
    const { registry } = open({ env: { DOCKER_CONFIG: folder } });
    expect(await registry.listTags(`${stand.host}/a`)).toEqual(["v1"]);
    await rm(folder, { recursive: true });
    expect(stand.requests[1]).toBe("POST /token -");
    expect(Object.fromEntries(new URLSearchParams(forms.join("")))).toEqual({
      ...{ grant_type: "refresh_token", client_id: "pulumi-gitops", refresh_token: PASSWORD },
      ...{ service: "registry, of tests", scope: "repository:a:pull" },
    });
  });

  it("logs in with Basic where the registry asks for that", async () => {
    const stand = await serve((_, request, response) => {
      const isKnown = request.headers.authorization === BASIC;
      if (isKnown) json(response, { tags: ["v1"] });
      else json(response, {}, { "www-authenticate": 'Basic realm="Nexus, the registry"' }, 401);
    });
    const { registry } = open({ registries: [settingsFor(stand)] });
    expect(await registry.listTags(`${stand.host}/a`)).toEqual(["v1"]);
    expect(await registry.listTags(`${stand.host}/b`)).toEqual(["v1"]);
    expect(stand.requests).toHaveLength(3);
  });

  it("asks Docker Hub for library/ and trusts its token service", async () => {
    const asked: string[] = [];
    const fake: typeof fetch = (input) => {
      const url = new URL(input instanceof Request ? input.url : input);
      asked.push(url.href);
      if (url.host === "auth.docker.io") return Promise.resolve(Response.json({ token: TOKEN }));
      if (asked.length > 1) return Promise.resolve(Response.json({ tags: ["1.27"] }));
      const challenge = 'Bearer realm="https://auth.docker.io/token",service="registry.docker.io"';
      return Promise.resolve(new Response("", { status: 401, headers: { "www-authenticate": challenge } }));
    };
    expect(await open({ fetch: fake }).registry.listTags("nginx")).toEqual(["1.27"]);
    expect(asked[0]).toBe("https://registry-1.docker.io/v2/library/nginx/tags/list?n=1000");
    expect(asked[1]).toBe(
      "https://auth.docker.io/token?service=registry.docker.io&scope=repository%3Alibrary%2Fnginx%3Apull",
    );
  });
});

describe("listTags of many repositories", () => {
  it("sends one list ahead, so that the others know how to log in", async () => {
    const stand = await serve(guarded(["v1"]));
    const { registry } = open({ registries: [settingsFor(stand)] });
    await registry.listTags(`${stand.host}/first`);
    const before = stand.requests.length;
    const fresh = open({ registries: [settingsFor(stand)] }).registry;
    await Promise.allSettled(Array.from({ length: 20 }, (_, index) => fresh.listTags(`${stand.host}/a${index}`)));
    const unauthorized = stand.requests.slice(before).filter((line) => line.endsWith(" -"));
    expect(unauthorized).toEqual(["GET /v2/a0/tags/list?n=1000 -"]);
  });

  it.each([
    ["fails", 404],
    ["waits to repeat its request", 503],
  ])("does not hold the others back when the one ahead %s", async (_, status) => {
    const others = Promise.withResolvers<undefined>();
    let listed = 0;
    const stand = await serve((url, _request, response) => {
      if (url.pathname.includes("/first/")) {
        json(response, {}, {}, listed < 3 ? status : 404);
        return;
      }
      json(response, { tags: ["v1"] });
      if (++listed === 3) others.resolve(undefined);
    });
    const { registry } = open({ wait: () => others.promise });
    const first = failureOf(registry.listTags(`${stand.host}/first`));
    const rest = ["a", "b", "c"].map((name) => registry.listTags(`${stand.host}/${name}`));
    expect(await Promise.all(rest)).toEqual([["v1"], ["v1"], ["v1"]]);
    expect(await first).toMatch(/^NotFound/);
  });
});

describe("listTags with a registry that is out of order", () => {
  it.each([
    [404, "NAME_UNKNOWN", "NotFound: * has no such repository (404 NAME_UNKNOWN)"],
    [403, "DENIED", "Forbidden: * does not let us list tags, or has no such repository (403 DENIED)"],
    [400, "X\nY", "Failed: * answers 400"],
    [405, "UNSUPPORTED", "Failed: * answers 405 UNSUPPORTED"],
  ])("reports %d %s", async (status, code, expected) => {
    const stand = await serve((_url, _request, response) => json(response, { errors: [{ code }] }, {}, status));
    const failure = await failureOf(open().registry.listTags(`${stand.host}/my-org/api`));
    expect(failure).toBe(expected.replace("*", `${stand.host}/my-org/api: ${stand.host}`));
    expect(stand.requests).toHaveLength(1);
  });

  it.each([[[]], [null]])("takes the list %j for unknown, not for nothing", async (tags) => {
    const stand = await serve((_url, _request, response) => json(response, { tags }));
    expect(await failureOf(open().registry.listTags(`${stand.host}/api`))).toBe(
      `NotFound: ${stand.host}/api: the registry lists no tag, so what there is to run is unknown`,
    );
  });

  it("repeats what passes, longer each time, and then succeeds", async () => {
    const statuses = [503, 500, 502, 504, 200];
    const stand = await serve((_url, _request, response) => json(response, { tags: ["v1"] }, {}, statuses.shift()));
    const { registry, waits } = open();
    expect(await registry.listTags(`${stand.host}/api`)).toEqual(["v1"]);
    expect(waits.map((wait, index) => wait >= 250 * 2 ** index && wait <= 750 * 2 ** index)).toEqual([
      true,
      true,
      true,
      true,
    ]);
  });

  it.each([
    ["2", 2000, 2500],
    [() => new Date(Date.now() + 60_000).toUTCString(), 50_000, 60_500],
    ["soon", 250, 750],
    ["-5", 250, 750],
  ])("waits after 429 as Retry-After %s says", async (retryAfter, least, most) => {
    let calls = 0;
    const value = typeof retryAfter === "string" ? retryAfter : retryAfter();
    const stand = await serve((_url, _request, response) => {
      json(response, { tags: ["v1"] }, { "retry-after": value }, calls++ === 0 ? 429 : 200);
    });
    const { registry, waits } = open({ retryBudgetMs: 100_000 });
    await registry.listTags(`${stand.host}/api`);
    expect(waits).toHaveLength(1);
    expect(waits[0]).toBeGreaterThanOrEqual(least);
    expect(waits[0]).toBeLessThanOrEqual(most);
  });

  it.each([
    [429, "10", "Throttled (retryable)", 2],
    [429, "3600", "Throttled (retryable)", 0],
    [503, undefined, "Unavailable (retryable)", undefined],
  ])("gives up on %d with Retry-After %s when the budget is spent", async (status, retryAfter, code, waited) => {
    const headers: Record<string, string> = retryAfter === undefined ? {} : { "retry-after": retryAfter };
    const stand = await serve((_url, _request, response) => json(response, {}, headers, status));
    const { registry, waits } = open({ retryBudgetMs: 25_000 });
    const failure = await failureOf(registry.listTags(`${stand.host}/api`));
    expect(failure).toBe(`${code}: ${stand.host}/api: ${stand.host} answers ${status}`);
    expect(waits.reduce((sum, wait) => sum + wait, 0)).toBeLessThanOrEqual(25_000);
    if (waited !== undefined) expect(waits).toHaveLength(waited);
    expect(stand.requests).toHaveLength(waits.length + 1);
  });

  it("repeats when the connection breaks in the middle of an answer", async () => {
    let calls = 0;
    const stand = await serve((_url, _request, response) => {
      if (calls++ > 0) json(response, { tags: ["v1"] });
      else response.writeHead(200, { "content-length": "100" }).write("{", () => response.destroy());
    });
    expect(await open().registry.listTags(`${stand.host}/api`)).toEqual(["v1"]);
    expect(calls).toBe(2);
  });

  it("reports a registry that nobody runs, after the budget", async () => {
    const stand = await serve(() => undefined);
    closeStands();
    const { registry, waits } = open();
    const failure = await failureOf(registry.listTags(`${stand.host}/api`));
    expect(failure).toBe(`Unavailable (retryable): ${stand.host}/api: the connection failed (ECONNREFUSED)`);
    expect(waits.length).toBeGreaterThan(3);
  });

  it("repeats a request that gets no answer in time, and says so in the end", async () => {
    const silent: typeof fetch = (_, init) => {
      expect(init?.signal?.aborted).toBe(false);
      return Promise.reject(new DOMException("The operation was aborted due to timeout", "TimeoutError"));
    };
    const { registry, waits } = open({ fetch: silent });
    const failure = await failureOf(registry.listTags("registry.example.com/api"));
    expect(failure).toBe("Timeout (retryable): registry.example.com/api: no answer in time");
    expect(waits.length).toBeGreaterThan(3);
  });

  it("does not repeat a failure whose cause is unknown, and repeats nothing of its text", async () => {
    const failing: typeof fetch = () => Promise.reject(new TypeError(`invalid header value "Bearer ${TOKEN}"`));
    const { registry, waits } = open({ fetch: failing });
    const failure = await failureOf(registry.listTags("registry.example.com/api"));
    expect(failure).toBe("Unavailable: registry.example.com/api: the connection failed (no cause given)");
    expect(waits).toEqual([]);
  });

  it("does not repeat what will not pass, such as a name that is not found", async () => {
    const { registry, waits } = open();
    const failure = await failureOf(registry.listTags("registry.invalid/api"));
    expect(failure).toMatch(
      /^Unavailable( \(retryable\))?: registry\.invalid\/api: the connection failed \([A-Z_]+\)$/,
    );
    if (failure.includes("ENOTFOUND")) expect(waits).toEqual([]);
  });

  it.each(["", "Not An Image", "registry.example.com/a\nb"])("refuses %j before it asks anybody", async (image) => {
    expect(await failureOf(open().registry.listTags(image))).toBe(`Invalid: ${JSON.stringify(image)} is no image`);
  });
});

describe("listTags with a hostile registry", () => {
  it.each([
    ["text/html; charset=utf-8", "<html>Log in</html>", "text/html"],
    ["application/json", "{", "application/json"],
    ["application/json", '{"tags":"v1"}', "application/json"],
    ["application/json", '{"tags":[1]}', "application/json"],
    ["application/json", "null", "application/json"],
    ["x\u007f", "", "text"],
  ])("refuses the body of %s %s", async (type, body, kind) => {
    const stand = await serve((_url, _request, response) => {
      response.writeHead(200, { "content-type": type.replace("\u007f", "") }).end(body);
    });
    expect(await failureOf(open().registry.listTags(`${stand.host}/api`))).toBe(
      `Failed: ${stand.host}/api: ${stand.host} answers with ${kind} that is no list of tags`,
    );
  });

  it.each(["v1\nv2", "v1 --help", "", "a".repeat(129), "\u001b[31mv1"])(
    "refuses a list with the tag %j",
    async (tag) => {
      const stand = await serve((_url, _request, response) => json(response, { tags: ["v1", tag] }));
      expect(await failureOf(open().registry.listTags(`${stand.host}/api`))).toContain(
        "lists a tag that no registry may hold",
      );
    },
  );

  it.each([
    ["plain", (text: Buffer) => text, {}],
    ["compressed", (text: Buffer) => gzipSync(text), { "content-encoding": "gzip" }],
  ])("stops reading a huge %s body", async (_, pack, headers) => {
    const body = pack(Buffer.alloc(17 * 1024 * 1024, 32));
    const stand = await serve((_url, _request, response) => {
      response.on("error", () => undefined);
      response.writeHead(200, headers).end(body);
    });
    expect(await failureOf(open().registry.listTags(`${stand.host}/api`))).toContain("answers with more than 16 MiB");
    expect(stand.requests).toHaveLength(1);
  });

  it("stops at 200 pages", async () => {
    let page = 0;
    const stand = await serve((_url, _request, response) => {
      json(response, { tags: [`v${page}`] }, { link: `<?n=1&last=v${page++}>; rel="next"` });
    });
    const failure = await failureOf(open().registry.listTags(`${stand.host}/api`));
    expect(failure).toContain("has more than 200 pages; nothing of it is used");
    expect(stand.requests).toHaveLength(200);
  });

  it("stops when the pages lead in a circle", async () => {
    const stand = await serve((_url, _request, response) => {
      json(response, { tags: ["v1"] }, { link: '<?n=1000>; rel="next"' });
    });
    expect(await failureOf(open().registry.listTags(`${stand.host}/api`))).toContain("leads in a circle");
    expect(stand.requests).toHaveLength(1);
  });

  it("stops at 100000 tags", async () => {
    let page = 0;
    const stand = await serve((_url, _request, response) => {
      const tags = Array.from({ length: 30_000 }, (_, index) => `v${page}.${index}`);
      json(response, { tags }, { link: `<?last=${page++}>; rel="next"` });
    });
    expect(await failureOf(open().registry.listTags(`${stand.host}/api`))).toContain("has more than 100000 tags");
    expect(stand.requests).toHaveLength(4);
  });

  it("follows no Link to another origin", async () => {
    const other = await serve((_url, _request, response) => json(response, { tags: ["v9"] }));
    const links = [`${other.origin}/v2/api/tags/list`, `//${other.host}/x`, "https://evil.example/x", "http://["];
    for (const link of links) {
      const stand = await serve((_url, _request, response) => {
        json(response, { tags: ["v1"] }, { link: `<${link}>; rel="next"` });
      });
      expect(await failureOf(open().registry.listTags(`${stand.host}/api`))).toMatch(
        /continues the list at .*, which is not followed$/,
      );
    }
    expect(other.requests).toEqual([]);
  });

  it.each(["https://evil.example/token", "http://registry.example.com/token", "file:///etc/passwd", "x"])(
    "asks for no token at %s",
    async (realm) => {
      const asked: string[] = [];
      const fake: typeof fetch = (input) => {
        asked.push(new URL(input instanceof Request ? input.url : input).origin);
        return Promise.resolve(
          new Response("", { status: 401, headers: { "www-authenticate": `Bearer realm="${realm}"` } }),
        );
      };
      const entry = { name: "x", prefix: "registry.example.com", apiUrl: "https://registry.example.com" };
      const settings = { ...entry, insecure: false, default: false, credentials: "env:REGISTRY" };
      const failure = await failureOf(
        open({ fetch: fake, registries: [settings] }).registry.listTags("registry.example.com/api"),
      );
      expect(failure).toMatch(/^Refused: registry\.example\.com\/api: registry\.example\.com sends us for a token to /);
      expect(asked).toEqual(["https://registry.example.com"]);
    },
  );

  it("stops after one answer to a challenge that repeats", async () => {
    const stand = await serve((url, _request, response) => {
      if (url.pathname === "/token") json(response, { token: TOKEN });
      else json(response, {}, { "www-authenticate": `Bearer realm="http://${stand.host}/token"` }, 401);
    });
    const { registry } = open({ registries: [settingsFor(stand)] });
    expect(await failureOf(registry.listTags(`${stand.host}/api`))).toContain("Unauthorized: ");
    expect(stand.requests).toHaveLength(3);
  });

  it.each([
    ["no token", {}, "answers without a token"],
    ["a token that is none", { token: `${TOKEN}\r\nX: y` }, "answers without a token"],
    ["a list", [], "answers without a token"],
  ])("refuses %s", async (_, grant, reason) => {
    const stand = await serve((url, _request, response) => {
      if (url.pathname === "/token") json(response, grant);
      else json(response, {}, { "www-authenticate": `Bearer realm="http://${stand.host}/token"` }, 401);
    });
    expect(await failureOf(open().registry.listTags(`${stand.host}/api`))).toContain(reason);
  });

  it.each([
    ["", "answers 401 and names no way to log in that is known here"],
    ["Negotiate", "answers 401 and names no way to log in that is known here"],
    ["Basic", "asks for credentials, and none are configured"],
  ])("cannot answer the challenge %j", async (challenge, reason) => {
    const stand = await serve((_url, _request, response) => json(response, {}, { "www-authenticate": challenge }, 401));
    const failure = await failureOf(open().registry.listTags(`${stand.host}/api`));
    expect(failure).toBe(`Unauthorized: ${stand.host}/api: ${stand.host} ${reason}`);
  });

  it.each([401, 403, 500])("reports a token service that answers %d", async (status) => {
    const stand = await serve((url, _request, response) => {
      if (url.pathname === "/token") json(response, { details: PASSWORD }, {}, status);
      else json(response, {}, { "www-authenticate": `Bearer realm="http://${stand.host}/token"` }, 401);
    });
    const { registry } = open({ registries: [settingsFor(stand)] });
    expect(await failureOf(registry.listTags(`${stand.host}/api`))).toMatch(
      /^(Unauthorized|Unavailable).* answers \d+$/,
    );
  });

  it("sends no credentials along a redirect to another origin", async () => {
    const other = await serve((_url, _request, response) => json(response, { tags: ["v1"] }));
    const stand = await serve((_, request, response) => {
      if (request.headers.authorization === undefined) json(response, {}, { "www-authenticate": "Basic" }, 401);
      else response.writeHead(307, { location: `${other.origin}/elsewhere` }).end();
    });
    const { registry } = open({ registries: [settingsFor(stand)] });
    expect(await registry.listTags(`${stand.host}/api`)).toEqual(["v1"]);
    expect(other.requests).toEqual(["GET /elsewhere -"]);
  });

  it("answers no challenge of another origin", async () => {
    const other = await serve((_url, _request, response) => json(response, {}, { "www-authenticate": "Basic" }, 401));
    const stand = await serve((_url, _request, response) => response.writeHead(307, { location: other.origin }).end());
    const { registry } = open({ registries: [settingsFor(stand)] });
    expect(await failureOf(registry.listTags(`${stand.host}/api`))).toMatch(/^Unauthorized: /);
    expect([...stand.requests, ...other.requests]).toEqual(["GET /v2/api/tags/list?n=1000 -", "GET / -"]);
  });

  it("follows no redirect to plain http elsewhere, in a circle, or away from the token service", async () => {
    const open404 = await serve((_url, _request, response) =>
      response.writeHead(302, { location: "http://evil.example/" }).end(),
    );
    expect(await failureOf(open().registry.listTags(`${open404.host}/api`))).toContain(
      "plain http is for this machine only",
    );
    const circle = await serve((_url, _request, response) => response.writeHead(301, { location: "/v2/x" }).end());
    expect(await failureOf(open().registry.listTags(`${circle.host}/api`))).toContain("redirects more than 5 times");
    const stand = await serve((url, _request, response) => {
      if (url.pathname === "/token") response.writeHead(307, { location: `${circle.origin}/steal` }).end();
      else json(response, {}, { "www-authenticate": `Bearer realm="http://${stand.host}/token"` }, 401);
    });
    const { registry } = open({ registries: [settingsFor(stand)] });
    expect(await failureOf(registry.listTags(`${stand.host}/api`))).toContain("redirects; that is not followed");
    expect(circle.requests.join()).not.toContain("steal");
  });
});
