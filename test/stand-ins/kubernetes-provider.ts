// Instead of Pulumi's Kubernetes provider: see README.md.
import { execFile } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { Properties } from "./serve.ts";
import { serve } from "./serve.ts";

let flags: readonly string[] = [];

/** @param config as the program states it; a kubeconfig is a path or the text itself */
function configure({ kubeconfig, context }: Properties): void {
  const text = typeof kubeconfig === "string" ? kubeconfig : "";
  const file = text.startsWith("{") ? join(mkdtempSync(join(tmpdir(), "stand-in-")), "kubeconfig") : text;
  if (file !== text) writeFileSync(file, text, { mode: 0o600 });
  flags = [
    ...(file === "" ? [] : [`--kubeconfig=${file}`]),
    ...(typeof context === "string" ? [`--context=${context}`] : []),
  ];
}

function kubectl(args: readonly string[], input = ""): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const child = execFile("kubectl", [...flags, ...args], (error, stdout, stderr) => {
    if (error === null) resolve(stdout);
    else reject(new Error(stderr.trim()));
  });
  child.stdin?.end(input);
  return promise;
}

async function apply(inputs: Properties): Promise<Properties> {
  const args = ["apply", "--server-side", "--force-conflicts", "--field-manager=stand-in", "--filename=-"];
  return JSON.parse(await kubectl([...args, "--output=json"], JSON.stringify(inputs))) as Properties;
}

function place({ kind, apiVersion, metadata }: Properties): readonly string[] {
  const { name = "", namespace } = metadata as { readonly name?: string; readonly namespace?: string };
  const [group, version] = String(apiVersion).split("/");
  const type = version === undefined ? String(kind) : `${String(kind)}.${version}.${group ?? ""}`;
  return [type, name, ...(namespace === undefined ? [] : [`--namespace=${namespace}`])];
}

/** What the cluster has of what was stated, so that a refresh shows what somebody changed. */
function project(live: unknown, stated: unknown): unknown {
  if (typeof stated !== "object" || stated === null || typeof live !== "object" || live === null) return live;
  if (Array.isArray(stated)) return live;
  const entries = Object.entries(stated).map(([key, value]) => [key, project((live as Properties)[key], value)]);
  return Object.fromEntries(entries) as unknown;
}

/** The protocol knows no undefined. */
function plain(value: unknown): Properties {
  return JSON.parse(JSON.stringify(value)) as Properties;
}

/** The outputs hold more than was stated; of the server's own fields nothing is stated. */
function statedOf(props: Properties): Properties {
  const { labels, name, namespace } = props["metadata"] as Properties;
  const metadata = { name, ...(namespace !== undefined && { namespace }), ...(labels !== undefined && { labels }) };
  return { ...props, status: undefined, metadata };
}

await serve("4.34.2", {
  configure,
  async create(_type, _name, inputs) {
    return { id: place(inputs).join(" "), outs: await apply(inputs) };
  },
  async read(_type, _id, props) {
    const found = await kubectl(["get", ...place(props), "--ignore-not-found", "--output=json"]);
    if (found === "") return undefined;
    const live = JSON.parse(found) as Properties;
    return { props: live, inputs: plain(project(live, statedOf(props))) };
  },
  update: (_type, _id, inputs) => apply(inputs),
  async remove(_type, _id, props) {
    await kubectl(["delete", ...place(props), "--ignore-not-found", "--wait=false"]);
  },
  replacedBy: () => ["roleRef"],
});
