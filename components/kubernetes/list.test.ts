import { afterEach, describe, expect, it } from "@jest/globals";

import type { Handler } from "./server.fixture.ts";
import { endScenes, json, scene, status } from "./server.fixture.ts";

const SECRETS = { group: "", version: "v1", kind: "Secret", plural: "secrets", namespaced: true, verbs: ["list"] };

function page(names: readonly string[], more: object = {}): object {
  const items = names.map((name) => ({ metadata: { name, namespace: "qa", uid: name }, data: { key: "c2VjcmV0" } }));
  return { kind: "SecretList", apiVersion: "v1", metadata: { resourceVersion: "7", ...more }, items };
}

afterEach(endScenes);

describe("a list", () => {
  it("gives its items the apiVersion and kind that the server leaves out", async () => {
    const { client } = await scene((_, response) => json(response, page(["a"])));
    expect(await client.list(SECRETS, {})).toEqual({
      resourceVersion: "7",
      items: [
        {
          apiVersion: "v1",
          kind: "Secret",
          metadata: { name: "a", namespace: "qa", uid: "a" },
          data: { key: "c2VjcmV0" },
        },
      ],
    });
  });

  it("of metadata holds nothing else, even when the server sends whole objects", async () => {
    const { client, server } = await scene((_, response) => json(response, page(["a"])));
    const { items } = await client.listMetadata(SECRETS, { labelSelector: "a=b" });
    expect(items).toEqual([{ apiVersion: "v1", kind: "Secret", metadata: { name: "a", namespace: "qa", uid: "a" } }]);
    expect(server.received.at(-1)?.headers.accept).toContain("as=PartialObjectMetadataList;g=meta.k8s.io;v=v1");
  });

  it("asks for everything at once: no limit, no resourceVersion", async () => {
    const { client, server } = await scene((_, response) => json(response, page([])));
    await client.list(SECRETS, { labelSelector: "a=b,c", namespace: "qa" });
    const { pathname, search } = server.received.at(-1)?.url ?? new URL("http://none");
    expect(decodeURIComponent(`${pathname}${search}`)).toBe("/api/v1/namespaces/qa/secrets?labelSelector=a=b,c");
  });

  it("is complete though the server serves it in pages", async () => {
    const pages: Readonly<Record<string, object>> = {
      "": page(["a"], { continue: "p2" }),
      p2: page(["b"], { continue: "p3" }),
      p3: page(["c"]),
    };
    const { client } = await scene(({ url }, response) =>
      json(response, pages[url.searchParams.get("continue") ?? ""]),
    );
    const { items } = await client.list(SECRETS, {});
    expect(items.map(({ metadata }) => metadata.name)).toEqual(["a", "b", "c"]);
  });

  it("begins anew when the server forgets it between two pages, and never shows half of it", async () => {
    let forgot = false;
    const { client } = await scene(({ url }, response) => {
      const token = url.searchParams.get("continue");
      if (token === null) return json(response, page(forgot ? ["a2"] : ["a1"], { continue: "p2" }));
      if (forgot) return json(response, page(["b2"]));
      forgot = true;
      return json(response, status(410, "Expired", "too old"), 410);
    });
    const { items } = await client.list(SECRETS, {});
    expect(items.map(({ metadata }) => metadata.name)).toEqual(["a2", "b2"]);
  });

  it.each<[string, Handler, object]>([
    [
      "every page after the first is forgotten",
      ({ url }, response) =>
        url.searchParams.has("continue")
          ? json(response, status(410, "Expired", "too old"), 410)
          : json(response, page(["a"], { continue: "x" })),
      { message: "list Secret: Expired; the rest of the answer is withheld, because it may quote the Secret" },
    ],
    [
      "the answer is something else",
      (_, response) => json(response, { kind: "Secret", metadata: {} }),
      { code: "Failed", message: "list Secret: the answer is not a list" },
    ],
    [
      "it is not permitted",
      (_, response) =>
        json(
          response,
          status(
            403,
            "Forbidden",
            'secrets is forbidden: User "u" cannot list resource "secrets" in API group "" at the cluster scope',
          ),
          403,
        ),
      {
        code: "Forbidden",
        message:
          'list Secret: secrets is forbidden: User "u" cannot list resource "secrets" in API group "" at the cluster scope',
      },
    ],
  ])("is an error when %s", async (_, handle, expected) => {
    const { client } = await scene(handle);
    await expect(client.list(SECRETS, {})).rejects.toMatchObject(expected);
  });

  it("may be empty, also the way Go writes it", async () => {
    const { client } = await scene((_, response) =>
      json(response, { metadata: { resourceVersion: "7" }, items: null }),
    );
    expect(await client.list(SECRETS, {})).toEqual({ items: [], resourceVersion: "7" });
  });
});
