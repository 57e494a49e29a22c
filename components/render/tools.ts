import { availableParallelism } from "node:os";

import { escapeUnprintable } from "../application/quote.ts";
import { GitOpsError } from "../error.ts";
import type { ChildResult } from "../git/child.ts";
import { createLimit } from "../git/limit.ts";
import { findProgram } from "../git/limits.ts";
import type { ChildLimits } from "../git/limits.ts";
import { closedProxies, findIsolation } from "./isolation.ts";
import type { Isolate } from "./isolation.ts";
import { launch } from "./launcher.ts";

export interface RenderLimits {
  /** Wall time, milliseconds. */
  readonly timeoutMs: number;
  readonly outputBytes: number;
  readonly memoryBytes: number;
}

export const DEFAULT_LIMITS: RenderLimits = {
  timeoutMs: 30_000,
  outputBytes: 10 * 1024 * 1024,
  memoryBytes: 512 * 1024 * 1024,
};

/** A program of this machine, under limits, without network and without anything that it could call. */
export interface Tool {
  /** Of everything in it that makes a difference to what it renders. */
  version(): Promise<string>;
  run(args: readonly string[], folder: string): Promise<ChildResult>;
}

export interface Tools {
  readonly kubectl: Tool;
  readonly helm: Tool;
}

export interface ToolsOptions {
  /** Absolute paths. @default the ones on PATH */
  readonly kubectl?: string;
  readonly helm?: string;
  readonly limits: RenderLimits;
  readonly path: string | undefined;
}

interface Kind {
  readonly name: "kubectl" | "helm";
  readonly purpose: string;
  readonly versionArgs: readonly string[];
  /** The interesting parts of what it answers. */
  readonly version: RegExp;
  readonly needed: string;
}

const KUBECTL: Kind = {
  name: "kubectl",
  purpose: "it renders kustomizations",
  versionArgs: ["version", "--client", "--output=json"],
  version: /"gitVersion":\s*"([^"]+)"[\s\S]*"kustomizeVersion":\s*"([^"]+)"/,
  needed: "kubectl 1.28 or newer",
};
const HELM: Kind = {
  name: "helm",
  purpose: "it renders charts",
  versionArgs: ["version", "--template={{.Version}} {{.GoVersion}}"],
  version: /^(v(?:3\.(?:1[4-9]|[2-9]\d)|[4-9])[^\s]*) (\S+)/,
  needed: "Helm 3.14 or newer",
};

/** A render takes a fraction of a second; one that takes longer is on its way to a limit, and the others do not wait for that. */
const PATIENCE_MS = 5_000;

type Run = (kind: Kind, args: readonly string[], folder: string) => Promise<ChildResult>;

/** Nothing is looked for before it is needed: plain manifests are rendered without either. */
export function createTools(options: ToolsOptions): Tools {
  const limit = createLimit(availableParallelism(), PATIENCE_MS);
  let isolation: Promise<Isolate> | undefined;
  const run: Run = async (kind, args, folder) => {
    const isolate = await (isolation ??= findIsolation(options.path, childLimits(options.limits)));
    const [command, ...rest] = isolate([programOf(options, kind), ...args]);
    const { timeoutMs, outputBytes } = options.limits;
    return limit(() =>
      launch({ command, args: rest, env: environment(folder), cwd: folder, timeoutMs, maxOutputBytes: outputBytes }),
    );
  };
  return { kubectl: createTool(KUBECTL, run), helm: createTool(HELM, run) };
}

function createTool(kind: Kind, run: Run): Tool {
  let version: Promise<string> | undefined;
  return { run: (args, folder) => run(kind, args, folder), version: () => (version ??= readVersion(kind, run)) };
}

function programOf(options: ToolsOptions, { name, purpose }: Kind): string {
  const found = options[name] ?? findProgram(name, options.path);
  if (found !== undefined) return found;
  throw new GitOpsError(`${name} was not found: ${purpose} and must be on PATH`, { code: "Unsupported" });
}

/** No credentials, no kubeconfig, and a PATH on which there is no git, helm or docker. */
function environment(folder: string): Record<string, string> {
  return {
    ...closedProxies,
    ...{ HELM_CONFIG_HOME: folder, HELM_CACHE_HOME: folder, HELM_DATA_HOME: folder, HELM_PLUGINS: "/nonexistent" },
    HOME: folder,
    PATH: "/nonexistent",
    KUBECONFIG: "/dev/null",
    KUBERC: "off",
    LC_ALL: "C",
    // One short render a process: collecting no garbage below the limit, on one thread, saves two fifths of its time, and the limit still holds.
    GOGC: "off",
    GOMEMLIMIT: "400MiB",
    GOMAXPROCS: "1",
  };
}

function childLimits({ timeoutMs, memoryBytes }: RenderLimits): ChildLimits {
  return { dataBytes: memoryBytes, cpuSeconds: Math.ceil(timeoutMs / 1000), fileBytes: 0, openFiles: 256 };
}

async function readVersion(kind: Kind, run: Run): Promise<string> {
  const { code, stdout, stderr } = await run(kind, kind.versionArgs, "/");
  const found = kind.version.exec(stdout.toString("utf8"));
  if (code === 0 && found !== null) return `${found[1] ?? ""} ${found[2] ?? ""}`;
  const reason = escapeUnprintable(stderr.trim().split("\n", 1)[0]?.slice(0, 200) ?? "");
  throw new GitOpsError(`${kind.needed} is needed, this one does not tell its version: ${reason}`, {
    code: "Unsupported",
  });
}
