// Manifests and answers of an API server for property tests of drift.
import fc from "fast-check";
import { answerTo } from "./api-server.fixture.ts";
import { recordApplied } from "./applied.ts";
import { formatPath, leavesOf, withValueAt } from "./fields.ts";
import type { FieldPath } from "./fields.ts";
import type { Manifest } from "./object.ts";
import { defaultExempt } from "./rules.ts";
import type { DriftRules } from "./rules.ts";

export const OURS = "pulumi-gitops-qa";
export const rules: DriftRules = {
  manager: OURS,
  isPerson: (manager) => manager === "kubectl-edit",
  exempt: defaultExempt,
};

export const word = fc.stringMatching(/^[a-z]{1,4}$/);
// Keys and values that break naive paths, texts and copies.
export const key = fc.oneof(
  word,
  fc.string({ minLength: 1, maxLength: 6 }),
  fc.constantFrom("a.b/c", "__proto__", 'q"]', "x=y"),
);
export const scalar = fc.oneof(fc.string({ maxLength: 6 }), fc.integer(), fc.boolean());
const texts = fc.dictionary(key, fc.string({ maxLength: 4 }), { maxKeys: 3 });
const settings = fc.dictionary(key, fc.oneof(scalar, fc.dictionary(key, scalar, { maxKeys: 2 })), { maxKeys: 4 });
const env = fc.uniqueArray(fc.record({ name: key, value: fc.string({ maxLength: 3 }) }), {
  selector: (e) => e.name,
  maxLength: 3,
});
const port = fc.record({ containerPort: fc.nat(3), protocol: fc.constantFrom("TCP", "UDP") });
const ports = fc
  .uniqueArray(port, { selector: (p) => `${p.containerPort}${p.protocol}`, maxLength: 3 })
  .map((list) =>
    list.map(({ containerPort, protocol }) => (protocol === "TCP" ? { containerPort } : { containerPort, protocol })),
  );
const container = fc.record({
  name: word,
  image: word,
  args: fc.array(scalar, { maxLength: 2 }),
  env,
  ports,
  settings,
});
const containers = fc.uniqueArray(container, { selector: (c) => c.name, minLength: 1, maxLength: 3 });

const manifests: fc.Arbitrary<Manifest> = fc.record({
  apiVersion: fc.constant("apps/v1"),
  kind: fc.constant("Deployment"),
  metadata: fc.record({
    name: fc.constant("api"),
    namespace: fc.constant("qa"),
    labels: texts,
    annotations: texts,
    finalizers: fc.uniqueArray(word, { maxLength: 2 }),
  }),
  spec: fc.record({ replicas: fc.nat(9), nodeSelector: texts, settings, containers }),
});

/** A manifest and what the API server makes of it: some owned values normalised, unowned ones defaulted. */
export const pairs = fc.tuple(manifests, fc.infiniteStream(fc.integer({ min: 0, max: 4 }))).map(([manifest, dice]) => {
  const paths = leavesOf(recordApplied(manifest, answerTo(manifest, manifest, OURS), OURS).fields);
  const normalised = paths.filter((path) => isChangeable(path) && dice.next().value === 0);
  const stored = normalised.reduce<Manifest>(
    (object, path) => withValueAt(object, path, `normal ${formatPath(path)}`),
    manifest,
  );
  const defaulted = withValueAt(stored, [{ field: "spec" }, { field: "revisionHistoryLimit" }], 10);
  return { manifest, answer: answerTo(manifest, defaulted, OURS) };
});

/** Not a field that identifies its list item, and not an item of a set: to change those is to remove and add. */
export function isChangeable(path: FieldPath): boolean {
  const last = path.at(-1);
  const parent = path.at(-2);
  if (last === undefined || !("field" in last)) return false;
  return parent === undefined || !("key" in parent) || !Object.hasOwn(parent.key, last.field);
}

export function isRemovable(path: FieldPath): boolean {
  return isChangeable(path) || "value" in (path.at(-1) ?? {});
}

export function itemsOf(path: FieldPath): readonly FieldPath[] {
  return path.flatMap((element, index) => ("key" in element ? [path.slice(0, index + 1)] : []));
}
