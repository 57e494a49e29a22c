import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, beforeAll, beforeEach } from "@jest/globals";

import { createGit } from "../../components/git/repository.ts";
import type { Git, GitOptions } from "../../components/git/repository.ts";
import type { GitServer } from "./git-server.ts";
import { createRepository, startGitServer } from "./git-server.ts";

/** A Git server of a test file's own, and a folder for what its tests leave behind. */
export interface GitBed {
  readonly server: GitServer;
  /** A new one each time. */
  readonly newFolder: (prefix?: string) => string;
  /** With a cache of its own and no waits, unless the options say otherwise. */
  readonly newGit: (options?: Partial<GitOptions>) => Git;
  readonly newRepository: () => { readonly folder: string; readonly url: string };
}

/** The user's environment, without this machine's Git settings. */
export const USER_ENV = {
  PATH: process.env["PATH"],
  HOME: "/nonexistent",
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_CONFIG_GLOBAL: "/dev/null",
};

/** Stands from before the first test of the file to after the last; each test meets a server that has seen nothing. */
export function useGitBed(prefix: string): GitBed {
  let server: GitServer;
  let work: string;
  let names = 0;
  beforeAll(async () => {
    server = await startGitServer();
    work = mkdtempSync(join(tmpdir(), prefix));
  });
  afterAll(async () => {
    await server.close();
    rmSync(work, { recursive: true, force: true });
  });
  beforeEach(() => {
    server.requests.length = 0;
    server.intercept = undefined;
  });
  const newFolder = (name = "f-") => mkdtempSync(join(work, name));
  return {
    get server() {
      return server;
    },
    newFolder,
    newGit: (options = {}) =>
      createGit({ cacheFolder: join(newFolder(), "cache"), insteadOf: [], env: USER_ENV, pauses: [], ...options }),
    newRepository() {
      const name = `r${names++}.git`;
      return { folder: createRepository(server, name), url: `${server.url}/${name}` };
    },
  };
}
