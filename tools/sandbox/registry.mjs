import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { stringify } from "yaml";
import { bin, node } from "../setup/paths.mjs";
import { REGISTRY_USERNAME } from "./credentials.mjs";
import { filesIn } from "./folder.mjs";
import { answers } from "./http.mjs";

/** The name that applications use; registries.conf leads it to the sandbox. */
export const REGISTRY_PREFIX = "registry.example.com";
export const TOKEN_SERVICE = "sandbox-registry";
export const TOKEN_ISSUER = "sandbox-token-server";

export const registry = {
  name: "registry",
  after: [],
  ports: ["registry", "registryMetrics"],
  address: ({ ports }) => `http://127.0.0.1:${ports.registry}`,
  command: (dir, record) => {
    writeFileSync(filesIn(dir).registryConfig, stringify(config(dir, record)));
    // Without the variable it looks for a trace collector all the time.
    const env = { OTEL_TRACES_EXPORTER: "none" };
    return { program: join(bin, "registry"), args: ["serve", filesIn(dir).registryConfig], env };
  },
  // 401 with a challenge is the right answer to somebody without a token.
  ready: (_, record) => answers(`${registry.address(record)}/v2/`, [401]),
};

export const tokenServer = {
  name: "registry-token",
  after: [],
  ports: ["token"],
  address: ({ ports }) => `http://127.0.0.1:${ports.token}`,
  command: (dir) => ({ program: node, args: [join(import.meta.dirname, "token-server.mjs"), dir] }),
  ready: (_, record) => answers(`${tokenServer.address(record)}/healthz`, [200]),
};

/** Where the registry tells what it was asked for, in Prometheus' text form. */
export function metricsOf({ ports }) {
  return `http://127.0.0.1:${ports.registryMetrics}/metrics`;
}

function config(dir, record) {
  const files = filesIn(dir);
  // By name: crane takes a token server at a loopback address for an attack (go-containerregistry, validateRealmURL).
  const realm = `http://localhost:${record.ports.token}/token`;
  return {
    version: 0.1,
    log: { level: "error", accesslog: { disabled: true } },
    storage: { filesystem: { rootdirectory: join(files.registry, "data") }, delete: { enabled: true } },
    http: {
      addr: `127.0.0.1:${record.ports.registry}`,
      secret: "not used by a single registry",
      debug: { addr: `127.0.0.1:${record.ports.registryMetrics}`, prometheus: { enabled: true, path: "/metrics" } },
    },
    auth: { token: { realm, service: TOKEN_SERVICE, issuer: TOKEN_ISSUER, jwks: files.registryKeys } },
  };
}

/** What people and programs need to find the registry: registries.conf of Argo CD Image Updater, and Docker's config.json. */
export function writeRegistryClients(dir, record) {
  const files = filesIn(dir);
  const entry = { name: "sandbox", prefix: REGISTRY_PREFIX, api_url: registry.address(record), insecure: true };
  writeFileSync(files.registries, stringify({ registries: [entry] }));
  const auth = Buffer.from(`${REGISTRY_USERNAME}:${record.credentials.registryPassword}`).toString("base64");
  const docker = { auths: { [`127.0.0.1:${record.ports.registry}`]: { auth } } };
  writeFileSync(join(files.docker, "config.json"), JSON.stringify(docker, undefined, 2), { mode: 0o600 });
}
