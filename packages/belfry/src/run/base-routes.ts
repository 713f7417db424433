import type { Store } from '@belfry/store';
import type { ResolvedConfig } from '../config/schema.ts';
import { type Route, sendJson } from '../http/router.ts';
import { checkHealth } from './health.ts';
import type { Metrics } from './metrics.ts';

export interface BaseRoutesOptions {
  readonly config: ResolvedConfig;
  readonly store: Store;
  readonly metrics: Metrics;
  readonly isStopping: () => boolean;
}

/** `/health` and `/metrics`, which every process serves. */
export function baseRoutes({ config, store, metrics, isStopping }: BaseRoutesOptions): Route[] {
  const routes: Route[] = [];
  if (config.health.enabled) {
    routes.push({
      path: config.health.handler_prefix,
      methods: {
        async GET(_request, response) {
          const health = await checkHealth(store, { roles: config.roles, stopping: isStopping() });
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
