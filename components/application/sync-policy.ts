import type { Automated, Backoff, NamespaceMetadata, Retry } from "./application.ts";
import { parseDuration } from "./duration.ts";
import { FIELDS } from "./fields.ts";
import { readNamespaceMetadata } from "./namespace-metadata.ts";
import { quote } from "./quote.ts";
import { fail, optional, readFields, readFlag, readInteger, readList, readText } from "./reader.ts";
import type { Place, Reader } from "./reader.ts";
import { mistakesIn } from "./sync-options.ts";

export interface SyncPolicy {
  readonly automated?: Automated;
  readonly createNamespace: boolean;
  readonly namespaceMetadata?: NamespaceMetadata;
  /** All but `CreateNamespace`. */
  readonly syncOptions: readonly string[];
  readonly retry: Retry;
}

const DEFAULT_BACKOFF: Backoff = { durationMs: 5_000, factor: 2, maxDurationMs: 180_000 };
/** Argo CD retries an automatic sync without a retry block five times, and one that a person started never. */
const RETRIES_OF_AUTOMATED = 5;

export function readSyncPolicy(reader: Reader, place: Place | undefined): SyncPolicy {
  const fields = place === undefined ? undefined : readFields(reader, place, FIELDS["spec.syncPolicy"]);
  const automated = optional(reader, fields, "automated", readAutomated);
  const options = optional(reader, fields, "syncOptions", readOptions) ?? [];
  const retry = optional(reader, fields, "retry", readRetry);
  const namespaceMetadata = optional(reader, fields, "managedNamespaceMetadata", readNamespaceMetadata);
  const createNamespace = options.includes("CreateNamespace=true");
  const at = fields?.get("managedNamespaceMetadata");
  if (at !== undefined && !createNamespace)
    fail(reader, at, "has no effect without CreateNamespace=true in syncOptions");
  return {
    ...(automated === undefined ? {} : { automated }),
    createNamespace,
    ...(namespaceMetadata === undefined ? {} : { namespaceMetadata }),
    syncOptions: options.filter((option) => !option.startsWith("CreateNamespace=")),
    retry: retry ?? { limit: automated === undefined ? 0 : RETRIES_OF_AUTOMATED, backoff: DEFAULT_BACKOFF },
  };
}

function readAutomated(reader: Reader, place: Place): Automated | undefined {
  const fields = readFields(reader, place, FIELDS["spec.syncPolicy.automated"]);
  const flag = (name: string): boolean | undefined => optional(reader, fields, name, readFlag);
  const automated = {
    prune: flag("prune") ?? false,
    selfHeal: flag("selfHeal") ?? false,
    allowEmpty: flag("allowEmpty") ?? false,
  };
  return flag("enabled") === false ? undefined : automated;
}

function readOptions(reader: Reader, place: Place): readonly string[] {
  const options = (readList(reader, place) ?? []).flatMap((item) => {
    const text = readText(reader, item);
    return text === undefined ? [] : [{ item, text }];
  });
  const texts = options.map(({ text }) => text);
  for (const [index, mistake] of mistakesIn(texts, "application").entries()) {
    const option = options[index];
    if (mistake !== undefined && option !== undefined) fail(reader, option.item, mistake);
  }
  return texts;
}

function readRetry(reader: Reader, place: Place): Retry {
  const fields = readFields(reader, place, FIELDS["spec.syncPolicy.retry"]);
  return {
    limit: optional(reader, fields, "limit", readInteger) ?? 0,
    backoff: optional(reader, fields, "backoff", readBackoff) ?? DEFAULT_BACKOFF,
  };
}

function readBackoff(reader: Reader, place: Place): Backoff {
  const fields = readFields(reader, place, FIELDS["spec.syncPolicy.retry.backoff"]);
  return {
    durationMs: optional(reader, fields, "duration", readWait) ?? DEFAULT_BACKOFF.durationMs,
    factor: optional(reader, fields, "factor", readFactor) ?? DEFAULT_BACKOFF.factor,
    maxDurationMs: optional(reader, fields, "maxDuration", readDuration) ?? DEFAULT_BACKOFF.maxDurationMs,
  };
}

function readDuration(reader: Reader, place: Place): number | undefined {
  const text = readText(reader, place);
  if (text === undefined) return undefined;
  const duration = parseDuration(text);
  if (duration === undefined) {
    fail(reader, place, `expected a duration like "5s", "1m30s" or "5" (seconds), found ${quote(text)}`);
  }
  return duration;
}

/** No wait at all between retries without end would be a storm. */
function readWait(reader: Reader, place: Place): number | undefined {
  const wait = readDuration(reader, place);
  if (wait === 0) fail(reader, place, "expected a duration above zero");
  return wait;
}

function readFactor(reader: Reader, place: Place): number | undefined {
  const factor = readInteger(reader, place);
  if (factor !== undefined && factor < 1) fail(reader, place, `expected 1 or more, found ${factor}`);
  return factor;
}
