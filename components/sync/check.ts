import { randomBytes } from "node:crypto";

import { parseJson } from "../exact-json.ts";
import { decideImages, own } from "../image/guard.ts";
import type { ImageDecision } from "../image/guard.ts";
import { promote } from "../image/promotion.ts";
import { canonicalJson, sameJson } from "../manifest/json.ts";
import type { Manifest } from "../manifest/object.ts";
import { stamp } from "../manifest/ownership.ts";
import type { CheckedInputs, ProgramInputs, Secrets } from "../sync.protocol.ts";
import { identityOf } from "../sync.protocol.ts";
import { autoscaled, withoutReplicas } from "./replicas.ts";
import { conceal, reveal } from "./secret.ts";

export interface Checked {
  readonly inputs: CheckedInputs | ProgramInputs;
  /** Images that are held, or run by accident: sentences. */
  readonly warnings: readonly string[];
  /** Images that move, are pinned or wait: sentences. */
  readonly notes: readonly string[];
}

/**
 * Final manifests from what the program found in Git and the registry and from what runs now. No I/O.
 * After a refresh the old manifests are the live ones, so only identity, images and the key are taken from them.
 * @param draw gives an unguessable text; called only for an Application that is new to the state
 */
export function check(
  olds: Partial<CheckedInputs>,
  news: ProgramInputs,
  draw: () => string = () => randomBytes(16).toString("hex"),
): Checked {
  const held = (reason: string) => hold(olds, news, reason, draw);
  if (news.hold !== undefined) return { inputs: held(news.hold), warnings: [], notes: [] };
  const waiting = isKnown(olds) ? [] : unproven(news);
  if (waiting.length > 0) return { inputs: held(waiting.join("; ")), warnings: waiting, notes: [] };
  const running = { images: olds.images ?? {}, created: olds.builtAt ?? {}, fromGit: olds.fromGit ?? [] };
  const decisions = decideImages(running, news.candidates, news.pins);
  const unforeseen = findUnforeseen(decisions, news);
  if (unforeseen.length > 0) return { inputs: held(unforeseen.join("; ")), warnings: unforeseen, notes: [] };
  const images = tagsOf(decisions);
  // One image may have several tags in Git, which stay as they are.
  const promoted = tagsOf(decisions.filter(({ fromGit }) => fromGit !== true));
  const gits = decisions.flatMap(({ image, fromGit }) => (fromGit === true ? [image] : []));
  const dated = decisions.flatMap(({ image, created }) => (created === undefined ? [] : [[image, created] as const]));
  const builtAt = dated.length === 0 ? {} : { builtAt: Object.fromEntries(dated) };
  const secrets: Secrets = { key: olds.secrets?.key ?? draw(), values: news.secrets.values };
  const claim = olds.claim ?? draw();
  const manifests = finalManifests(news, promoted, secrets, claim);
  const hooks = news.hooks === undefined ? {} : { hooks: finalHooks(news.hooks, promoted, secrets) };
  // A commit that changes no manifest leaves the inputs as they are, or every refresh would find the revision changed.
  const isSame = sameJson([olds.manifests, olds.hooks], [manifests, hooks.hooks]);
  const revision = isSame ? (olds.revision ?? news.revision) : news.revision;
  return {
    inputs: {
      ...identityOf(news),
      revision,
      secrets,
      manifests,
      ...hooks,
      images,
      ...builtAt,
      ...(gits.length === 0 ? {} : { fromGit: gits }),
      claim,
      health: "Healthy",
    },
    warnings: decisions.flatMap(warningsOf),
    notes: decisions.flatMap(notesOf),
  };
}

function tagsOf(decisions: readonly ImageDecision[]): Readonly<Record<string, string>> {
  return Object.fromEntries(decisions.map(({ image, tag }) => [image, tag]));
}

/** Where nothing runs yet and nothing may run yet, Git's own tag would be the one that nobody looked at. */
function unproven({ candidates, pins }: ProgramInputs): readonly string[] {
  return Object.entries(candidates).flatMap(([image, { tag, waiting }]) =>
    tag !== undefined || waiting === undefined || Object.hasOwn(pins, image) ? [] : [`${image}: ${waiting}`],
  );
}

