import type { PastSync } from "../sync.protocol.ts";

const MOST_SYNCS = 10;
/** The state is read and written in every run. */
const MOST_CHARACTERS = 8_000;
const LONGEST_REASON = 300;
const LONGEST_ACTOR = 100;

/** A sync with its images, whether they changed or not. */
export interface FinishedSync extends Omit<PastSync, "images"> {
  readonly images: Readonly<Record<string, string>>;
}

/**
 * The last syncs, newest first, with images only where they are other ones than before. The oldest ones go when there are too many, or
 * when they are too long for the state.
 */
export function noteSync(before: readonly PastSync[] = [], { images, ...sync }: FinishedSync): readonly PastSync[] {
  const isSame = before.length > 0 && isEqual(imagesOf(before), images);
  const all = [isSame ? sync : { ...sync, images }, ...before];
  for (let count = Math.min(all.length, MOST_SYNCS); count > 1; count--) {
    const kept = firstOf(all, count);
    if (JSON.stringify(kept).length <= MOST_CHARACTERS) return kept;
  }
  const [alone] = firstOf(all, 1);
  return [JSON.stringify(alone).length <= MOST_CHARACTERS && alone !== undefined ? alone : sync];
}

/** `failed: <why>`, as long as one line. @param reason without secrets, because half a secret would not be found any more */
export function failed(reason: string): string {
  const sentence = reason.split("\n", 1)[0] ?? "";
  return `failed: ${sentence.length <= LONGEST_REASON ? sentence : `${sentence.slice(0, LONGEST_REASON - 1)}…`}`;
}

/**
 * Who syncs: in a pipeline of GitHub or GitLab the person who started it, elsewhere the user and the machine.
 * @param person `user@host`
 */
export function describeActor(env: NodeJS.ProcessEnv, person: string): string {
  const actor = [env["GITHUB_ACTOR"], env["GITLAB_USER_LOGIN"]].find((name) => name !== undefined && name !== "");
  return (actor ?? person).replaceAll(/\p{C}/gu, "").slice(0, LONGEST_ACTOR);
}

/** The last one kept says its images, also where those that it shared them with are gone. */
function firstOf(all: readonly PastSync[], count: number): readonly PastSync[] {
  const last = all[count - 1];
  const images = imagesOf(all.slice(count - 1));
  if (last === undefined || images === undefined) return all.slice(0, count);
  return [...all.slice(0, count - 1), { ...last, images }];
}

/** Of the newest of these. */
function imagesOf(syncs: readonly PastSync[]): PastSync["images"] {
  return syncs.find(({ images }) => images !== undefined)?.images;
}

function isEqual(some: PastSync["images"], others: Readonly<Record<string, string>>): boolean {
  const names = Object.keys(others);
  if (some === undefined || Object.keys(some).length !== names.length) return false;
  return names.every((name) => Object.hasOwn(some, name) && some[name] === others[name]);
}
