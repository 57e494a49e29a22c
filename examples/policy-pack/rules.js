/**
 * Every container of what one Application deploys. Secrets are masked in what a policy sees.
 * @param manifests object -> JSON, as the resource has it after images were decided
 */
function containersOf(manifests) {
  return Object.entries(manifests).flatMap(([ref, text]) => {
    const spec = podSpecOf(JSON.parse(text));
    const containers = [...(spec?.initContainers ?? []), ...(spec?.containers ?? [])];
    return containers.map((container) => ({ ref, container }));
  });
}

function podSpecOf({ kind, spec }) {
  if (kind === "Pod") return spec;
  if (kind === "CronJob") return spec?.jobTemplate?.spec?.template?.spec;
  return spec?.template?.spec;
}

/** @param registries hosts, with a path or without */
function isFromRegistry(image = "", registries) {
  return registries.some((registry) => image.startsWith(`${registry.replace(/\/+$/, "")}/`));
}

/** An image by digest has a version, whatever its tag. */
function isLatest(image = "") {
  if (image.includes("@")) return false;
  const tag = /:([^/:]+)$/.exec(image)?.[1];
  return tag === undefined || tag === "latest";
}

/** Of memory only: a limit of processor time slows a container down that could use an idle machine. */
function missingLimits({ resources }) {
  return ["memory"].filter((name) => resources?.limits?.[name] === undefined);
}

module.exports = { containersOf, isFromRegistry, isLatest, missingLimits };
