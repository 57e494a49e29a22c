import type { Application } from "./application.ts";
import { COMPARE_OPTIONS, MIGRATION_MANAGER, splitList, SYNC_OPTIONS } from "./argo-annotations.ts";
import { OF_APPLICATIONS, OF_OBJECTS, OF_SETS, TRACKING } from "./argo-annotations.ts";
import { remarksOn } from "./sync-options.ts";

type Annotations = Application["annotations"];
type Told = Pick<Application, "annotations" | "syncOptions">;

const NO_OBJECT = "no Application is an object of another one here";

/** What an Application asks for and has another effect than in Argo CD: sentences. */
export function remarksOf({ annotations, syncOptions }: Told): readonly string[] {
  const without = (key: string, reason: string) => `annotation ${key} of the Application has no effect: ${reason}`;
  return [
    ...remarksOn(syncOptions),
    ...remarksOnComparing(annotations),
    ...ownOptions(annotations).map((option) => `${option} of the Application itself has no effect: ${NO_OBJECT}`),
    ...present(annotations, [...OF_OBJECTS, ...OF_SETS, ...TRACKING]).map((key) => without(key, NO_OBJECT)),
    ...Object.keys(annotations)
      .filter((key) => key.startsWith("notifications.argoproj.io/"))
      .map((key) => without(key, "nobody is notified, the exit code and the stack's output tell")),
  ];
}

/** The same of an object in Git. */
export function remarksOnObject(annotations: Annotations): readonly string[] {
  const isTracked = "has no effect here, but an Argo CD that sees the object may take it for its own";
  return [
    ...remarksOn(splitList(annotations[SYNC_OPTIONS])),
    ...remarksOnComparing(annotations),
    ...present(annotations, OF_APPLICATIONS).map(
      (key) => `annotation ${key} has no effect on an object: it belongs on the Application`,
    ),
    ...present(annotations, TRACKING).map((key) => `annotation ${key} ${isTracked}`),
  ];
}

function remarksOnComparing(annotations: Annotations): readonly string[] {
  const options = splitList(annotations[COMPARE_OPTIONS]).filter((option) => option.endsWith("=false"));
  return options.map(
    (option) => `compare option ${option} has no effect: what is compared is the API server's own answer`,
  );
}

/** What Argo CD reads of an Application in an app of apps; that one may stay when Git drops it is understood. */
function ownOptions(annotations: Annotations): readonly string[] {
  const sync = splitList(annotations[SYNC_OPTIONS]).filter((option) => !/^(?:Prune|Delete)=/.test(option));
  const compare = splitList(annotations[COMPARE_OPTIONS]).filter((option) => option === "IgnoreExtraneous");
  return [...sync.map((option) => `sync option ${option}`), ...compare.map((option) => `compare option ${option}`)];
}

function present(annotations: Annotations, keys: readonly string[]): readonly string[] {
  return keys.filter((key) => annotations[key] !== undefined);
}

const CLIENT_SIDE_APPLY = "kubectl-client-side-apply";

/**
 * Globs of field managers whose fields a sync takes over, or with `!` does not, as Argo CD's migration of client-side apply is told.
 * The manager of `kubectl apply` is a person's tool anyway.
 */
export function migratedManagers({ annotations, syncOptions }: Told): readonly string[] {
  const manager = annotations[MIGRATION_MANAGER] ?? CLIENT_SIDE_APPLY;
  if (syncOptions.includes("ClientSideApplyMigration=false")) return [`!${manager}`];
  return manager === CLIENT_SIDE_APPLY ? [] : [manager];
}
