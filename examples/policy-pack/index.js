/* eslint-disable @typescript-eslint/no-require-imports -- the SDK loads a pack by require */
const { PolicyPack } = require("@pulumi/policy");
const { containersOf, isFromRegistry, isLatest, missingLimits } = require("./rules.js");

/** Change it here, or give the pack a configuration. */
const REGISTRIES = ["registry.example.com"];
const SYNC = "pulumi-nodejs:dynamic/gitops:Sync";

/** @param find what is wrong with one container: a text, or undefined */
function policy(name, description, find, configSchema) {
  return {
    ...{ name, description, enforcementLevel: "mandatory", configSchema },
    validateResource: ({ type, props, getConfig }, report) => {
      if (type !== SYNC) return;
      for (const { ref, container } of containersOf(props.manifests ?? {})) {
        const problem = find(container, getConfig());
        if (problem !== undefined) report(`${ref}: container ${container.name}: ${problem}`);
      }
    },
  };
}

new PolicyPack("pulumi-gitops", {
  policies: [
    policy(
      "images-from-allowed-registries",
      "Images come from the registries that the pack's configuration names.",
      ({ image }, { registries = REGISTRIES }) =>
        isFromRegistry(image, registries) ? undefined : `${image} is not from ${registries.join(" or ")}`,
      { properties: { registries: { type: "array", items: { type: "string" }, default: REGISTRIES } } },
    ),
    policy("no-latest", "An image names the version that runs.", ({ image }) =>
      isLatest(image) ? `${image} names no version` : undefined,
    ),
    policy("limits-are-set", "A container says how much memory it may use.", (container) => {
      const missing = missingLimits(container);
      return missing.length === 0 ? undefined : `resources.limits.${missing.join(", ")} is not set`;
    }),
  ],
});
