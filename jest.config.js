/** Sources are compiled to CommonJS by SWC; inquirer, which is ESM only, is never loaded in process (see test/cli/pty). */
module.exports = {
  testEnvironment: 'node',
  // What takes long says so itself; the rest may wait for a machine that has other things to do.
  testTimeout: 30_000,
  roots: ['<rootDir>/test'],
  testMatch: ['**/*.test.ts'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: { parser: { syntax: 'typescript' }, target: 'es2022' },
        module: { type: 'commonjs', ignoreDynamic: true },
        sourceMaps: 'inline',
      },
    ],
    'node_modules/(?:diff|unbash|@noble/hashes)/.+\\.js$': ['@swc/jest', { jsc: { target: 'es2022' }, module: { type: 'commonjs' } }],
  },
  transformIgnorePatterns: ['/node_modules/(?!(?:diff|unbash|@noble/hashes)/)'],
  coverageProvider: 'v8',
};
