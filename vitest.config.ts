import { defaultClientConditions, defaultServerConditions } from 'vite';
import { defineConfig } from 'vitest/config';
import { CountReporter } from './scripts/count-reporter.ts';

const source = '@belfry/source';

export default defineConfig({
  resolve: { conditions: [source, ...defaultClientConditions] },
  ssr: { resolve: { conditions: [source, ...defaultServerConditions] } },
  test: {
    include: [
      '{packages,apps,examples}/*/src/**/*.test.{ts,tsx}',
      'bench/src/**/*.test.ts',
      'scripts/**/*.test.ts',
    ],
    // Processes that a test starts inherit it by process.execArgv.
    execArgv: [`--conditions=${source}`],
    // Real servers are started in tests, on machines with two cores.
    testTimeout: 20_000,
    hookTimeout: 60_000,
    reporters: ['default', new CountReporter()],
  },
});
