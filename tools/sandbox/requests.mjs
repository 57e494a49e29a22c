import { gitServer } from "./git.mjs";
import { request } from "./http.mjs";
import { metricsOf, tokenServer } from "./registry.mjs";

/** What Git, the registry and its token server have been asked for since they started: `{git: {"GET info/refs": 3}, registry, tokens}`. */
export async function requestCounts(record) {
  const [git, tokens, registry] = await Promise.all([
    read(`${gitServer.address(record)}/requests`).then(JSON.parse),
    read(`${tokenServer.address(record)}/requests`).then(JSON.parse),
    read(metricsOf(record)).then(handled),
  ]);
  return { git, registry, tokens };
}

/** The registry's own counter: `registry_http_requests_total{code="200",handler="tags",method="get"} 3` as `GET tags`. */
function handled(text) {
  const counts = {};
  for (const [, labels, value] of text.matchAll(/^registry_http_requests_total\{([^}]*)\} (\S+)$/gm)) {
    const [handler, method] = ["handler", "method"].map((name) => new RegExp(`${name}="([^"]*)"`).exec(labels)?.[1]);
    const what = `${method.toUpperCase()} ${handler}`;
    counts[what] = (counts[what] ?? 0) + Number(value);
  }
  return counts;
}

async function read(url) {
  const { status, body } = await request(url);
  if (status !== 200) throw new Error(`GET ${url}: expected status 200, found ${status}`);
  return body;
}
