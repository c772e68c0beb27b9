/** Tests run as ES modules on the TypeScript sources; .ci/test names the suites, and package.json says what is in each. */
export default {
  testEnvironment: 'node',
  roots: ['<rootDir>/test'],
  // Device tests need root and packages, so they run alone: npm run test:devices.
  testMatch: process.env.TEST_DEVICES
    ? ['**/test/devices/*.test.ts']
    : ['**/*.test.ts', '!**/test/devices/**'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: {
          parser: { syntax: 'typescript' },
          target: 'es2024',
          experimental: { keepImportAttributes: true },
        },
        module: { type: 'es6' },
      },
    ],
  },
  cacheDirectory: '<rootDir>/.cache/jest',
  maxWorkers: 2,
};
