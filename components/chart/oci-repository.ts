import { GitOpsError } from "../error.ts";
import { isSha256 } from "../image/image-manifest.ts";
import type { ImageReference } from "../image/reference.ts";
import { parseImage } from "../image/reference.ts";
import { apiUrl } from "../image/registry-endpoint.ts";
import type { Registry } from "../image/registry.ts";
import type { Session, Within } from "../image/registry-session.ts";
import { refusal } from "../image/registry-session.ts";
import { isList, isMembers } from "../manifest/json.ts";
import { sha256 } from "./cellar.ts";
import type { WantedChart } from "./charts.ts";
import type { ChartRepository, Release } from "./release.ts";
import { chooseVersion } from "./release.ts";

const MANIFEST = "application/vnd.oci.image.manifest.v1+json";
const CONTENT = "application/vnd.cncf.helm.chart.content.v1.tar+gzip";
const LONGEST_MS = 120_000;

/** Charts in OCI registries, as `helm push` stores them; with the credentials that images have. */
export function createOciRepository(registry: Pick<Registry, "listTags">, within: Within): ChartRepository {
  const found = new Map<string, Promise<Release>>();
  return {
    find: async (wanted) => {
      const image = imageOf(wanted);
      const name = `${image.registry}/${image.repository}`;
      const version = await versionOf(wanted, () => registry.listTags(name));
      const key = `${name} ${version}`;
      const release = found.get(key) ?? readRelease(image, version, within);
      found.set(key, release);
      return release;
    },
  };
}

function imageOf({ repoURL, name }: WantedChart): ImageReference {
  const text = `${repoURL.replace(/^oci:\/\//i, "").replace(/\/+$/, "")}/${name}`;
  const image = parseImage(text);
  if (image?.tag === undefined && image?.digest === undefined && image !== undefined) return image;
  throw new GitOpsError(`${JSON.stringify(text)} is no repository of an OCI registry`, { code: "Invalid" });
}

/** A complete version needs no list, which some registries give to nobody. */
async function versionOf(wanted: WantedChart, listTags: () => Promise<readonly string[]>): Promise<string> {
  if (/^v?\d+\.\d+\.\d+(?:[-+][0-9A-Za-z.+-]+)?$/.test(wanted.targetRevision)) return wanted.targetRevision;
  const tags = await listTags();
  return chooseVersion(
    wanted,
    tags.map((tag) => tag.replaceAll("_", "+")),
  );
}

function readRelease(image: ImageReference, version: string, within: Within): Promise<Release> {
  const asked = { image, pullSecret: undefined };
  return within(asked, LONGEST_MS, async (session) => {
    // A tag cannot hold the + of build metadata; Helm writes _ for it.
    const answer = await session.ask(addressOf(session, "manifests", version.replaceAll("+", "_")), {
      accept: MANIFEST,
    });
    if (answer.status !== 200) throw refusal(answer, `read the chart's version ${version}`);
    const digest = contentOf(answer.text);
    if (digest === undefined) throw new GitOpsError(`${version} is no Helm chart`, { code: "Invalid" });
    const download = () => within(asked, LONGEST_MS, (again) => readBlob(again, digest));
    return { version, digest: digest.slice("sha256:".length), download };
  });
}

function contentOf(manifest: string): string | undefined {
  const value = parse(manifest);
  const layers = isMembers(value) && isList(value["layers"]) ? value["layers"].filter(isMembers) : [];
  const digest = layers.find(({ mediaType }) => mediaType === CONTENT)?.["digest"];
  return isSha256(digest) ? digest : undefined;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function readBlob(session: Session, digest: string): Promise<Buffer> {
  const answer = await session.ask(addressOf(session, "blobs", digest));
  if (answer.status !== 200) throw refusal(answer, "read the chart");
  if (`sha256:${sha256(answer.body)}` === digest) return answer.body;
  throw new GitOpsError(`${answer.url.host} answers with other content than that of ${digest}`, { code: "Failed" });
}

function addressOf({ endpoint }: Session, store: "manifests" | "blobs", reference: string): URL {
  return apiUrl(endpoint, `/v2/${endpoint.repository}/${store}/${reference}`);
}
