import pMap from "p-map";

import type { Application } from "./application/application.ts";
import type { ApplicationOverlay, EnvironmentOverlay } from "./application/overlay.ts";
import { overlay } from "./application/overlay.ts";
import { formatFailure } from "./error.ts";
import type { Chooser } from "./image/choose.ts";
import type { Given } from "./image/given.ts";
import { annotationKey } from "./image/given-annotations.ts";
import { parsePolicies } from "./image/policy.ts";
import type { Proof } from "./image/proof.ts";
import type { Registry } from "./image/registry.ts";
import { writeBackOf } from "./image/write-back-settings.ts";
import type { ImageReport } from "./image-report.ts";
import { reportImage } from "./image-report.ts";
import type { GivenFor } from "./image-updaters.ts";
import { readImageUpdaters } from "./image-updaters.ts";
import { readInfra } from "./infra.ts";
import type { GateArgs } from "./proof.ts";
import { readProofFile } from "./proof.ts";
import { unknownApplication, unknownOverrides } from "./overrides.ts";

/** What the configuration of a stack says about images. */
export interface ImagesArgs {
  /** Folder of Argo CD Application files. */
  readonly applications: string;
  /** Folder of ImageUpdater files; need not be there. */
  readonly imageUpdaters: string;
  readonly overlay: EnvironmentOverlay;
  readonly overrides: Readonly<Record<string, ApplicationOverlay>>;
  readonly gate?: GateArgs;
}

export type { ImageReport, TagReport } from "./image-report.ts";
export type { ExplainedSetting } from "./image-policy.ts";

export interface ImagesReport {
  /** What concerns no single Application. */
  readonly problems: readonly string[];
  /** By name. */
  readonly applications: readonly ApplicationImages[];
}

export interface ApplicationImages {
  readonly application: string;
  /** Null when the file is broken. */
  readonly file: string | null;
  /** What a person may not expect. */
  readonly notes: readonly string[];
  /** Why `pulumi up` would put the Application on hold. */
  readonly problems: readonly string[];
  /** Empty where neither the annotation `image-list` nor an ImageUpdater speaks about images. */
  readonly images: readonly ImageReport[];
}

const AT_ONCE = 8;
const PROPOSING = "tags are proposed in Git (git-branch), not taken: the cluster runs what Git says";

/**
 * How the tags of all images are found, as `pulumi preview` would find them, from the same files and registries; neither Git nor
 * a cluster is asked.
 * @param only names of Applications; none: all of them
 */
export async function reportImages(
  args: ImagesArgs,
  registry: Registry,
  only: readonly string[],
): Promise<ImagesReport> {
  const { applications, broken, problems } = readInfra(args.applications);
  const names = [...applications, ...broken].map(({ name }) => name);
  const isAsked = ({ name }: { readonly name: string }) => only.length === 0 || only.includes(name);
  const givenFor = readImageUpdaters(args.imageUpdaters);
  const { proof, notes } = openGate(args.gate);
  const chooser = { registry, now: Date.now(), proof };
  const report = (application: Application) => reportApplication(application, args, givenFor, chooser, notes);
  const sound = await pMap(applications.filter(isAsked), report, { concurrency: AT_ONCE });
  const held = broken.filter(isAsked).map(({ name, reason }) => ({
    application: name,
    file: null,
    notes: [],
    problems: reason.split("\n"),
    images: [],
  }));
  const unknown = only.filter((name) => !names.includes(name)).map((name) => unknownApplication(name, names));
  return {
    problems: [...problems, ...unknownOverrides(args.overrides, names), ...unknown],
    applications: [...sound, ...held].sort((a, b) => (a.application < b.application ? -1 : 1)),
  };
}

async function reportApplication(
  application: Application,
  args: ImagesArgs,
  givenFor: GivenFor,
  chooser: Chooser,
  gateNotes: readonly string[],
): Promise<ApplicationImages> {
  const own = args.overrides[application.name];
  const { name, file, overlay: merged, imageKeys } = overlay(application, args.overlay, own);
  const given = givenFor(application);
  const { policies, failures } = parsePolicies(given, merged.images, imageKeys);
  const origins = { application: name, given, environment: args.overlay, own };
  const images = await pMap(policies, (policy) => reportImage(policy, origins, chooser), { concurrency: AT_ONCE });
  const isProposing = writeBackOf(given, merged.images ?? {})?.proposal !== undefined;
  const notes = [...gateNotes, ...(isProposing ? [PROPOSING] : []), ...notesOn(application, given)];
  return {
    application: name,
    file,
    notes,
    problems: failures.map(formatFailure),
    images,
  };
}

/** Another stack's state is for Pulumi to read. */
function openGate(gate: GateArgs | undefined): { readonly proof?: Proof; readonly notes: readonly string[] } {
  if (gate?.file !== undefined) return { proof: readProofFile(gate, gate.file), notes: [] };
  if (gate === undefined) return { notes: [] };
  return {
    notes: [
      `what stack ${gate.stack ?? ""} has proven (gitops:gate) is not asked here; --gate FILE takes its output applications`,
    ],
  };
}

function notesOn({ annotations }: Application, { kind, list }: Given): readonly string[] {
  const unused = Object.keys(annotations).filter((key) => key.startsWith(annotationKey("")));
  if (kind !== "imageUpdater" || unused.length === 0) return [];
  const place = formatFailure({ ...list, reason: "this ImageUpdater" });
  return [
    `the annotations ${annotationKey("*")} are not used: ${place} is for the Application (useAnnotations: true prefers them)`,
  ];
}
