import { cpSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { heading, ok, say } from "./terminal.mjs";
import { first } from "./trim.mjs";

export const SERVICES = ["api-service", "scheduler-service", "worker-service"];

/** Fills the sandbox: three repositories with the branches main and develop, and images under the tags that real teams leave behind. */
export async function fillSandbox(story, { root, work }) {
  heading("Three services: their repositories and their images");
  say(
    `Each service has its own repository with Kubernetes manifests in k8s/. The clones are in ${work}, for you to push to later.`,
  );
  await story.run(`npm run --silent sandbox -- repo ${SERVICES.join(" ")}`, { shows: SERVICES });
  for (const name of SERVICES) await makeClone(story, { root, work, name });
  say("CI has built images: releases, QA builds, and what nobody should deploy.");
  await story.run(
    "npm run --silent sandbox -- image \\\n    my-org/{api,scheduler,worker}-service:{v1.0.0,v1.2.0,qa-v1.0.6,qa-v1.0.7,latest,dev-x}",
    { trim: first(3) },
  );
  await story.run("crane ls --insecure $SANDBOX_REGISTRY/my-org/api-service", {
    shows: ["v1.2.0", "qa-v1.0.7", "latest"],
  });
}

async function makeClone(story, { root, work, name }) {
  const folder = join(work, name);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  cpSync(join(root, "test", "fixtures", "services", name), folder, { recursive: true });
  await story.quietly(
    [
      `cd ${quote(folder)}`,
      "git init --quiet --initial-branch=main",
      "git config user.name 'Somebody' && git config user.email somebody@example.com",
      "git config commit.gpgsign false",
      `git add --all && git commit --quiet --message 'Deploy ${name}' && git branch develop`,
      `git remote add origin https://github.com/my-org/${name}.git`,
      "git push --quiet --set-upstream origin main develop",
    ].join(" && "),
  );
  ok(`${name}: branches main and develop are pushed`);
}

export function quote(text) {
  if (/^[\w./-]+$/.test(text)) return text;
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
