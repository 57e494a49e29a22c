import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { node } from "../setup/paths.mjs";
import { filesIn } from "./folder.mjs";
import { answers } from "./http.mjs";

export const ORGANISATION = "my-org";
const REAL_URL = `https://github.com/${ORGANISATION}`;

export const gitServer = {
  name: "git",
  after: [],
  ports: ["git"],
  address: ({ ports }) => `http://127.0.0.1:${ports.git}`,
  command: (dir) => ({ program: node, args: [join(import.meta.dirname, "git-server.mjs"), dir] }),
  ready: (_, record) => answers(`${gitServer.address(record)}/healthz`, [200]),
};

/** Makes the empty bare repository my-org/NAME.git unless it exists: `{name, url, sandboxUrl, path}`. `url` is the one that applications name. */
export function createRepository(dir, record, name) {
  if (!/^[A-Za-z0-9_][A-Za-z0-9._-]*$/.test(name) || name.endsWith(".git"))
    throw new Error(
      `${JSON.stringify(name)} is no name for a repository: expected letters, digits, ".", "_" and "-", without ".git"`,
    );
  const path = join(filesIn(dir).repositories, ORGANISATION, `${name}.git`);
  if (!existsSync(join(path, "HEAD"))) initialise(path);
  return {
    name,
    url: `${REAL_URL}/${name}.git`,
    sandboxUrl: `${gitServer.address(record)}/${ORGANISATION}/${name}.git`,
    path,
  };
}

function initialise(path) {
  const env = { PATH: process.env["PATH"], ...withoutUserConfig };
  const git = (...args) => execFileSync("git", args, { env, stdio: ["ignore", "ignore", "pipe"] });
  git("init", "--quiet", "--bare", "--initial-branch=main", "--template=", path);
  // As the large hosts do: partial clones, and fetches of a commit that no branch points at any more.
  for (const setting of ["uploadpack.allowFilter", "uploadpack.allowAnySHA1InWant"])
    git("-C", path, "config", setting, "true");
}

/** Keeps a person's settings out of what the sandbox does with git. */
export const withoutUserConfig = { GIT_CONFIG_NOSYSTEM: "1", GIT_CONFIG_GLOBAL: "/dev/null" };

/** git settings `[key, value]` that lead the URLs of applications to the sandbox and know the token for a push. */
export function gitSettings(record) {
  const address = gitServer.address(record);
  const helper = `!f() { echo username=sandbox; echo password=${record.credentials.gitToken}; }; f`;
  return [
    [`url.${address}/${ORGANISATION}/.insteadOf`, `${REAL_URL}/`],
    [`credential.${address}.helper`, helper],
  ];
}
