import { API_METHODS } from '../config/http-schema.ts';
import type { ResolvedConfig } from '../config/schema.ts';
import type { Route } from './router.ts';

/** Where what is not for clients is served, when that is another place. */
export interface InternalPlace {
  readonly address: string;
  readonly port: number;
}

export function internalPlace({ http_server: http }: ResolvedConfig): InternalPlace | undefined {
  const { internal_port: port, internal_address: address = http.address } = http;
  const place = { address, port: port === 0 ? http.port : port };
  return place.address === http.address && place.port === http.port ? undefined : place;
}

interface Divided {
  readonly outside: readonly Route[];
  readonly inside: readonly Route[];
}

/** What everybody reaches and what is for those inside: the server API, the operators' calls, metrics and the health check. */
export function divideRoutes(routes: readonly Route[], config: ResolvedConfig): Divided {
  const { http_api: api, admin, health, prometheus } = config;
  const prefix = api.handler_prefix.replace(/\/+$/, '');
  // By name, for all paths are under a prefix that is empty.
  const calls = new Set([...API_METHODS, 'openapi.json'].map((method) => `${prefix}/${method}`));
  const isApi = (path: string): boolean => path === prefix || calls.has(path);
  const isAdmin = (path: string): boolean => path.startsWith('/admin/');
  const isInside = ({ path }: Route): boolean =>
    isApi(path) || isAdmin(path) || [health, prometheus].some((at) => at.handler_prefix === path);
  const isOutside = ({ path }: Route): boolean =>
    (api.external && isApi(path)) || (admin.external && isAdmin(path));
  return {
    outside: routes.filter((route) => !isInside(route) || isOutside(route)),
    inside: routes.filter(isInside),
  };
}
