import type { Application, Source } from "./application.ts";

/** Rules for image tags, in the grammar of the Argo CD Image Updater annotations of the same names. */
export interface ImageOverlay {
  readonly allowTags?: string;
  readonly ignoreTags?: string;
  readonly constraint?: string;
  readonly strategy?: string;
  /** Whose credential to ask the registry with. */
  readonly pullSecret?: string;
  /** Patterns of bad versions, beside those of ignoreTags: what the environment and the Application skip adds up. */
  readonly skip?: readonly string[];
  /** How long ago a tag must have been built, in milliseconds. */
  readonly minimumAgeMs?: number;
  /** Run `tag@sha256:...`, so that a tag that is moved later changes nothing. */
  readonly pinDigest?: boolean;
  /** Whether the tags that run are written to Git, as the annotation write-back-method has it. */
  readonly writeBack?: string;
  /** Which branch they are written to. */
  readonly gitBranch?: string;
}

/** What a stack changes for all its Applications. */
export interface EnvironmentOverlay {
  readonly namespace?: string;
  readonly targetRevision?: string;
  readonly images?: ImageOverlay;
  /** How long a sync may take to become healthy, in milliseconds. */
  readonly timeoutMs?: number;
  readonly wait?: "healthy" | "applied";
  /** What is done when a branch or tag does not lead on from what is deployed: a forced push, a mirror that is behind. */
  readonly rewrites?: "hold" | "follow";
}

/** What a stack changes for one Application. */
export interface ApplicationOverlay extends EnvironmentOverlay {
  /** Pin: a SHA, tag or branch that wins over every targetRevision. */
  readonly revision?: string;
  /** Image name or alias -> the tag it is held at. */
  readonly pins?: Readonly<Record<string, string>>;
  /** Take over objects that exist already and belong to nobody else's tool. */
  readonly adopt?: boolean;
}

/** What the stack's configuration calls the image rules that it sets: `gitops:overrides.api.images.allowTags`. */
export type ImageKeys = Readonly<Partial<Record<keyof ImageOverlay, string>>>;

export type OverlaidApplication = Application & {
  readonly overlay: ApplicationOverlay;
  /** Of `overlay.images`. */
  readonly imageKeys: ImageKeys;
};

/**
 * The Application as one environment wants it. Its own overlay wins over the environment's, that over the file. The namespace and
 * the revision are put in place in the result; `overlay` holds what was merged, for the rest.
 */
export function overlay(
  application: Application,
  environment: EnvironmentOverlay,
  own: ApplicationOverlay | undefined,
): OverlaidApplication {
  const skip = [...(environment.images?.skip ?? []), ...(own?.images?.skip ?? [])];
  const images = { ...environment.images, ...own?.images, ...(skip.length === 0 ? {} : { skip }) };
  const merged: ApplicationOverlay = {
    ...environment,
    ...own,
    ...(Object.keys(images).length > 0 ? { images } : {}),
  };
  const { name, sources, destination } = application;
  const namespace = merged.namespace ?? destination.namespace;
  return {
    ...application,
    sources: withRevision(sources, merged),
    destination: { ...destination, namespace },
    overlay: merged,
    imageKeys: imageKeysOf(name, environment.images, own?.images),
  };
}

/**
 * Where the stack says each image rule of an Application. What both skip adds up, so both are named.
 * @param environment `gitops:images`
 * @param own `gitops:overrides.<application>.images`
 */
export function imageKeysOf(application: string, environment: ImageOverlay = {}, own: ImageOverlay = {}): ImageKeys {
  const keys = Object.keys({ ...environment, ...own }) as readonly (keyof ImageOverlay)[];
  const holders = [
    { rules: environment, path: "gitops:images" },
    { rules: own, path: `gitops:overrides.${application}.images` },
  ];
  return Object.fromEntries(
    keys.map((key) => {
      const paths = holders.filter(({ rules }) => isSet(rules[key])).map(({ path }) => `${path}.${configured(key)}`);
      return [key, key === "skip" ? paths.join(", ") : paths.at(-1)];
    }),
  );
}

function isSet(value: ImageOverlay[keyof ImageOverlay]): boolean {
  return value !== undefined && !(Array.isArray(value) && value.length === 0);
}

function configured(key: keyof ImageOverlay): string {
  return key === "minimumAgeMs" ? "minimumAge" : key;
}

/**
 * Charts keep their version, unless an Application that is nothing but a chart is pinned. Of several Git sources those follow the
 * stack that say nothing of their own (`HEAD`): what one names exactly, such as the tag of shared values, would not be found in the others.
 */
function withRevision(sources: readonly Source[], { revision, targetRevision }: ApplicationOverlay): readonly Source[] {
  const repositories = sources.filter(({ chart }) => chart === undefined);
  const wanted = repositories.length === 0 && sources.length > 1 ? undefined : revision;
  const replacing = wanted ?? (repositories.length === 0 ? undefined : targetRevision);
  if (replacing === undefined) return sources;
  const follows = (source: Source): boolean =>
    sources.length === 1 ||
    (source.chart === undefined && (repositories.length === 1 || source.targetRevision === "HEAD"));
  return sources.map((source) => (follows(source) ? { ...source, targetRevision: replacing } : source));
}

/** Why the pin of an Application would have no effect, which nobody who pins can want; undefined when it has one. */
export function describeIdlePin({ sources, overlay: { revision } }: OverlaidApplication): string | undefined {
  if (revision === undefined || sources.some(({ targetRevision }) => targetRevision === revision)) return undefined;
  return `the pin ${revision} has no effect: all of the several sources name a revision of their own`;
}
