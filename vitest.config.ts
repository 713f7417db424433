import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { defaultClientConditions, defaultServerConditions } from 'vite';
import { defineConfig } from 'vitest/config';
import { CountReporter } from './scripts/count-reporter.ts';

const source = '@belfry/source';

// Every thread and process that a test starts strips types from the same source: once is enough. They inherit it.
process.env['NODE_COMPILE_CACHE'] ??= join(import.meta.dirname, 'node_modules/.cache/node');

export default defineConfig({
  resolve: { conditions: [source, ...defaultClientConditions] },
  ssr: { resolve: { conditions: [source, ...defaultServerConditions] } },
  test: {
    include: [
      '{packages,apps,examples}/*/src/**/*.test.{ts,tsx}',
      'bench/src/**/*.test.ts',
      'interop/src/**/*.test.ts',
      'scripts/**/*.test.ts',
    ],
    // Processes that a test starts inherit it by process.execArgv.
    execArgv: [`--conditions=${source}`],
    // Most of a test's time it waits for others: on two cores, two files at once.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    // Real servers are started in tests, on machines with two cores.
    testTimeout: 20_000,
    hookTimeout: 60_000,
    reporters: ['default', new CountReporter()],
  },
});
