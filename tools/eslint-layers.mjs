// Who may import whom: docs/architecture.md. A folder that is not named in `LAYERS` is out of reach.
const LAYERS = {
  manifest: [],
  application: [],
  version: [],
  project: ["manifest", "application"],
  image: ["manifest", "application", "version"],
  git: ["manifest", "application", "version"],
  render: ["manifest", "application", "git"],
  chart: ["manifest", "application", "version", "image", "git", "render"],
  kubernetes: [],
  process: [],
  gke: [],
  access: ["manifest"],
  namespaces: ["access"],
  sync: ["manifest", "application", "project", "kubernetes", "image"],
};
/** What every folder may use beside its own. */
const COMMON = ["error", "exact-json", "sync\\.(protocol|state)", "protobuf-struct", "protobuf-text", "remember"];
/** The part of image/ that reaches no network; the live side may use nothing else of it. */
const PURE_IMAGE = ["guard", "promotion", "reference"];
const PURE_FOLDERS = ["manifest", "application", "version", "project", "access"];
const IMPURE = "^(node:(?!crypto$)|@pulumi/)";

function restrict(files, patterns) {
  return { files, ignores: ["**/*.test.ts"], rules: { "no-restricted-imports": ["error", { patterns }] } };
}

/** @param up how a file reaches `components/`: `../` from the folder itself, `../../` from one below */
function patternsFor(folder, up) {
  const banned = Object.keys(LAYERS).filter((other) => other !== folder && !LAYERS[folder].includes(other));
  const patterns = [
    { regex: `^${up}(${banned.join("|")})/`, message: `${folder}/ may not import these (docs/architecture.md).` },
    {
      regex: `^${up}(?!(${COMMON.join("|")})\\.ts$)[^/]+\\.ts$`,
      message: `${folder}/ is below the component classes.`,
    },
  ];
  if (folder === "sync")
    patterns.push({
      regex: `^${up}image/(?!(${PURE_IMAGE.join("|")})\\.ts$)`,
      message: "The live side never talks to a registry.",
    });
  if (PURE_FOLDERS.includes(folder)) patterns.push({ regex: IMPURE, message: `${folder}/ is pure.` });
  return patterns;
}

function layer(folder) {
  return [
    restrict([`components/${folder}/*.{ts,mjs}`], patternsFor(folder, "\\.\\./")),
    restrict([`components/${folder}/*/*.{ts,mjs}`], patternsFor(folder, "\\.\\./\\.\\./")),
  ];
}

export const importRules = [
  ...Object.keys(LAYERS).flatMap(layer),
  restrict(
    ["components/*.ts"],
    [
      {
        regex: "^\\./(sync|kubernetes)/",
        message: "The program never talks to the cluster: the provider's delegate imports sync/ at run time.",
      },
    ],
  ),
  restrict(
    ["stacks/**/*.ts"],
    [{ regex: "^\\.\\./components/(?!application/)[^/]+/", message: "stacks/ uses the component classes only." }],
  ),
];
