import type { ResolvedConfig } from '../config/schema.ts';
import { type Route, sendJson } from '../http/router.ts';
import { healthOf } from './health.ts';
import type { Metrics } from './metrics.ts';
import type { StoreWatch } from './watch-store.ts';

export interface BaseRoutesOptions {
  readonly config: ResolvedConfig;
  readonly storeWatch: StoreWatch;
  readonly metrics: Metrics;
  readonly isStopping: () => boolean;
  /** What an operator should know besides what the store says. */
  readonly warnings?: () => readonly string[];
}

/** `/health` and `/metrics`, which every process serves. */
export function baseRoutes(options: BaseRoutesOptions): Route[] {
  const { config, storeWatch, metrics, isStopping, warnings = () => [] } = options;
  const routes: Route[] = [];
  if (config.health.enabled) {
    routes.push({
      path: config.health.handler_prefix,
      methods: {
        async GET(_request, response) {
          const { roles } = config;
          const look = await storeWatch.look();
          const all = { ...look, warnings: [...look.warnings, ...warnings()] };
          const health = healthOf(all, { roles, stopping: isStopping() });
          sendJson(response, health.status === 'ok' ? 200 : 503, health);
        },
      },
    });
  }
  if (config.prometheus.enabled) {
    routes.push({
      path: config.prometheus.handler_prefix,
      methods: {
        async GET(_request, response) {
          const text = await metrics.text();
          response.writeHead(200, {
            'content-type': metrics.contentType,
            'cache-control': 'no-store',
          });
          response.end(text);
        },
      },
    });
  }
  return routes;
}
