import { quote } from "./quote.ts";
import { closest } from "./suggest.ts";

/** Where an option stands: in `spec.syncPolicy.syncOptions`, or in the annotation `argocd.argoproj.io/sync-options` of an object. */
export type OptionLevel = "application" | "object";

type Rule = Readonly<Record<OptionLevel, readonly string[]>>;

const FLAG = ["true", "false"];
const CONSENT = ["true", "false", "confirm"];

/** Argo CD's sync options and their values, by where they may stand (Argo CD, "Sync Options"). */
const OPTIONS: Readonly<Record<string, Rule>> = {
  ApplyOutOfSyncOnly: { application: FLAG, object: FLAG },
  ClientSideApplyMigration: { application: FLAG, object: [] },
  CreateNamespace: { application: FLAG, object: [] },
  Delete: { application: CONSENT, object: CONSENT },
  FailOnSharedResource: { application: FLAG, object: [] },
  Force: { application: [], object: FLAG },
  Prune: { application: CONSENT, object: CONSENT },
  PruneLast: { application: FLAG, object: FLAG },
  PrunePropagationPolicy: { application: ["foreground", "background", "orphan"], object: [] },
  Replace: { application: FLAG, object: FLAG },
  RespectIgnoreDifferences: { application: FLAG, object: [] },
  ServerSideApply: { application: FLAG, object: FLAG },
  SkipDryRunOnMissingResource: { application: FLAG, object: FLAG },
  Validate: { application: FLAG, object: FLAG },
};

/** Understood, and answered with what is done all the same. */
const REMARKS: Readonly<Record<string, string>> = {
  "ServerSideApply=false": "everything is applied server-side, with fields of others left alone",
  "RespectIgnoreDifferences=false": "a field under ignoreDifferences is always left alone once its object exists",
  "FailOnSharedResource=false": "an object of another Application is never shared",
};

/** `Prune=false` -> `["Prune", "false"]`. */
export function splitOption(option: string): readonly [name: string, value: string] {
  const equals = option.indexOf("=");
  return equals < 0 ? [option, ""] : [option.slice(0, equals), option.slice(equals + 1)];
}

/** Why a list of options cannot be carried out: one sentence an option, undefined for each that can. */
export function mistakesIn(options: readonly string[], level: OptionLevel): readonly (string | undefined)[] {
  return options.map((option) => mistakeIn(option, level) ?? contradiction(option, options));
}

/** Which of these options have another effect than in Argo CD: sentences. */
export function remarksOn(options: readonly string[]): readonly string[] {
  return options.flatMap((option) => {
    const remark = REMARKS[option];
    return remark === undefined ? [] : [`sync option ${option} has no effect: ${remark}`];
  });
}

function mistakeIn(option: string, level: OptionLevel): string | undefined {
  const [name, value] = splitOption(option);
  if (!Object.hasOwn(OPTIONS, name)) {
    const meant = closest(name, Object.keys(OPTIONS));
    return `unknown sync option ${quote(option)}${meant === undefined ? "" : `, did you mean ${quote(meant)}?`}`;
  }
  const values = OPTIONS[name]?.[level] ?? [];
  if (values.length === 0) return `sync option ${quote(option)} belongs ${HOME[level]}`;
  if (values.includes(value)) return undefined;
  return `sync option ${quote(option)}: expected ${values.map((known) => `${name}=${known}`).join(" or ")}`;
}

/** What they are called. */
export const SYNC_OPTION_NAMES: readonly string[] = Object.keys(OPTIONS);

/** Where an option belongs that does not belong here. */
const HOME: Readonly<Record<OptionLevel, string>> = {
  application: "on single objects, in their annotation argocd.argoproj.io/sync-options",
  object: "into the Application, in spec.syncPolicy.syncOptions",
};

function contradiction(option: string, options: readonly string[]): string | undefined {
  const [name] = splitOption(option);
  const other = options.find((one) => one !== option && splitOption(one)[0] === name);
  return other === undefined ? undefined : `sync option ${quote(option)} contradicts ${quote(other)}`;
}