/**
 * A chart that was rendered for another tag than the one decided would say two things at once. The program foresees the tag from what the
 * last run left, and is wrong only where it could not know that, after a run that was killed.
 */
function findUnforeseen(decisions: readonly ImageDecision[], { renderedWith = {} }: ProgramInputs): readonly string[] {
  const decided = tagsOf(decisions);
  return Object.entries(renderedWith).flatMap(([image, foreseen]) => {
    const tag = own(decided, image) ?? "";
    if (tag === foreseen) return [];
    const [runs, told] = [tag, foreseen].map((one) => (one === "" ? "no tag" : one));
    return [
      `${image}: ${runs} is decided, but the chart was told ${told}; it is known when this up has ended, and the next one goes on`,
    ];
  });
}

function notesOf({ image, state, from, tag, reason, waiting }: ImageDecision): readonly string[] {
  const waits = waiting === undefined || waiting === reason ? [] : [`${image}: ${waiting}`];
  switch (state) {
    case "pinned":
      return [`${image} is pinned to ${tag} in the stack's configuration`];
    case "promoted":
      return [`${image}: ${from === undefined ? tag : `${from} => ${tag}`}: ${reason}`, ...waits];
    case "kept":
    case "held":
      return waiting === reason ? [`${image} stays at ${tag}: ${reason}`] : waits;
  }
}

function warningsOf({ image, state, reason, warning }: ImageDecision): readonly string[] {
  const held = state === "held" ? [`${image} is held: ${reason}`] : [];
  return warning === undefined ? held : [...held, `${image}: ${warning}`];
}

/** An Application on hold stays what it is; one that does not exist yet keeps the marker, and `create` makes nothing of it. */
function hold(
  olds: Partial<CheckedInputs>,
  news: ProgramInputs,
  reason: string,
  draw: () => string,
): CheckedInputs | ProgramInputs {
  const skipped = news.skipped === true ? { skipped: true } : {};
  if (isKnown(olds)) return { ...olds, hold: reason, ...skipped };
  if (news.skipped !== true) return { ...news, hold: reason };
  const secrets = { key: draw(), values: {} };
  return {
    ...identityOf(news),
    secrets,
    manifests: {},
    images: {},
    claim: draw(),
    health: "Healthy",
    hold: reason,
    ...skipped,
  };
}

function isKnown(olds: Partial<CheckedInputs>): olds is CheckedInputs {
  return olds.claim !== undefined;
}

/** Not stamped: that happens when they run, under the name that they then have. */
function finalHooks(
  hooks: Readonly<Record<string, string>>,
  images: Readonly<Record<string, string>>,
  secrets: Secrets,
): Record<string, string> {
  const finish = (text: string): string =>
    canonicalJson(conceal(reveal(promote(parseJson(text) as Manifest, images), secrets), secrets));
  return Object.fromEntries(Object.entries(hooks).map(([ref, text]) => [ref, finish(text)]));
}

function finalManifests(
  news: ProgramInputs,
  images: Readonly<Record<string, string>>,
  secrets: Secrets,
  claim: string,
): Record<string, string> {
  const owner = { environment: news.environment, application: news.application, claim };
  const rendered = Object.entries(news.manifests).map(([ref, text]) => [ref, parseJson(text) as Manifest] as const);
  const replaced = replacedBy(news.candidates);
  const scaled = autoscaled(rendered.map(([, manifest]) => manifest));
  const finish = (manifest: Manifest): string => {
    const promoted = withoutReplicas(promote(manifest, images, replaced), scaled);
    return canonicalJson(stamp(conceal(reveal(promoted, secrets), secrets), owner));
  };
  return Object.fromEntries(rendered.map(([ref, manifest]) => [ref, finish(manifest)]));
}

/** Image that the manifests name -> image that takes its place. */
function replacedBy(candidates: ProgramInputs["candidates"]): Readonly<Record<string, string>> {
  const pairs = Object.entries(candidates).flatMap(([image, { replaces }]) =>
    replaces === undefined ? [] : [[replaces, image] as const],
  );
  return Object.fromEntries(pairs);
}
