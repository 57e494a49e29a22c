import type { Files } from "./rendering.ts";

/** One kustomization with all that it names; rendered is the folder `overlay`. */
export interface Tree {
  readonly title: string;
  readonly files: Files;
}

const DEPLOYMENT = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: api
  labels: {app: api}
spec:
  replicas: 2
  selector: {matchLabels: {app: api}}
  template:
    metadata: {labels: {app: api}}
    spec:
      containers:
      - name: api
        image: registry.example.com/my-org/api:v1
        env:
        - {name: TARGET, value: "$(SERVICE)"}
        - {name: CONFIG, valueFrom: {configMapKeyRef: {name: settings, key: a}}}
        envFrom:
        - secretRef: {name: keys}
      volumes:
      - {name: settings, configMap: {name: settings}}
`;
const SERVICE =
  "apiVersion: v1\nkind: Service\nmetadata: {name: api}\nspec: {selector: {app: api}, ports: [{port: 80}]}\n";
const SCALARS = `apiVersion: v1
kind: ConfigMap
metadata: {name: scalars}
data: {a: "yes", b: "0644", c: "1_000", d: "1e3", e: "12:30", f: "null", g: "", h: "~", i: " x ", j: "a\\nb\\n", k: "2024-01-01", l: "ä 日本 🙂"}
---
apiVersion: example.com/v1
kind: Thing
metadata: {name: thing}
spec: {a: yes, b: 0644, c: 1_000, d: 1e3, e: 12:30, f: null, g: .5, h: 0x1F, i: [on, off], j: 9007199254740991, k: &x {l: 1}, m: *x, n: 1.0}
`;
const BASE: Files = {
  "base/kustomization.yaml": "resources: [deployment.yaml, service.yaml]\n",
  "base/deployment.yaml": DEPLOYMENT,
  "base/service.yaml": SERVICE,
};

/** An overlay over {@link BASE}. */
function over(title: string, kustomization: string, files: Files = {}): Tree {
  return {
    title,
    files: { ...BASE, "overlay/kustomization.yaml": `resources: [../base]\n${kustomization}`, ...files },
  };
}

const COMPONENT = "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\n";

export const HAND_MADE: readonly Tree[] = [
  over("nothing", ""),
  over(
    "prefix, suffix, namespace and labels",
    "namePrefix: a-\nnameSuffix: -b\nnamespace: qa\ncommonLabels: {team: x}\ncommonAnnotations: {owner: z}\n",
  ),
  over(
    "labels of three kinds",
    "labels:\n- pairs: {a: b}\n- pairs: {c: d}\n  includeSelectors: true\n- pairs: {e: f}\n  includeTemplates: true\n",
  ),
  over(
    "images by tag, name and digest",
    `images:\n- {name: registry.example.com/my-org/api, newName: mirror/api, digest: "sha256:${"0".repeat(64)}"}\n- {name: other, newTag: "1.10"}\n`,
  ),
  over("replicas", "replicas: [{name: api, count: 7}]\n"),
  over(
    "patches inline, from files, by target and with options",
    "patches:\n- path: p.yaml\n- patch: '- {op: replace, path: /spec/replicas, value: 9}'\n  target: {kind: Deployment}\n- patch: |-\n    apiVersion: v1\n    kind: Service\n    metadata: {name: renamed}\n  target: {kind: Service, name: a.*}\n  options: {allowNameChange: true}\n",
    {
      "overlay/p.yaml":
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: api}\nspec: {template: {spec: {containers: [{name: api, resources: {limits: {cpu: 100m}}}]}}}\n",
    },
  ),
  over(
    "patches of the old kinds",
    "patchesStrategicMerge: [m.yaml]\npatchesJson6902:\n- {path: j.json, target: {version: v1, kind: Service, name: api}}\n",
    {
      "overlay/m.yaml": "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: api}\nspec: {replicas: null}\n",
      "overlay/j.json": '[{"op": "add", "path": "/spec/type", "value": "NodePort"}]',
    },
  ),
  over(
    "deletion by patch",
    "patches:\n- patch: |-\n    $patch: delete\n    apiVersion: v1\n    kind: Service\n    metadata: {name: api}\n",
  ),
  over(
    "generators with hashes that references follow",
    "configMapGenerator:\n- name: settings\n  literals: [a=1, 'b=x=y']\n  files: [app.properties, key=data/x.bin]\n  envs: [e.env]\nsecretGenerator:\n- name: keys\n  literals: [password=hunter2]\n  type: Opaque\n",
    {
      "overlay/app.properties": "x=1\ny=2\n",
      "overlay/data/x.bin": Buffer.from([0, 255, 10]),
      "overlay/e.env": "# c\nE=1\nF=two words\n",
    },
  ),
  over(
    "generators without hashes",
    "generatorOptions: {disableNameSuffixHash: true, labels: {g: h}, annotations: {i: j}, immutable: true}\nconfigMapGenerator:\n- {name: settings, literals: [a=1]}\n",
  ),
  {
    title: "generators that merge and replace",
    files: {
      "base/kustomization.yaml":
        "configMapGenerator:\n- {name: m, literals: [a=1, b=1]}\n- {name: r, literals: [a=1]}\n",
      "overlay/kustomization.yaml":
        "resources: [../base]\nconfigMapGenerator:\n- {name: m, behavior: merge, literals: [b=2, c=2]}\n- {name: r, behavior: replace, literals: [z=1]}\n",
    },
  },
  over(
    "replacements, inline and from a file",
    "replacements:\n- source: {kind: Service, fieldPath: metadata.name}\n  targets:\n  - select: {kind: Deployment}\n    fieldPaths: [spec.template.spec.containers.0.env.0.value]\n- path: r.yaml\n",
    {
      "overlay/r.yaml":
        "source: {kind: Deployment, fieldPath: spec.replicas}\ntargets:\n- select: {kind: Service}\n  fieldPaths: [metadata.annotations.replicas]\n  options: {create: true}\n",
    },
  ),
  over("vars", "vars:\n- {name: SERVICE, objref: {kind: Service, name: api, apiVersion: v1}}\nnamePrefix: v-\n"),
  over("components, one in another", "components: [../components/one]\n", {
    "components/one/kustomization.yaml": `${COMPONENT}components: [../two]\nnameSuffix: '-1'\nresources: [r.yaml]\n`,
    "components/one/r.yaml": SCALARS,
    "components/two/kustomization.yaml": `${COMPONENT}patches:\n- patch: '- {op: remove, path: /spec/replicas}'\n  target: {kind: Deployment}\n`,
  }),
  {
    title: "a diamond of bases",
    files: {
      "base/kustomization.yaml": "configMapGenerator: [{name: shared, literals: [a=1]}]\n",
      "left/kustomization.yaml": "resources: [../base]\nnamePrefix: l-\n",
      "right/kustomization.yaml": "resources: [../base]\nnamePrefix: r-\n",
      "overlay/kustomization.yaml": "resources: [../left, ../right]\nnamespace: d\n",
    },
  },
  {
    title: "scalars of every kind",
    files: {
      "overlay/kustomization.yaml":
        "resources: [s.yaml]\ncommonAnnotations: {a: 'yes', b: '0644', c: '1e3', d: 'ä 日本 🙂'}\n",
      "overlay/s.yaml": SCALARS,
    },
  },
  {
    title: "a kustomization in JSON with tabs, and a List",
    files: {
      "overlay/kustomization.yml": '{\n\t"resources": ["l.yaml"],\n\t"namePrefix": "j-"\n}\n',
      "overlay/l.yaml": `apiVersion: v1\nkind: List\nitems:\n- ${SERVICE.replaceAll("\n", "\n  ").trim()}\n- {apiVersion: v1, kind: Namespace, metadata: {name: n}}\n`,
    },
  },
  {
    title: "anchors and merge keys in the kustomization",
    files: { "overlay/Kustomization": "configMapGenerator:\n- &a {name: a, literals: [x=1]}\n- {<<: *a, name: b}\n" },
  },
  {
    title: "plugins that are built in",
    files: {
      ...BASE,
      "overlay/kustomization.yaml":
        "resources: [../base]\ntransformers: [t.yaml]\ngenerators:\n- |-\n  apiVersion: builtin\n  kind: ConfigMapGenerator\n  metadata: {name: g}\n  literals: [a=1]\n",
      "overlay/t.yaml":
        "apiVersion: builtin\nkind: PrefixTransformer\nmetadata: {name: t}\nprefix: t-\nfieldSpecs: [{path: metadata/name}]\n---\napiVersion: builtin\nkind: ReplicaCountTransformer\nmetadata: {name: c}\nreplica: {name: t-api, count: 5}\nfieldSpecs: [{path: spec/replicas, kind: Deployment, create: true}]\n",
    },
  },
  {
    title: "configurations and crds",
    files: {
      "overlay/kustomization.yaml":
        "resources: [thing.yaml, settings.yaml]\nconfigurations: [c.yaml]\ncrds: [crd.json]\nnamePrefix: c-\ncommonLabels: {l: m}\n",
      "overlay/thing.yaml":
        "apiVersion: example.com/v1\nkind: Thing\nmetadata: {name: t}\nspec: {settingsName: settings, pods: {labels: {}}}\n",
      "overlay/settings.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\n",
      "overlay/c.yaml":
        "nameReference:\n- kind: ConfigMap\n  fieldSpecs: [{kind: Thing, path: spec/settingsName}]\ncommonLabels:\n- {kind: Thing, path: spec/pods/labels, create: true}\n",
      "overlay/crd.json": '{"example.com/v1.Thing": {"Schema": {"properties": {}}}}',
    },
  },
  over(
    "sorting and build metadata",
    "sortOptions: {order: legacy}\nbuildMetadata: [managedByLabel, originAnnotations, transformerAnnotations]\nnamePrefix: m-\n",
  ),
  over(
    "sorting by kinds",
    "sortOptions:\n  order: legacy\n  legacySortOptions: {orderFirst: [Deployment], orderLast: [Service]}\n",
  ),
  {
    title: "things of the cluster and of namespaces",
    files: {
      "overlay/kustomization.yaml": "namespace: new\nresources: [a.yaml]\n",
      "overlay/a.yaml":
        "apiVersion: v1\nkind: Namespace\nmetadata: {name: old}\n---\napiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRoleBinding\nmetadata: {name: b}\nroleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view}\nsubjects:\n- {kind: ServiceAccount, name: default, namespace: old}\n---\napiVersion: v1\nkind: ServiceAccount\nmetadata: {name: default}\n",
    },
  },
];

const KEYS = [
  "namePrefix",
  "nameSuffix",
  "namespace",
  "commonLabels",
  "commonAnnotations",
  "images",
  "replicas",
  "patches",
  "configMapGenerator",
  "labels",
] as const;
const VALUES: Readonly<Record<(typeof KEYS)[number], readonly string[]>> = {
  namePrefix: ["p-", "q.", ""],
  nameSuffix: ["-s", ""],
  namespace: ["one", "two"],
  commonLabels: ["{a: b}", "{app: api}", "{}"],
  commonAnnotations: ["{a: 'true'}", "{b: ''}"],
  images: [
    "[{name: registry.example.com/my-org/api, newTag: v2}]",
    "[{name: registry.example.com/my-org/api, newName: x}]",
  ],
  replicas: ["[{name: api, count: 0}]"],
  patches: [`[{patch: '- {op: add, path: /metadata/annotations, value: {p: q}}', target: {kind: Service}}]`],
  configMapGenerator: ["[{name: settings, literals: [a=1]}]", "[{name: settings, namespace: other, literals: []}]"],
  labels: ["[{pairs: {x: y}}]", "[{pairs: {x: y}, includeSelectors: true, fields: [{path: spec/foo, create: true}]}]"],
};

/** Chains of overlays with settings that a number decides: the same ones in every run. */
export function generatedTree(seed: number): Tree {
  const random = generator(seed);
  const pick = <T>(list: readonly T[]): T => list[random() % list.length] as T;
  const layer = (): string => {
    const keys = KEYS.filter(() => random() % 3 === 0);
    return keys.map((key) => `${key}: ${pick(VALUES[key])}\n`).join("");
  };
  const depth = 1 + (random() % 4);
  const files: Record<string, string | Buffer> = { ...BASE };
  for (let level = 1; level <= depth; level++) {
    const folder = level === depth ? "overlay" : `layer${level}`;
    const below = level === 1 ? "../base" : `../layer${level - 1}`;
    files[`${folder}/kustomization.yaml`] = `resources: [${below}]\n${layer()}`;
  }
  return { title: `generated from ${seed}`, files };
}

/** Numerical Recipes' linear congruential generator; its upper bits. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state >>> 8;
  };
}
