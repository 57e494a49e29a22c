import { describe, expect, it } from "@jest/globals";

import type { Credential } from "./docker-config.ts";
import { parseImage } from "./reference.ts";
import { createAuth } from "./registry-auth.ts";
import { endpointOf } from "./registry-endpoint.ts";
import type { AskToken } from "./registry-tokens.ts";

const CHALLENGE = 'Bearer realm="https://registry.example.com/token",service="s"';

function password(username: string): Credential {
  return { kind: "password", username, password: "hunter2" };
}

/** A token service that counts; tokens are good for 100 seconds. */
function scene() {
  const state = { time: 0, granted: 0, credential: password("a") };
  const auth = createAuth(
    () => Promise.resolve(state.credential),
    () => state.time,
  );
  const ask: AskToken = (url) => {
    const text = JSON.stringify({ token: `t${++state.granted}`, expires_in: 100 });
    return Promise.resolve({ status: 200, headers: new Headers(), body: Buffer.from(text), text, url });
  };
  const endpoint = (repository: string) => endpointOf(parseImage(`registry.example.com/${repository}`)!, []);
  return { state, auth, ask, endpoint };
}

describe("createAuth", () => {
  it("begins without Authorization as long as the registry has not asked for one", async () => {
    const { auth, ask, endpoint } = scene();
    expect(await auth.initial(endpoint("api"), ask)).toBeUndefined();
  });

  it("keeps a token until a tenth of its life is left", async () => {
    const { state, auth, ask, endpoint } = scene();
    expect(await auth.answer(endpoint("api"), CHALLENGE, undefined, ask)).toBe("Bearer t1");
    state.time = 89_999;
    expect(await auth.initial(endpoint("api"), ask)).toBe("Bearer t1");
    state.time = 90_000;
    expect(await auth.initial(endpoint("api"), ask)).toBe("Bearer t2");
  });

  it("keeps tokens apart by repository and by credential", async () => {
    const { state, auth, ask, endpoint } = scene();
    expect(await auth.answer(endpoint("api"), CHALLENGE, undefined, ask)).toBe("Bearer t1");
    expect(await auth.initial(endpoint("web"), ask)).toBe("Bearer t2");
    state.credential = password("b");
    expect(await auth.initial(endpoint("api"), ask)).toBe("Bearer t3");
    state.credential = password("a");
    expect(await auth.initial(endpoint("api"), ask)).toBe("Bearer t1");
  });

  it("asks for one token when several requests need it at once", async () => {
    const { state, auth, ask, endpoint } = scene();
    await auth.answer(endpoint("web"), CHALLENGE, undefined, ask);
    const answers = await Promise.all([1, 2, 3].map(() => auth.initial(endpoint("api"), ask)));
    expect(answers).toEqual(["Bearer t2", "Bearer t2", "Bearer t2"]);
    expect(state.granted).toBe(2);
  });

  it("takes no credentials to a realm that only another entry for the same API lists", async () => {
    const { auth, ask } = scene();
    const entry = { name: "x", apiUrl: "https://registry.example.com", insecure: false, default: false };
    const image = (repository: string, realm: object) =>
      endpointOf(parseImage(`registry.example.com/${repository}`)!, [
        { ...entry, prefix: "registry.example.com", ...realm },
      ]);
    const listed = image("a", { realm: "auth.example.com" });
    const challenge = 'Bearer realm="https://auth.example.com/token"';
    expect(await auth.answer(listed, challenge, undefined, ask)).toBe("Bearer t1");
    expect(await auth.initial(image("a", {}), ask)).toBeUndefined();
    await expect(auth.answer(image("a", {}), challenge, undefined, ask)).rejects.toThrow("which is not trusted");
  });

  it("asks again after the token service failed", async () => {
    const { auth, ask, endpoint } = scene();
    const failing: AskToken = () => Promise.reject(new Error("no answer"));
    await expect(auth.answer(endpoint("api"), CHALLENGE, undefined, failing)).rejects.toThrow("no answer");
    expect(await auth.answer(endpoint("api"), CHALLENGE, undefined, ask)).toBe("Bearer t1");
  });

  it("asks for what Azure needs to list tags, and never for the right to push", async () => {
    const { auth, endpoint } = scene();
    const scopes: (string | null)[] = [];
    const ask: AskToken = (url) => {
      scopes.push(url.searchParams.get("scope"));
      return Promise.resolve({
        status: 200,
        headers: new Headers(),
        body: Buffer.alloc(0),
        text: '{"token":"t"}',
        url,
      });
    };
    const challenge = `${CHALLENGE},scope="repository:other:metadata_read,push,delete repository:x:*"`;
    await auth.answer(endpoint("api"), challenge, undefined, ask);
    expect(scopes).toEqual(["repository:api:pull,metadata_read"]);
  });
});
