export { apiKeys, FULL_ACCESS, type ApiAccess, type ApiKey } from './api/api-key.ts';
export { API_METHODS } from './api/methods.ts';
export type { ApiStats } from './api/api-stats.ts';
export { openApiDescription } from './api/open-api.ts';
export {
  createServerApi,
  statusOf,
  type ApiAnswer,
  type ServerApiOptions,
  type ServerApiService,
} from './api/server-api.ts';
export * from './auth/connection-check.ts';
export * from './beacon.ts';
export * from './bus/messages.ts';
export * from './bus/node-bus.ts';
export * from './config.ts';
export type * from './config/duration.ts';
export type * from './config/proxies.ts';
export type * from './config/rate-limits.ts';
export type * from './config/transports.ts';
export * from './control/beacon-control.ts';
export * from './control/control-error.ts';
export type * from './control/load.ts';
export * from './core/actor-kinds.ts';
export {
  controlEvents,
  controlSend,
  controlTarget,
  openEnvelope,
  type ControlTarget,
} from './core/control-channel.ts';
export { parseDuration } from './core/duration.ts';
export { historyPolicyFor, type NamespacesConfig } from './core/namespaces.ts';
export type { Revoked } from './core/revocations.ts';
export type { ServerRefresh, ServerSubscribe, SessionFilter } from './core/server-side.ts';
export * from './log.ts';
export { RpcError, type RpcContext, type RpcHandler } from './runtime/rpc.ts';
export type * from './proxy/proxy-backend.ts';
export type * from './proxy/proxy-meter.ts';
export { readAnnouncement } from './runtime/performer.ts';
export * from './snapshot.ts';
export { isOriginAllowed } from './ws/origin.ts';
