import { GitOpsError } from "../error.ts";
import type { Builds } from "./build.ts";
import type { BuildCache } from "./build-memory.ts";
import type { Inspect } from "./inspect.ts";
import { createInspect } from "./inspect.ts";
import type { Platform } from "./platform.ts";
import { imageName, parseImage } from "./reference.ts";
import { endpointOf } from "./registry-endpoint.ts";
import type { Asked, Session, SessionOptions } from "./registry-session.ts";
import { createSessions, refusal } from "./registry-session.ts";
import { nextPage, pageUrl, readPage } from "./tag-pages.ts";

export interface RegistryOptions extends SessionOptions {
  /** Keeps what was learnt of builds from run to run. */
  readonly cache?: BuildCache;
}

export interface Registry {
  /**
   * All tags of an image's repository, in the registry's order. A repository is asked for once in the life of this object.
   * @param pullSecret whose credential to use, in one of the forms of `parsePullSecret`; undefined is that of the registry
   * @throws GitOpsError naming the image: NotFound also for a list without tags, because that is unknown rather than nothing
   */
  listTags(image: string, pullSecret?: string): Promise<readonly string[]>;
  /** Which end of that list new tags are added to, where registries.conf says so (`tagsortmode`). */
  newestOf(image: string): "first" | "last" | undefined;
  /**
   * What each of these tags stands for. A tag costs one request, and two or three more when it is new or was moved; it is asked
   * about once in the life of this object.
   * @param platforms what the image has to run on; the latest build among them counts
   * @throws GitOpsError naming the image
   */
  inspect(image: string, tags: readonly string[], platforms: readonly Platform[], pullSecret?: string): Promise<Builds>;
}

const MOST_PAGES = 200;
const MOST_TAGS = 100_000;
const LONGEST_LIST_MS = 120_000;

/** A client of OCI registries (distribution specification 1.1, token authentication of Docker's registries). It only reads. */
export function createRegistry(options: RegistryOptions): Registry {
  const within = createSessions(options);
  const lists = new Map<string, Promise<readonly string[]>>();
  const inspectors = new Map<string, Inspect>();
  const list = (asked: Asked) => {
    const known = lists.get(keyOf(asked)) ?? within(asked, LONGEST_LIST_MS, readAll);
    lists.set(keyOf(asked), known);
    return known;
  };
  const inspectorOf = (asked: Asked, platforms: readonly Platform[]) => {
    const key = keyOf(asked, platforms);
    const known = inspectors.get(key) ?? createInspect(asked, platforms, within, options.cache);
    inspectors.set(key, known);
    return known;
  };
  return {
    listTags: async (text, pullSecret) => list(read(text, pullSecret)),
    newestOf: (text) => endpointOf(read(text, undefined).image, options.registries).settings?.newest,
    inspect: async (text, tags, platforms, pullSecret) => inspectorOf(read(text, pullSecret), platforms)(tags),
  };
}

function keyOf({ image, pullSecret }: Asked, platforms?: readonly Platform[]): string {
  return JSON.stringify([imageName(image), pullSecret, platforms]);
}

function read(text: string, pullSecret: string | undefined): Asked {
  const image = parseImage(text);
  if (image !== undefined) return { image, pullSecret };
  throw new GitOpsError(`${JSON.stringify(text)} is no image`, { code: "Invalid" });
}

async function readAll(session: Session): Promise<readonly string[]> {
  const tags = new Set<string>();
  const visited = new Set<string>();
  let url: URL | undefined = pageUrl(session.endpoint);
  while (url !== undefined) {
    if (visited.has(url.href)) throw endless(session, "leads in a circle");
    if (visited.size >= MOST_PAGES) throw endless(session, `has more than ${MOST_PAGES} pages`);
    visited.add(url.href);
    const answer = await session.ask(url);
    if (answer.status !== 200) throw refusal(answer, "list tags");
    const page = readPage(answer);
    const before = tags.size;
    page.forEach((tag) => tags.add(tag));
    if (tags.size > MOST_TAGS) throw endless(session, `has more than ${MOST_TAGS} tags`);
    url = nextPage(session.endpoint, answer, page, tags.size > before);
  }
  if (tags.size > 0) return [...tags];
  throw new GitOpsError("the registry lists no tag, so what there is to run is unknown", { code: "NotFound" });
}

function endless({ endpoint }: Session, what: string): GitOpsError {
  return new GitOpsError(`the list of ${endpoint.api.host} ${what}; nothing of it is used`, { code: "Failed" });
}
