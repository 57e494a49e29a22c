import { apiserver, etcd } from "./apiserver.mjs";
import { controllerManager, scheduler } from "./controllers.mjs";
import { gitServer } from "./git.mjs";
import { kwok } from "./kwok.mjs";
import { metrics } from "./metrics.mjs";
import { registry, tokenServer } from "./registry.mjs";

/**
 * What a sandbox runs. A component has a `name`, the names of `ports` it takes, components it starts `after`, and functions of the folder and
 * the record: `address`, `command` (program and arguments) and `ready` (whether it does its work, asked again and again until it does).
 */
export const components = [
  etcd,
  apiserver,
  controllerManager,
  scheduler,
  kwok,
  metrics,
  tokenServer,
  registry,
  gitServer,
];

export const portNames = components.flatMap(({ ports }) => ports);

export function componentNamed(name) {
  const found = components.find((component) => component.name === name);
  if (found === undefined)
    throw new Error(
      `there is no component ${JSON.stringify(name)}; there are ${components.map((one) => one.name).join(", ")}`,
    );
  return found;
}
