// The kinds that run pods. None of them runs any here: that is not what they are for.
import type { CaseOf, KindCase, Row } from "./alteration.ts";

const TEMPLATE = ["spec", "template"] as const;
const APP = [...TEMPLATE, "spec", "containers", { name: "app" }] as const;

const POD_TEMPLATE = {
  metadata: { labels: { app: "x" }, annotations: { note: "owned" } },
  spec: {
    nodeSelector: { nowhere: "yes" },
    containers: [
      {
        ...{ name: "app", image: "registry.example.com/app:1", args: ["--one"] },
        env: [
          { name: "A", value: "a" },
          { name: "B", value: "b" },
        ],
        ports: [{ name: "http", containerPort: 8080 }],
        resources: { requests: { cpu: "1000m", memory: "0.25Gi" } },
        volumeMounts: [{ name: "cache", mountPath: "/cache" }],
      },
    ],
    volumes: [{ name: "cache", emptyDir: {} }],
  },
};

const POD_OWNED: readonly Row[] = [
  [[...APP, "image"], "registry.example.com/app:2"],
  [[...APP, "env", { name: "A" }, "value"], "changed"],
  [[...APP, "env", { name: "B" }], undefined],
  [
    [...APP, "args"],
    ["--one", "--two"],
  ],
  [[...APP, "resources", "requests", "cpu"], "1500m"],
  [[...TEMPLATE, "metadata", "annotations", "note"], "changed"],
  [[...TEMPLATE, "metadata", "annotations", "note"], undefined, "spec.template.metadata.annotations"],
  [[...TEMPLATE, "spec", "nodeSelector"], { nowhere: "yes", moreover: "no" }],
];
const POD_FOREIGN: readonly Row[] = [
  [[...APP, "env", { name: "DEBUG" }], { name: "DEBUG", value: "true" }],
  [[...APP, "imagePullPolicy"], "Always"],
  [[...APP, "resources", "limits"], { cpu: "3" }, "spec.template.spec.containers[name=app].resources.limits*"],
  [[...TEMPLATE, "spec", "containers", { name: "sidecar" }], { name: "sidecar", image: "registry.example.com/s:1" }],
  [[...TEMPLATE, "spec", "volumes", { name: "extra" }], { name: "extra", emptyDir: {} }],
  [[...TEMPLATE, "spec", "tolerations"], [{ key: "x", operator: "Exists" }]],
  [[...TEMPLATE, "metadata", "annotations", "extra"], "added"],
];

const SELECTOR = { matchLabels: { app: "x" } };

export function workloadCases(of: CaseOf): readonly KindCase[] {
  const workload = { selector: SELECTOR, template: POD_TEMPLATE };
  const pods = { owned: POD_OWNED, foreign: POD_FOREIGN, hasStatus: true };
  return [
    of(
      ["apps/v1", "Deployment", "deployments"],
      { spec: { replicas: 0, ...workload } },
      {
        ...pods,
        owned: [[["spec", "replicas"], 1], ...POD_OWNED],
        foreign: [[["spec", "minReadySeconds"], 5], [["spec", "paused"], true], ...POD_FOREIGN],
      },
    ),
    of(
      ["apps/v1", "StatefulSet", "statefulsets"],
      { spec: { replicas: 0, serviceName: "x", ...workload } },
      {
        ...pods,
        owned: [[["spec", "replicas"], 1], ...POD_OWNED],
        foreign: [[["spec", "minReadySeconds"], 5], ...POD_FOREIGN],
      },
    ),
    of(["apps/v1", "DaemonSet", "daemonsets"], { spec: workload }, pods),
    of(
      ["batch/v1", "Job", "jobs"],
      {
        spec: {
          ...{ suspend: true, parallelism: 1 },
          template: { spec: { ...POD_TEMPLATE.spec, restartPolicy: "Never" } },
        },
      },
      {
        owned: [[["spec", "parallelism"], 2]],
        foreign: [
          [["spec", "activeDeadlineSeconds"], 600],
          [["spec", "ttlSecondsAfterFinished"], 600],
        ],
        hasStatus: true,
      },
    ),
    of(
      ["batch/v1", "CronJob", "cronjobs"],
      {
        spec: {
          ...{ schedule: "0 3 * * *", suspend: true },
          jobTemplate: { spec: { template: { spec: { ...POD_TEMPLATE.spec, restartPolicy: "Never" } } } },
        },
      },
      {
        owned: [
          [["spec", "schedule"], "0 4 * * *"],
          [["spec", "jobTemplate", ...APP, "image"], "registry.example.com/app:2"],
        ],
        foreign: [
          [["spec", "startingDeadlineSeconds"], 60],
          [["spec", "jobTemplate", ...APP, "env", { name: "DEBUG" }], { name: "DEBUG", value: "true" }],
        ],
        hasStatus: true,
      },
    ),
  ];
}
