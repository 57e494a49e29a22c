const shared = {
  extensionsToTreatAsEsm: [".ts"],
  transform: { "\\.ts$": "<rootDir>/tools/jest-strip-types.mjs" },
  testEnvironment: "node",
};

/** Tests with real programs: one sandbox for all of them, started once. */
const real = {
  ...shared,
  globalSetup: "<rootDir>/test/support/global-setup.mjs",
  globalTeardown: "<rootDir>/test/support/global-teardown.mjs",
  setupFilesAfterEnv: ["<rootDir>/test/support/timeout.mjs"],
};

export default {
  // A control plane runs beside them.
  maxWorkers: 2,
  // Of a unit test, on a machine that has other things to do as well.
  testTimeout: 30_000,
  projects: [
    { ...shared, displayName: "unit", testMatch: ["<rootDir>/{components,stacks,tools,bench}/**/*.test.ts"] },
    { ...real, displayName: "integration", testMatch: ["<rootDir>/test/integration/**/*.test.ts"] },
    { ...real, displayName: "e2e", testMatch: ["<rootDir>/test/e2e/**/*.test.ts"] },
  ],
};
