// Instead of Google Cloud: see README.md.
import { createHash } from "node:crypto";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

import type { Properties } from "./serve.ts";
import { serve } from "./serve.ts";

interface Stored {
  readonly inputs: Properties;
  readonly props: Properties;
}

const CLUSTER = "gcp:container/cluster:Cluster";

function read(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set: the stand-in for Google Cloud does not know its place`);
  return value;
}

/** What Google computes, as far as anybody asks for it. */
async function computed(type: string, id: string, inputs: Properties): Promise<Properties> {
  switch (type) {
    case CLUSTER: {
      const endpoint = read("STAND_IN_CONTROL_PLANE");
      const ca = await readFile(read("STAND_IN_CONTROL_PLANE_CA"));
      const { controlPlaneEndpointsConfig = {}, masterAuth = {} } = inputs as Readonly<Record<string, object>>;
      const { dnsEndpointConfig = {} } = controlPlaneEndpointsConfig as Readonly<Record<string, object>>;
      return {
        endpoint,
        masterAuth: { ...masterAuth, clusterCaCertificate: ca.toString("base64") },
        controlPlaneEndpointsConfig: {
          ...controlPlaneEndpointsConfig,
          dnsEndpointConfig: { ...dnsEndpointConfig, endpoint },
        },
      };
    }
    case "gcp:serviceaccount/account:Account": {
      const email = `${String(inputs["accountId"])}@${String(inputs["project"])}.iam.gserviceaccount.com`;
      return { email, member: `serviceAccount:${email}`, name: id };
    }
    case "gcp:artifactregistry/repository:Repository":
      return { name: inputs["repositoryId"] };
    default:
      return { selfLink: `https://www.googleapis.com/compute/v1/${id}` };
  }
}

function fileOf(id: string): string {
  return join(read("STAND_IN_CLOUD"), `${createHash("sha256").update(id).digest("hex").slice(0, 16)}.json`);
}

async function store(type: string, id: string, inputs: Properties): Promise<Properties> {
  const props = { ...inputs, ...(await computed(type, id, inputs)) };
  await mkdir(read("STAND_IN_CLOUD"), { recursive: true });
  await writeFile(fileOf(id), JSON.stringify({ id, inputs, props } satisfies Stored & { id: string }, undefined, 2));
  return props;
}

await serve("9.37.0", {
  async create(type, name, inputs) {
    const { project = "", name: own = name } = inputs as { readonly project?: string; readonly name?: string };
    const id = `projects/${project}/${type.split(":").at(-1) ?? ""}/${own}`;
    return { id, outs: await store(type, id, inputs) };
  },
  async read(_type, id) {
    try {
      const { inputs, props } = JSON.parse(await readFile(fileOf(id), "utf8")) as Stored;
      return { inputs, props };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
      throw error;
    }
  },
  update: (type, id, inputs) => store(type, id, inputs),
  async remove(type, id, props) {
    // Source: the provider's own refusal.
    if (type === CLUSTER && props["deletionProtection"] !== false)
      throw new Error("Cannot destroy cluster because deletion_protection is set to true.");
    await rm(fileOf(id));
  },
  replacedBy: () => ["project", "location", "region", "name", "network", "subnetwork", "accountId", "repositoryId"],
});
