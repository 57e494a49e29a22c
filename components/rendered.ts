import type { Source } from "./application/application.ts";
import type { HelmParameter } from "./application/helm.ts";
import type { OverlaidApplication } from "./application/overlay.ts";
import { describeIdlePin } from "./application/overlay.ts";
import type { Charts } from "./chart/charts.ts";
import { GitOpsError, settleAll } from "./error.ts";
import type { FetchedSource, Git } from "./git/repository.ts";
import type { Manifest } from "./manifest/object.ts";
import { formatRef, refOf } from "./manifest/object.ts";
import { withNamespace } from "./manifest/scope.ts";
import type { Chart } from "./render/chart.ts";
import type { Renderer } from "./render/render.ts";
import type { RenderSettings } from "./render/settings.ts";

/** What the sources of an Application render to. */
export interface Rendered {
  /** The commit, or the version of the chart, of each source in their order. */
  readonly revision: string;
  readonly objects: readonly Manifest[];
  /** Where it was rendered from, for messages. */
  readonly place: string;
  readonly warnings: readonly string[];
}

interface Tools {
  readonly git: Git;
  readonly charts: Charts;
  readonly renderer: Renderer;
}

/** Parameters that win over all others of the chart; asked for when the sources are there, because they take their time as well. */
type Promoted = () => Promise<readonly HelmParameter[]>;

/** A source whose revision is known. */
interface Opened {
  readonly source: Source;
  readonly revision: string;
  /** What it is called in messages. */
  readonly place: string;
  /** The folder to render. */
  readonly folder?: FetchedSource;
  /** What to render instead of a folder. */
  readonly chart?: Chart;
  /** The whole repository, for value files of other sources. */
  readonly root?: FetchedSource;
}

/**
 * Resolves and renders all sources at once.
 * @param say is told each stage, for long work
 * @throws GitOpsError when one of them fails: what the others render to is not the whole
 */
export async function renderSources(
  application: OverlaidApplication,
  tools: Tools,
  say: (stage: string) => void,
  promoted: Promoted = () => Promise.resolve([]),
): Promise<Rendered> {
  const idle = describeIdlePin(application);
  if (idle !== undefined) throw new GitOpsError(idle, { code: "Invalid" });
  const opened = await settleAll(application.sources.map((source) => open(source, tools, say)));
  const refs: Record<string, FetchedSource> = {};
  for (const { source, root } of opened) if (root !== undefined && source.ref !== undefined) refs[source.ref] = root;
  const places = opened.filter(({ folder, chart }) => (folder ?? chart) !== undefined).map(({ place }) => place);
  if (places.length > 0) say(`rendering ${places.join(" and ")}`);
  const chart = promotedSource(application.sources);
  const promotedFor = async ({ source }: Opened) => (source === chart ? promoted() : []);
  const rendered = await settleAll(
    opened.map(async (one) => render(one, settingsOf(application, one, refs, await promotedFor(one)), tools.renderer)),
  );
  const objects = rendered.map((list) => withNamespace(list, application.destination.namespace));
  return {
    revision: opened.map(({ revision }) => revision).join(", "),
    place: places.join(" and "),
    ...withoutTwins(
      objects.flatMap((list, index) => list.map((object) => ({ object, place: opened[index]?.place ?? "" }))),
    ),
  };
}

async function render({ folder, chart }: Opened, settings: RenderSettings, renderer: Renderer) {
  if (folder !== undefined) return renderer.render(folder, settings);
  return chart === undefined ? [] : renderer.renderChart(chart, settings);
}

function open(source: Source, { git, charts }: Tools, say: (stage: string) => void): Promise<Opened> {
  say(`resolving ${source.chart ?? ""} ${source.targetRevision}`.replace("  ", " "));
  return source.chart === undefined ? openRepository(source, git) : openChart(source, source.chart, charts);
}

async function openRepository(source: Source, git: Git): Promise<Opened> {
  const { repoURL, targetRevision, tagPrefix, path, ref } = source;
  const { commit: revision } = await git.resolve(repoURL, { revision: targetRevision, tagPrefix });
  const [folder, root] = await settleAll<[FetchedSource | undefined, FetchedSource | undefined]>([
    path === undefined ? undefined : git.fetch(repoURL, revision, path),
    ref === undefined ? undefined : git.fetch(repoURL, revision, "."),
  ]);
  return {
    ...{ source, revision, place: `${path ?? ref ?? "."} at ${revision.slice(0, 7)}` },
    ...(folder && { folder }),
    ...(root && { root }),
  };
}

async function openChart(source: Source, name: string, charts: Charts): Promise<Opened> {
  const { repoURL, targetRevision, helm = {} } = source;
  const wanted = { repoURL, name, targetRevision, passCredentials: helm.passCredentials ?? false };
  const { version, chart } = await charts.fetch(wanted);
  return { source, revision: version, place: `chart ${chart.name}`, chart };
}

function settingsOf(
  { name, project, destination }: OverlaidApplication,
  { source, revision }: Opened,
  refs: Readonly<Record<string, FetchedSource>>,
  promoted: readonly HelmParameter[],
): RenderSettings {
  const { repoURL, path = "", targetRevision, kustomize, helm, directory } = source;
  return {
    build: { application: name, namespace: destination.namespace, project, revision, repoURL, path, targetRevision },
    ...{ refs, promoted },
    ...(kustomize && { kustomize }),
    ...(helm && { helm }),
    ...(directory && { directory }),
  };
}

/** The one whose images the policies are about, as for Image Updater: the first that names Helm, else the first with a folder. */
function promotedSource(sources: readonly Source[]): Source | undefined {
  return (
    sources.find(({ chart, helm }) => chart !== undefined || helm !== undefined) ??
    sources.find(({ path }) => path !== undefined)
  );
}

interface Placed {
  readonly object: Manifest;
  readonly place: string;
}

/** Of an object that several sources render the last one counts, as in Argo CD. */
function withoutTwins(placed: readonly Placed[]): Pick<Rendered, "objects" | "warnings"> {
  const last = new Map<string, Placed>();
  const warnings: string[] = [];
  for (const one of placed) {
    const ref = formatRef(refOf(one.object));
    const twin = last.get(ref);
    if (twin !== undefined)
      warnings.push(`${ref} is rendered from ${twin.place} and from ${one.place}: the last one counts`);
    last.set(ref, one);
  }
  return { objects: [...last.values()].map(({ object }) => object), warnings };
}
