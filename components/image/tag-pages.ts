import { GitOpsError } from "../error.ts";
import { isTag } from "./reference.ts";
import type { Endpoint } from "./registry-endpoint.ts";
import { apiUrl } from "./registry-endpoint.ts";
import type { HttpAnswer } from "./registry-http.ts";

/** The largest page that every registry grants: ECR refuses to answer above it. */
export const PAGE_SIZE = 1000;

/** Where the list of an Endpoint begins, or goes on after a tag (OCI distribution specification, "Listing Tags"). */
export function pageUrl(endpoint: Endpoint, last?: string): URL {
  const url = apiUrl(endpoint, `/v2/${endpoint.repository}/tags/list`);
  url.searchParams.set("n", String(PAGE_SIZE));
  if (last !== undefined) url.searchParams.set("last", last);
  return url;
}

/** The tags of one page. @throws GitOpsError Failed when the answer is no list of tags */
export function readPage({ headers, text, url }: HttpAnswer): readonly string[] {
  const tags = tagsIn(text);
  if (tags === undefined) {
    const kind = /^[\w.+-]+\/[\w.+-]+/.exec(headers.get("content-type") ?? "")?.[0] ?? "text";
    throw new GitOpsError(`${url.host} answers with ${kind} that is no list of tags`, { code: "Failed" });
  }
  if (tags.every(isTag)) return tags;
  throw new GitOpsError(`${url.host} lists a tag that no registry may hold`, { code: "Failed" });
}

/**
 * The page after this one: the `Link` of the answer, or, for a registry that sends none, the tag after the last of a full page
 * that brought anything new.
 * @throws GitOpsError Failed when the link leads to another origin: credentials would follow it
 */
export function nextPage(
  endpoint: Endpoint,
  { headers, url }: HttpAnswer,
  tags: readonly string[],
  isNew: boolean,
): URL | undefined {
  const target = nextLink(headers.get("link") ?? "");
  if (target === undefined) return tags.length >= PAGE_SIZE && isNew ? pageUrl(endpoint, tags.at(-1)) : undefined;
  const next = URL.parse(target, url.href);
  if (next?.origin === url.origin && next.username === "" && next.password === "") return next;
  throw new GitOpsError(`${url.host} continues the list at ${next?.origin ?? "no address"}, which is not followed`, {
    code: "Failed",
  });
}

/** The target with the relation `next` in a `Link` field (RFC 8288). */
function nextLink(field: string): string | undefined {
  const links = field.matchAll(/<([^<>]*)>((?:[^<>,"]|"[^"]*")*)/g);
  for (const [, target, parameters = ""] of links) {
    if (/;\s*rel\s*=\s*(?:next\b|"(?:[^"]*\s)?next(?:\s[^"]*)?")/i.test(parameters)) return target;
  }
  return undefined;
}

function tagsIn(text: string): readonly string[] | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== "object" || value === null || !("tags" in value)) return undefined;
  const { tags } = value;
  if (tags === null) return [];
  return Array.isArray(tags) && tags.every((tag) => typeof tag === "string") ? tags : undefined;
}
