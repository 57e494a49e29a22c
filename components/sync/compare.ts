import type { NamespaceMetadata } from "../application/application.ts";
import { parseJson } from "../exact-json.ts";
import { findDrift, formatChange } from "../manifest/drift.ts";
import type { Health } from "../manifest/health.ts";
import { assess, worst } from "../manifest/health.ts";
import { canonicalJson } from "../manifest/json.ts";
import type { Manifest } from "../manifest/object.ts";
import { refOf } from "../manifest/object.ts";
import { isTaken, ownershipOf } from "../manifest/ownership.ts";
import type { Policy, SyncOutputs } from "../sync.protocol.ts";
import type { Verdict } from "./extra.ts";
import { judgeExtra, wantedUids } from "./extra.ts";
import { rulesByDocuments } from "./ignore.ts";
import type { Observation, Subject } from "./observe.ts";
import { isWhole } from "./observe.ts";
import { saidOfOptions } from "./options.ts";
import type { MetadataDrift } from "./namespace-metadata.ts";
import type { Memory } from "./pack.ts";
import { textOf } from "./plan.ts";
import { whoseElse } from "./prune.ts";
import { conceal } from "./secret.ts";

/** What the field-by-field look found. */
export interface Findings {
  /** One sentence a difference that a sync would take back. */
  readonly drift: readonly string[];
  /** True when self-heal is off: the drift stays until Git changes. */
  readonly driftStays: boolean;
  readonly conditions: readonly string[];
  /** Object -> manifest as the cluster has it. */
  readonly shown: Readonly<Record<string, string>>;
  /** What the namespace carries, where it differs from `managedNamespaceMetadata`. */
  readonly namespace?: NamespaceMetadata;
  readonly health: Health;
}

/** Compares what was observed with what was last applied. */
export async function compare(
  outputs: SyncOutputs,
  subject: Subject,
  observation: Observation,
  home?: MetadataDrift,
): Promise<Findings> {
  const fields = await Promise.all(
    Object.entries(subject.memory.manifests).map(([text, manifest]) =>
      compareOne(text, manifest, outputs, subject, observation),
    ),
  );
  const extras = judgeExtras(outputs, subject, observation);
  const surplus = extras.filter(({ verdict }) => verdict === "prune").map(({ object }) => object);
  const kept = extras.flatMap(({ object, verdict }) =>
    typeof verdict === "string" ? [] : [`${textOf(object)}: ${verdict.keep}`],
  );
  const drift = [
    ...fields.flatMap((field) => field.drift),
    ...(subject.memory.lost ?? []).map(
      (text) => `${text}: the state has been altered and does not say what was applied`,
    ),
    ...surplus.map((object) => `${textOf(object)}: is not in Git`),
    ...(home?.drift ?? []),
  ];
  const shownSurplus = surplus.map((object) => [textOf(object), canonicalJson(brief(object))] as const);
  const driftStays = !outputs.policy.selfHeal && drift.length > 0;
  return {
    drift,
    driftStays,
    conditions: [
      ...standing(
        kept,
        outputs.policy,
        subject.memory,
        fields.flatMap(({ problems }) => problems),
      ),
      ...(driftStays ? drift.map((sentence) => `self-heal is off: ${sentence}`) : []),
    ],
    ...(home === undefined || driftStays ? {} : { namespace: home.shown }),
    shown: Object.fromEntries([...fields.flatMap((field) => field.shown), ...shownSurplus]),
    health: healthOf(observation),
  };
}

/**
 * What there is to say of an Application in which nothing is to be done, in the same words and order each time.
 * @param problems that were met just now, beside those of the last apply
 */
export function standing(
  kept: readonly string[],
  { remarks = [] }: Policy,
  { manifests, hooks, applied }: Memory,
  problems: readonly string[] = [],
): readonly string[] {
  const remembered = Object.entries(applied).flatMap(([text, { ignored }]) => problemsOf(text, ignored?.problems));
  const unmet = problems.filter((problem) => !remembered.includes(problem));
  return [...kept.toSorted(), ...remarks, ...saidOfOptions(manifests, hooks), ...remembered, ...unmet];
}

function problemsOf(text: string, problems: readonly string[] = []): readonly string[] {
  return problems.map((problem) => `${text}: ${problem}`);
}

interface Extra {
  readonly object: Manifest;
  readonly verdict: Verdict;
}

function judgeExtras(outputs: SyncOutputs, { memory }: Subject, { live, strays }: Observation): readonly Extra[] {
  const isKnown = (text: string) => Object.hasOwn(memory.manifests, text) || memory.lost?.includes(text) === true;
  const retained = [...live].filter(([text]) => !isKnown(text)).map(([, object]) => object);
  const wanted = wantedUids(live, memory.manifests);
  return [...strays, ...retained]
    .filter((object) => !Object.hasOwn(memory.hooks ?? {}, textOf(object)))
    .map((object) => ({ object, verdict: judge(object, outputs, wanted) }));
}

function judge(object: Manifest, outputs: SyncOutputs, wanted: ReadonlySet<string>): Verdict {
  const verdict = judgeExtra(object, outputs.policy, wanted, outputs.awaiting?.[textOf(object)]);
  if (isTaken(object, outputs)) return "ignore";
  const ownership = ownershipOf(object, outputs);
  if (verdict !== "prune" || ownership.state === "own") return verdict;
  return { keep: `is not in Git, but ${whoseElse(ownership)}` };
}

async function compareOne(
  text: string,
  manifest: string,
  outputs: SyncOutputs,
  { memory, rules, ignoreRulesOf }: Subject,
  { live, suspects }: Observation,
) {
  const object = live.get(text);
  if (object === undefined) return { drift: [`${text}: is missing`], shown: [], problems: [] };
  const applied = memory.applied[text];
  const unchanged = { drift: [], shown: [[text, manifest] as const], problems: [] };
  if (applied === undefined || !suspects.has(text)) return unchanged;
  const [desired, masked] = [parseJson(manifest) as Manifest, conceal(object, outputs.secrets)];
  const ignore = ignoreRulesOf(refOf(desired));
  const own = ignore === undefined ? undefined : await rulesByDocuments(rules, ignore, desired, masked);
  const { changes, shown } = findDrift(desired, applied, masked, own?.rules ?? rules);
  const problems = problemsOf(text, own?.problems);
  if (changes.length === 0) return { ...unchanged, problems };
  const drift = changes.map((change) => formatChange(refOf(desired), change));
  return { drift, shown: [[text, canonicalJson(shown)] as const], problems };
}

/** An extra object is shown by what it is, not by all it holds: it may be a Secret. */
function brief({ apiVersion, kind, metadata }: Manifest): Manifest {
  const { name, namespace } = metadata;
  return { apiVersion, kind, metadata: namespace === undefined ? { name } : { name, namespace } };
}

/** The worst of all objects that have a health. */
export function healthOf({ live }: Pick<Observation, "live">): Health {
  const assessed = [...live].flatMap(([text, object]) => {
    const health = isWhole(object) ? assess(object) : undefined;
    return health === undefined ? [] : [{ ...health, message: `${text}: ${health.message}` }];
  });
  return worst(assessed);
}
