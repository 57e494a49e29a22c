import { GitOpsError } from "../error.ts";
import { checkAddress } from "../image/registry-endpoint.ts";
import type { HttpAnswer, Send } from "../image/registry-http.ts";
import type { WantedChart } from "./charts.ts";
import type { AuthorizationFor } from "./credentials.ts";
import { readIndex } from "./index-file.ts";
import type { IndexEntry } from "./index-file.ts";
import type { ChartRepository, Release } from "./release.ts";
import { chooseVersion } from "./release.ts";

/** Asks for one file. */
type Get = (url: URL, authorization: string | undefined, maxBytes: number) => Promise<HttpAnswer>;

const MAX_INDEX_BYTES = 64 * 1024 * 1024;
const MAX_CHART_BYTES = 16 * 1024 * 1024;
const LONGEST_MS = 120_000;
const BUDGET_MS = 30_000;

/** Charts behind an `index.yaml`. @param oci for those of its charts that lie in an OCI registry */
export function createHttpRepository(
  send: Send,
  authorizationFor: AuthorizationFor,
  oci: ChartRepository,
): ChartRepository {
  const get = getBy(send);
  const indexes = new Map<string, Promise<string>>();
  const indexOf = async (repoURL: string): Promise<string> => {
    const base = baseOf(repoURL);
    const reading = indexes.get(base.href) ?? readText(get, base, await authorizationFor(repoURL));
    indexes.set(base.href, reading);
    return reading;
  };
  return {
    find: async (wanted) => {
      const entries = readIndex(wanted.repoURL, await indexOf(wanted.repoURL), wanted.name);
      const version = chooseVersion(
        wanted,
        entries.map((entry) => entry.version),
      );
      const entry = entries.find((one) => one.version === version);
      return releaseOf(wanted, entry ?? { version, urls: [] }, { get, authorizationFor, oci });
    },
  };
}

interface Ways {
  readonly get: Get;
  readonly authorizationFor: AuthorizationFor;
  readonly oci: ChartRepository;
}

async function releaseOf(wanted: WantedChart, { version, urls, digest }: IndexEntry, ways: Ways): Promise<Release> {
  const { repoURL, name } = wanted;
  const [text] = urls;
  const elsewhere = /^oci:\/\/(.+)\/([^/:@]+):([^/:@]+)$/.exec(text ?? "");
  if (elsewhere !== null) {
    const [, repository = "", chart = "", tag = ""] = elsewhere;
    return ways.oci.find({ ...wanted, repoURL: repository, name: chart, targetRevision: tag });
  }
  const url = text === undefined ? null : URL.parse(text, baseOf(repoURL).href);
  const problem = url === null ? "expected an address" : checkAddress(url);
  if (url === null || problem !== undefined) {
    throw new GitOpsError(`${repoURL} names no place to read ${name} ${version} from: ${problem}`, { code: "Refused" });
  }
  const download = async (): Promise<Buffer> => {
    const mayKnow = wanted.passCredentials || url.origin === baseOf(repoURL).origin;
    const authorization = mayKnow ? await ways.authorizationFor(repoURL) : undefined;
    return (await ways.get(url, authorization, MAX_CHART_BYTES)).body;
  };
  return { version, download, ...(digest === undefined ? {} : { digest }) };
}

/** With a slash at its end, so that relative addresses stay below it. */
function baseOf(repoURL: string): URL {
  return new URL(`${repoURL.replace(/\/+$/, "")}/`);
}

async function readText(get: Get, base: URL, authorization: string | undefined): Promise<string> {
  return (await get(new URL("index.yaml", base), authorization, MAX_INDEX_BYTES)).text;
}

function getBy(send: Send): Get {
  return async (url, authorization, maxBytes) => {
    let left = BUDGET_MS;
    const headers = { accept: "*/*", ...(authorization === undefined ? {} : { authorization }) };
    const spend = (milliseconds: number): boolean => (left -= milliseconds) >= 0;
    const answer = await send(
      url,
      { headers, followRedirects: true, maxBytes },
      spend,
      AbortSignal.timeout(LONGEST_MS),
    );
    if (answer.status === 200) return answer;
    throw refusalOf(answer);
  };
}

function refusalOf({ status, url }: HttpAnswer): GitOpsError {
  const place = `${url.host}${url.pathname}`;
  if (status === 404) return new GitOpsError(`${place} does not exist`, { code: "NotFound" });
  if (status === 401)
    return new GitOpsError(`${place} asks for credentials that \`helm repo add --username\` could have noted`, {
      code: "Unauthorized",
    });
  return new GitOpsError(`${place} answers ${status}`, { code: status === 403 ? "Forbidden" : "Failed" });
}
