import { availableParallelism } from 'node:os';

export default {
  testMatch: ['<rootDir>/{apps,libs,tools}/**/*.test.ts'],
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '\\.ts$': '@swc/jest' },
  moduleNameMapper: {
    '^#tools/(.*)$': '<rootDir>/tools/$1/index.ts',
    '^#(.*)$': '<rootDir>/libs/$1/index.ts',
    '^(\\.{1,2}/.*)\\.js$': '$1',
  },
  modulePathIgnorePatterns: ['<rootDir>/dist/'],
  testTimeout: 30_000,
  // Most of them wait for processes of their own; with a core less than there are, two would be one.
  maxWorkers: Math.max(2, availableParallelism() - 1),
};
