import { chmod, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { expect } from "@jest/globals";

import type { Service, World } from "./world.ts";

/** A change that somebody makes in QA by hand at 2 AM, and what a preview has to say of it. */
export interface Meddling {
  readonly what: string;
  readonly service: Service;
  readonly make: (world: World) => Promise<unknown>;
  /** Object -> path -> change, as in `pulumi preview --diff`; "" is the object itself. */
  readonly diff: (world: World) => Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** Path and change of each sentence in the `drift` output. */
  readonly sentences: (world: World) => readonly string[];
}

const EVIL = "registry.example.com/evil:v9";

export const MEDDLINGS: readonly Meddling[] = [
  {
    what: "kubectl scale",
    service: "worker-service",
    make: (world) => world.kubectl("qa", ["scale", "deployment/worker-service", "--replicas=5"]),
    diff: (world) => ({ [ref(world, "apps/Deployment", "worker-service")]: { "spec.replicas": "5 => 3" } }),
    sentences: (world) => [`Deployment ${ns(world, "worker-service")}: spec.replicas: 5 => 3 (set by kubectl)`],
  },
  {
    what: "kubectl set image",
    service: "scheduler-service",
    make: (world) => world.kubectl("qa", ["set", "image", "deployment/scheduler-service", `scheduler=${EVIL}`]),
    diff: (world) => ({
      [ref(world, "apps/Deployment", "scheduler-service")]: {
        "spec.template.spec.containers[0].image": `"${EVIL}" => "${world.imageOf("scheduler-service", "qa-v1.0.9")}"`,
      },
    }),
    sentences: (world) => [
      `Deployment ${ns(world, "scheduler-service")}: spec.template.spec.containers[name=scheduler].image: ` +
        `"${EVIL}" => "${world.imageOf("scheduler-service", "qa-v1.0.9")}" (set by kubectl-set)`,
    ],
  },
  {
    what: "kubectl delete of a Service",
    service: "api-service",
    make: (world) => world.kubectl("qa", ["delete", "service", "api-service"]),
    diff: (world) => ({ [ref(world, "Service", "api-service")]: { "": expect.stringMatching(/^\+ /) } }),
    sentences: (world) => [`Service ${ns(world, "api-service")}: is missing`],
  },
  {
    what: "kubectl edit that adds an environment variable and an annotation",
    service: "api-service",
    make: editDeployment,
    diff: (world) => ({
      [ref(world, "apps/Deployment", "api-service")]: {
        "metadata.annotations.edited-by": '- "somebody"',
        "spec.template.spec.containers[0].env[2]": '- name: "DEBUG", value: "true"',
      },
    }),
    sentences: (world) => [
      `Deployment ${ns(world, "api-service")}: metadata.annotations.edited-by: "somebody" => (none) (set by kubectl-edit)`,
      `Deployment ${ns(world, "api-service")}: spec.template.spec.containers[name=api].env[name=DEBUG]: ` +
        `{"name":"DEBUG","value":"true"} => (none) (set by kubectl-edit)`,
    ],
  },
  {
    what: "kubectl label that removes a label",
    service: "worker-service",
    make: (world) => world.kubectl("qa", ["label", "service", "worker-service", "app.kubernetes.io/name-"]),
    diff: (world) => ({
      [ref(world, "Service", "worker-service")]: { "metadata.labels.app.kubernetes.io/name": '+ "worker-service"' },
    }),
    sentences: (world) => [
      `Service ${ns(world, "worker-service")}: metadata.labels["app.kubernetes.io/name"]: (none) => "worker-service"`,
    ],
  },
  {
    what: "kubectl label that removes the mark of ownership",
    service: "worker-service",
    make: (world) => world.kubectl("qa", ["label", "deployment", "worker-service", "pulumi-gitops.dev/environment-"]),
    diff: (world) => ({
      [ref(world, "apps/Deployment", "worker-service")]: {
        "metadata.labels.pulumi-gitops.dev/environment": expect.stringMatching(/^\+ "qa-/),
      },
    }),
    sentences: (world) => [
      expect.stringMatching(
        `^Deployment ${ns(world, "worker-service")}: metadata.labels\\["pulumi-gitops.dev/environment"\\]: \\(none\\) => "qa-`,
      ) as unknown as string,
    ],
  },
  {
    what: "kubectl patch of a ConfigMap value",
    service: "api-service",
    make: (world) =>
      world.kubectl("qa", ["patch", "configmap", "api-service", '--patch={"data":{"LOG_LEVEL":"debug"}}']),
    diff: (world) => ({ [ref(world, "ConfigMap", "api-service")]: { "data.LOG_LEVEL": '"debug" => "info"' } }),
    sentences: (world) => [
      `ConfigMap ${ns(world, "api-service")}: data.LOG_LEVEL: "debug" => "info" (set by kubectl-patch)`,
    ],
  },
  {
    what: "kubectl patch of a Secret value",
    service: "worker-service",
    make: (world) =>
      world.kubectl("qa", [
        "patch",
        "secret",
        "worker-service",
        '--patch={"stringData":{"QUEUE_PASSWORD":"hunter2hunter2"}}',
      ]),
    diff: (world) => ({
      [ref(world, "Secret", "worker-service")]: {
        "data.QUEUE_PASSWORD": expect.stringMatching(/^"hmac:[0-9a-f]{16}" => "hmac:[0-9a-f]{16}"$/),
      },
    }),
    sentences: (world) => [
      expect.stringMatching(
        `^Secret ${ns(world, "worker-service")}: data.QUEUE_PASSWORD: "hmac:[0-9a-f]{16}" => "hmac:[0-9a-f]{16}" \\(set by kubectl-patch\\)$`,
      ) as unknown as string,
    ],
  },
  {
    what: "a stray kubectl apply over one of our objects",
    service: "scheduler-service",
    make: applyOver,
    diff: (world) => ({
      [ref(world, "Service", "scheduler-service")]: {
        "metadata.labels.team": '- "night-shift"',
        "spec.ports[0].targetPort": '8081 => "http"',
      },
    }),
    sentences: (world) => [
      `Service ${ns(world, "scheduler-service")}: metadata.labels.team: "night-shift" => (none) (set by kubectl-client-side-apply)`,
      `Service ${ns(world, "scheduler-service")}: spec.ports[port=80,protocol=TCP].targetPort: 8081 => "http" (set by kubectl-client-side-apply)`,
    ],
  },
  {
    what: "kubectl apply --server-side that takes a field over by force",
    service: "scheduler-service",
    make: (world) =>
      world.kubectl("qa", ["apply", "--server-side", "--force-conflicts", "--filename=-"], {
        input:
          "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: scheduler-service}\ndata: {schedule.json: nothing to do}\n",
      }),
    diff: (world) => ({
      [ref(world, "ConfigMap", "scheduler-service")]: {
        "data.schedule.json": expect.stringContaining("nothing to do"),
      },
    }),
    sentences: (world) => [
      expect.stringMatching(
        `^ConfigMap ${ns(world, "scheduler-service")}: data\\["schedule.json"\\]: "nothing to do" => .* \\(set by kubectl\\)$`,
      ) as unknown as string,
    ],
  },
];

/** One after the other, as a person would. */
export async function meddle(world: World): Promise<void> {
  for (const { make } of MEDDLINGS) await make(world);
}

/** The real `kubectl edit`, with a script as the editor. */
async function editDeployment(world: World): Promise<void> {
  const editor = join(world.folder, "editor.mjs");
  const script = `#!${process.execPath}
import { readFileSync, writeFileSync } from "node:fs";
const file = process.argv.at(-1);
const deployment = JSON.parse(readFileSync(file, "utf8"));
deployment.metadata.annotations["edited-by"] = "somebody";
deployment.spec.template.spec.containers[0].env.push({ name: "DEBUG", value: "true" });
writeFileSync(file, JSON.stringify(deployment));
`;
  await writeFile(editor, script);
  await chmod(editor, 0o755);
  await world.kubectl("qa", ["edit", "deployment", "api-service", "--output=json"], {
    env: { ...process.env, KUBE_EDITOR: editor },
  });
}

/** Somebody applies an old copy of a file, client-side. */
async function applyOver(world: World): Promise<void> {
  const input = `apiVersion: v1
kind: Service
metadata:
  name: scheduler-service
  labels: {app.kubernetes.io/name: scheduler-service, team: night-shift}
spec:
  selector: {app.kubernetes.io/name: scheduler-service}
  ports:
    - {name: http, port: 80, targetPort: 8081}
    - {name: metrics, port: 9090, targetPort: metrics}
`;
  await world.kubectl("qa", ["apply", "--filename=-"], { input });
}

function ns(world: World, name: string): string {
  return `${world.nameOf("qa")}/${name}`;
}

function ref(world: World, kind: string, name: string): string {
  return `${kind} ${ns(world, name)}`;
}
