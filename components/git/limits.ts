import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

/** What the kernel holds a child to; bytes and seconds. */
export interface ChildLimits {
  /** Private memory that can be written to: unlike the address space, of which a Go program reserves much and touches little. */
  readonly dataBytes?: number;
  readonly cpuSeconds?: number;
  readonly fileBytes?: number;
  readonly openFiles?: number;
}

/** A program and its arguments. */
export type CommandLine = readonly [command: string, ...args: string[]];

/** The command under `prlimit` (util-linux), or as it is where there is none (macOS): wall time and output are limited anyway. */
export function withLimits(command: CommandLine, limits: ChildLimits, prlimit: string | undefined): CommandLine {
  if (prlimit === undefined) return command;
  const options = [
    ["data", limits.dataBytes],
    ["cpu", limits.cpuSeconds],
    ["fsize", limits.fileBytes],
    ["nofile", limits.openFiles],
    ["core", 0],
  ].flatMap(([name, value]) => (value === undefined ? [] : [`--${name}=${value}`]));
  return [prlimit, ...options, "--", ...command];
}

/** The absolute path of a program on PATH. */
export function findProgram(name: string, path: string | undefined): string | undefined {
  const folders = (path ?? "").split(delimiter).filter((folder) => folder.startsWith("/"));
  return folders.map((folder) => join(folder, name)).find(isExecutable);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
