// node look.ts OUTPUTS-FILE KUBECONFIG: compares every application with the cluster, beside one metadata LIST of each kind.
import { readFile } from "node:fs/promises";

import { createClient } from "../../components/kubernetes/client.ts";
import { connect } from "../../components/kubernetes/connect.ts";
import { ENVIRONMENT_LABEL, environmentLabel } from "../../components/manifest/ownership.ts";
import { parseRef } from "../../components/manifest/object.ts";
import type { StoredOutputs } from "../../components/sync.state.ts";
import { read } from "../../components/sync/read.ts";
import { openRecord } from "../../components/sync/record.ts";
import { STACK } from "../bed.ts";
import type { Spent } from "../clock.ts";
import { spent } from "../clock.ts";

/** What the two took. */
export interface LookedAlone {
  /** Metadata LISTs of every kind at once, parsed: the best of several. */
  readonly lists: Spent;
  /** The comparison of all applications, with its own LISTs. */
  readonly look: Spent;
  readonly kinds: number;
  /** Sentences about drift, of which there should be none. */
  readonly drifted: readonly string[];
}

const ROUNDS = 3;

const [file = "", kubeconfig = ""] = process.argv.slice(2);
const all = (JSON.parse(await readFile(file, "utf8")) as readonly StoredOutputs[]).map(openRecord);
const client = createClient(await connect({ kind: "kubeconfig", path: kubeconfig }, process.env));
const discovery = await client.discover();
const names = new Map(
  all.flatMap(({ inventory }) => inventory.map(parseRef)).map((ref) => [`${ref.group}/${ref.kind}`, ref]),
);
const kinds = [...names.values()]
  .map(({ group, kind }) => discovery.kindOf(group, kind))
  .filter((kind) => kind !== undefined);
const labelSelector = `${ENVIRONMENT_LABEL}=${environmentLabel(STACK)}`;
const list = () => Promise.all(kinds.map((kind) => client.listMetadata(kind, { labelSelector })));

const rounds: Spent[] = [];
for (let round = 0; round < ROUNDS; round++) rounds.push(await spent(list));
const drifted: string[] = [];
const look = await spent(async () => {
  const readings = await Promise.all(all.map((outputs) => read(outputs)));
  for (const { outputs } of readings) drifted.push(...outputs.drift);
});
const [lists = look] = rounds.toSorted((a, b) => a.seconds - b.seconds);
const found: LookedAlone = { lists, look, kinds: kinds.length, drifted: drifted.slice(0, 5) };
process.stdout.write(JSON.stringify(found));
client.close();
process.exit(0);
