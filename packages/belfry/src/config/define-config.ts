import type { BelfryConfig } from './schema.ts';

/**
 * Types a config file: `export default defineConfig({ … })` in `belfry.config.ts`. Returns what it is given; the values are checked
 * when Belfry loads them.
 */
export function defineConfig(config: BelfryConfig): BelfryConfig {
  return config;
}
