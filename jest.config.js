/** @type {import('jest').Config} */
export default {
  testMatch: ['**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/', '/.gravity/'],
  modulePathIgnorePatterns: ['<rootDir>/.gravity/'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: {},
  globalSetup: '<rootDir>/shared/src/testing/global-setup.ts',
  globalTeardown: '<rootDir>/shared/src/testing/global-teardown.ts',
  setupFilesAfterEnv: ['<rootDir>/shared/src/testing/retry-in-ci.ts'],
  testTimeout: 30_000,
  maxWorkers: 2,
  // A test that hangs must fail, not hold the run for ever.
  forceExit: true,
}
