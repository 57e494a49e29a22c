import { join } from "node:path";
import { SERVICES, quote } from "./services.mjs";
import { heading, say } from "./terminal.mjs";
import { diff, result } from "./trim.mjs";

const IMAGES =
  "kubectl get deployments --namespace $NAMESPACE \\\n    --output custom-columns='NAME:.metadata.name,READY:.status.readyReplicas,IMAGE:.spec.template.spec.containers[0].image'";

export async function deploy(story) {
  heading("From nothing: QA and production");
  say(
    "The same three Application files serve both environments; Pulumi.qa.yaml and Pulumi.production.yaml are what differs. QA takes the " +
      "branch develop and the newest qa-v1.0.x, production the default branch and the highest release.",
  );
  for (const stack of ["qa", "production"]) {
    await story.run(`pulumi stack init ${stack}`);
    await up(story, stack, { shows: SERVICES });
  }
  await images(story, "qa", {
    shows: ["api-service:qa-v1.0.7", "scheduler-service:qa-v1.0.7", "worker-service:qa-v1.0.7"],
  });
  await images(story, "production", {
    shows: ["api-service:v1.2.0", "scheduler-service:v1.2.0", "worker-service:v1.2.0"],
  });
}

export async function lookAtClean(story) {
  heading("Nothing to do");
  say("Preview is the drift check. It compares Git, the registry and the live cluster, and it only reads.");
  await isClean(story, "qa");
}

export async function healDrift(story) {
  heading("Two in the morning: somebody changes the cluster by hand");
  await story.run("kubectl scale deployment/worker-service --namespace qa --replicas=5");
  await story.run("kubectl set env deployment/api-service --namespace qa DEBUG=true");
  await story.run("kubectl delete service/scheduler-service --namespace qa");
  say(
    "The next preview shows what it is and what it should be: replicas that Git states, a variable that Git never mentioned, a Service that is " +
      "gone. Exit code 7 stops a pipeline.",
  );
  await preview(story, "qa", {
    shows: ["replicas: 5 => 3", '- name : "DEBUG"', "+ Service qa/scheduler-service", "~ 3 to update"],
  });
  say("The next up takes it back.");
  await up(story, "qa");
  const env = "jsonpath={.spec.template.spec.containers[0].env[*].name}";
  await story.confirm(
    "worker-service has its 3 replicas again",
    get("qa", "deployment/worker-service", "jsonpath={.spec.replicas}"),
    "3",
  );
  await story.confirm(
    "api-service has only the variables that Git states",
    get("qa", "deployment/api-service", env),
    "MODE LOG_LEVEL",
  );
  await story.confirm(
    "the Service is back",
    get("qa", "service/scheduler-service", "name"),
    "service/scheduler-service",
  );
  await isClean(story, "qa");
}

export async function pruneRemoved(story, { work }) {
  heading("Removed from Git is removed from the cluster");
  const clone = quote(join(work, "scheduler-service"));
  say("The team takes the Service of scheduler-service out, on the branch develop.");
  await story.run(
    [
      `cd ${clone} && git checkout --quiet develop`,
      "git rm --quiet k8s/service.yaml && sed -i '/service.yaml/d' k8s/kustomization.yaml",
      "git commit --quiet --all --message 'Remove the Service' && git push --quiet",
    ].join(" &&\n    "),
  );
  await preview(story, "qa", { shows: ["- Service qa/scheduler-service", "~ 1 to update"] });
  await up(story, "qa");
  await story.confirm(
    "QA has no such Service any more",
    `${get("qa", "service/scheduler-service", "name")} --ignore-not-found`,
    "",
  );
  await story.confirm(
    "production still has it",
    get("production", "service/scheduler-service", "name"),
    "service/scheduler-service",
  );
  await isClean(story, "production");
}

export async function promoteRelease(story) {
  heading("A release: v1.3.0 of api-service");
  await story.run("npm run --silent sandbox -- image my-org/api-service:v1.3.0", {
    shows: ["my-org/api-service:v1.3.0"],
  });
  await preview(story, "production", { shows: ['api-service: "v1.2.0" => "v1.3.0"', "~ 1 to update"] });
  await up(story, "production");
  await images(story, "production", { shows: ["api-service:v1.3.0", "worker-service:v1.2.0"] });
  say("QA takes other tags, so nothing moves there.");
  await isClean(story, "qa");
}

export async function promoteQa(story) {
  heading("A QA build: qa-v1.0.10 is newer than qa-v1.0.9");
  say("Versions are compared as versions, not as text; and tags like latest or dev-x never count.");
  await story.run("npm run --silent sandbox -- image my-org/api-service:{qa-v1.0.9,qa-v1.0.10,dev-y}");
  await up(story, "qa");
  await images(story, "qa", { shows: ["api-service:qa-v1.0.10"] });
  await isClean(story, "production");
}

function isClean(story, stack) {
  return story.run(`pulumi preview --stack ${stack} --diff --expect-no-changes`, { trim: diff });
}

function preview(story, stack, { shows }) {
  return story.run(`pulumi preview --stack ${stack} --diff --expect-no-changes`, { exit: 7, shows, trim: diff });
}

function up(story, stack, { shows = [] } = {}) {
  return story.run(`pulumi up --stack ${stack} --yes --skip-preview`, { shows, trim: result });
}

function images(story, namespace, { shows }) {
  return story.run(IMAGES.replace("$NAMESPACE", namespace), { shows });
}

function get(namespace, object, output) {
  return `kubectl get ${object} --namespace ${namespace} --output '${output}'`;
}
