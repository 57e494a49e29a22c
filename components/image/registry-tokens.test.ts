import { describe, expect, it } from "@jest/globals";

import type { AskToken } from "./registry-tokens.ts";
import { createTokens } from "./registry-tokens.ts";

const service = { realm: new URL("https://auth.example.com/token"), service: "s" };
const counter = { origin: "https://registry.example.com", service, credential: undefined };
const scopes = (count: number) => Array.from({ length: count }, (_, index) => `repository:r${index}:pull`);

/** A token service that answers when it is told to, and names in the token what it is good for. */
function serviceThat(grants: (asked: readonly string[]) => readonly string[] | number) {
  const asked: (readonly string[])[] = [];
  const answers: (() => void)[] = [];
  const ask: AskToken = (url, { form }) =>
    new Promise((resolve) => {
      const wanted = form?.get("scope")?.split(" ") ?? url.searchParams.getAll("scope");
      asked.push(wanted);
      const granted = grants(wanted);
      const [status, text] =
        typeof granted === "number" ? [granted, ""] : [200, JSON.stringify({ token: granted.join() })];
      answers.push(() => resolve({ status, headers: new Headers(), body: Buffer.from(text), text, url }));
    });
  const settle = async () => {
    for (let idle = 0; idle < 5; idle++) {
      await new Promise(setImmediate);
      if (answers.length > 0) idle = 0;
      for (const answer of answers.splice(0)) answer();
    }
  };
  return { asked, ask, settle };
}

const all = (asked: readonly string[]) => asked;

describe("tokens of a registry", () => {
  it("are asked for one by one where few are needed", async () => {
    const { asked, ask, settle } = serviceThat(all);
    const tokens = createTokens(Date.now);
    const found = Promise.all(scopes(4).map((scope) => tokens.get(counter, scope, undefined, ask)));
    await settle();
    expect((await found).map(({ value }) => value)).toEqual(scopes(4));
    expect(asked.map(({ length }) => length)).toEqual([1, 1, 1, 1]);
  });

  it("are shared by those that would have to wait, 25 at most", async () => {
    const { asked, ask, settle } = serviceThat(all);
    const tokens = createTokens(Date.now);
    const found = Promise.all(scopes(60).map((scope) => tokens.get(counter, scope, undefined, ask)));
    await settle();
    expect(asked.map(({ length }) => length)).toEqual([1, 1, 1, 1, 25, 25, 6]);
    for (const [index, { value }] of (await found).entries())
      expect(value.split(",")).toContain(`repository:r${index}:pull`);
    await tokens.get(counter, "repository:r59:pull", undefined, ask);
    expect(asked).toHaveLength(7);
  });

  it("are shared in a form, too, as OAuth 2 has it", async () => {
    const { asked, ask, settle } = serviceThat(all);
    const tokens = createTokens(Date.now);
    const identified = { ...counter, credential: { kind: "identityToken", token: "x" } as const };
    void Promise.all(scopes(6).map((scope) => tokens.get(identified, scope, undefined, ask)));
    await settle();
    expect(asked.at(-1)).toEqual(scopes(6).slice(4));
  });

  it("are asked for alone where the service gives none for several", async () => {
    const { asked, ask, settle } = serviceThat((wanted) => (wanted.length > 1 ? 403 : wanted));
    const tokens = createTokens(Date.now);
    const found = Promise.all(scopes(14).map((scope) => tokens.get(counter, scope, undefined, ask)));
    await settle();
    expect((await found).map(({ value }) => value)).toEqual(scopes(14));
    expect(asked.filter(({ length }) => length > 1)).toHaveLength(1);
    const later = tokens.get(counter, "repository:later:pull", undefined, ask);
    await settle();
    expect((await later).value).toBe("repository:later:pull");
  });

  it("fail for those alone whose repository is denied", async () => {
    const denied = "repository:r5:pull";
    const { ask, settle } = serviceThat((wanted) => (wanted.includes(denied) ? 401 : wanted));
    const tokens = createTokens(Date.now);
    const found = Promise.allSettled(scopes(8).map((scope) => tokens.get(counter, scope, undefined, ask)));
    await settle();
    expect((await found).map(({ status }) => status === "fulfilled")).toEqual(
      scopes(8).map((scope) => scope !== denied),
    );
  });

  it("are asked for alone after one that was good for the first of several only", async () => {
    const { asked, ask, settle } = serviceThat((wanted) => wanted.slice(0, 1));
    const tokens = createTokens(Date.now);
    const found = Promise.all(scopes(6).map((scope) => tokens.get(counter, scope, undefined, ask)));
    await settle();
    const refused = (await found).at(-1)!.value;
    expect(refused).toBe("repository:r4:pull");
    const again = tokens.get(counter, "repository:r5:pull", refused, ask);
    await settle();
    expect((await again).value).toBe("repository:r5:pull");
    void Promise.all(["a", "b", "c", "d", "e", "f"].map((scope) => tokens.get(counter, scope, undefined, ask)));
    await settle();
    expect(asked.slice(-6).map(({ length }) => length)).toEqual([1, 1, 1, 1, 1, 1]);
  });

  it("are kept apart by registry, service and credential", async () => {
    const { asked, ask, settle } = serviceThat(all);
    const tokens = createTokens(Date.now);
    const others = [
      counter,
      { ...counter, origin: "https://mirror.example.com" },
      { ...counter, service: { ...service, service: "other" } },
      { ...counter, credential: { kind: "password", username: "me", password: "x" } as const },
    ];
    void Promise.all(others.map((other) => tokens.get(other, "repository:r0:pull", undefined, ask)));
    await settle();
    expect(asked).toHaveLength(4);
  });
});
