import { isOciURL } from "../application/chart-url.ts";
import type { Chart } from "../render/chart.ts";
import { unpack } from "./archive.ts";
import type { Cellar } from "./cellar.ts";
import type { ChartRepository, Release } from "./release.ts";

/** A chart of a repository, and the version that was chosen. */
export interface FetchedChart {
  readonly version: string;
  readonly chart: Chart;
}

/** What an Application asks for: `repoURL`, `chart` and `targetRevision`. */
export interface WantedChart {
  readonly repoURL: string;
  readonly name: string;
  /** A version, or a range of versions that means the highest it allows. */
  readonly targetRevision: string;
  /** Whether credentials of the repository go to other hosts that it names. */
  readonly passCredentials: boolean;
}

/** Reads repositories of charts; every answer is asked for once in a process. */
export interface Charts {
  /**
   * The chart is downloaded when its files are first read: a render that is cached needs none.
   * @throws GitOpsError NotFound with the versions there are; Unavailable, Unauthorized ... as the request failed
   */
  fetch(wanted: WantedChart): Promise<FetchedChart>;
}

/** @param cellar keeps what was downloaded */
export function createCharts(cellar: Cellar, oci: ChartRepository, http: ChartRepository): Charts {
  return {
    fetch: async (wanted) => {
      const repository = isOciURL(wanted.repoURL) ? oci : http;
      const release = await repository.find(wanted);
      // A repository that gives no checksum is asked for the content itself: only that tells whether it is the same.
      const digest = release.digest ?? (await cellar.keep(await release.download()));
      return { version: release.version, chart: chartOf(wanted, release, digest, cellar) };
    },
  };
}

function chartOf({ repoURL, name }: WantedChart, release: Release, digest: string, cellar: Cellar): Chart {
  const title = `${name} ${release.version}`;
  return {
    name: title,
    origin: `${repoURL}: ${title}`,
    digest,
    files: async function* () {
      yield* await unpack(title, await cellar.get(digest, release.download));
    },
  };
}
