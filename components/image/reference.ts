/** Where an image is: the normalised form of what a manifest writes (`nginx` is `docker.io/library/nginx`). */
export interface ImageReference {
  /** Host with an optional port. */
  readonly registry: string;
  readonly repository: string;
  readonly tag?: string;
  /** `sha256:` and 64 hex digits. */
  readonly digest?: string;
}

export const DOCKER_HUB = "docker.io";

// OCI distribution specification, "Pulling manifests": the grammar of names and tags; of hosts: github.com/distribution/reference.
const TAG = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/;
const DIGEST = /^[a-z0-9]+(?:[.+_-][a-z0-9]+)*:[a-f0-9]{32,}$/;
const COMPONENT = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$/;
const HOST =
  /^(?:\[[0-9a-fA-F:]+\]|[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*)(?::[0-9]+)?$/;
const LONGEST_NAME = 255;

/** Whether a registry could hold such a tag: at most 128 of `[A-Za-z0-9_.-]`, so no newline and no build metadata. */
export function isTag(text: string): boolean {
  return TAG.test(text);
}

/** Whether this is a content digest, which a pin may give instead of a tag. */
export function isDigest(text: string): boolean {
  return DIGEST.test(text);
}

/** What may stand behind the name of an image: a tag, a digest, or a tag with the digest that it stands for. */
export function isTagOrDigest(text: string): boolean {
  const { name, tag, digest } = split(`x:${text}`);
  if (isDigest(text)) return true;
  return name === "x" && tag !== undefined && isTag(tag) && (digest === undefined || isDigest(digest));
}

/** `latest` of `latest@sha256:...`. */
export function withoutDigest(tag: string): string {
  return tag.split("@", 1)[0] ?? "";
}

/** Reads `[host[:port]/]repository[:tag][@digest]`. Undefined when it is none, e.g. a variable of a template. */
export function parseImage(text: string): ImageReference | undefined {
  const { name, tag, digest } = split(text);
  if (tag !== undefined && !isTag(tag)) return undefined;
  if (digest !== undefined && !isDigest(digest)) return undefined;
  const { registry, repository } = place(name);
  if (!HOST.test(registry) || registry.length + repository.length >= LONGEST_NAME) return undefined;
  if (!repository.split("/").every((component) => COMPONENT.test(component))) return undefined;
  return { registry, repository, ...(tag === undefined ? {} : { tag }), ...(digest === undefined ? {} : { digest }) };
}

export function formatImage(image: ImageReference): string {
  const tag = image.tag === undefined ? "" : `:${image.tag}`;
  const digest = image.digest === undefined ? "" : `@${image.digest}`;
  return `${imageName(image)}${tag}${digest}`;
}

/** What identifies an image whatever its tag: `registry.example.com/my-org/api`. */
export function imageName({ registry, repository }: ImageReference): string {
  return `${registry}/${repository}`;
}

/**
 * The text with another tag (or digest), the name left as it was written. A digest goes with the tag it belonged to: it would
 * win over the new tag.
 */
export function withTag(text: string, tag: string): string {
  return `${split(text).name}${isDigest(tag) ? "@" : ":"}${tag}`;
}

interface Parts {
  readonly name: string;
  readonly tag: string | undefined;
  readonly digest: string | undefined;
}

function split(text: string): Parts {
  const at = text.indexOf("@");
  const tagged = at < 0 ? text : text.slice(0, at);
  const digest = at < 0 ? undefined : text.slice(at + 1);
  const colon = tagged.indexOf(":", tagged.lastIndexOf("/") + 1);
  if (colon < 0) return { name: tagged, tag: undefined, digest };
  return { name: tagged.slice(0, colon), tag: tagged.slice(colon + 1), digest };
}

// Docker's rule: the first component is a host when it could not be a user of Docker Hub.
function place(name: string): { readonly registry: string; readonly repository: string } {
  const slash = name.indexOf("/");
  const first = name.slice(0, Math.max(slash, 0));
  const isHost = /[.:]/.test(first) || first === "localhost" || first !== first.toLowerCase();
  const host = isHost ? first.toLowerCase() : DOCKER_HUB;
  const path = isHost ? name.slice(slash + 1) : name;
  if (host !== DOCKER_HUB && host !== "index.docker.io") return { registry: host, repository: path };
  return { registry: DOCKER_HUB, repository: path.includes("/") ? path : `library/${path}` };
}
