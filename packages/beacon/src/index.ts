export * from './beacon.ts';
export * from './config.ts';
export * from './core/actor-kinds.ts';
export { parseDuration } from './core/duration.ts';
export { historyPolicyFor, type NamespacesConfig } from './core/namespaces.ts';
export * from './log.ts';
export { RpcError, type RpcContext, type RpcHandler } from './runtime/rpc.ts';
export * from './snapshot.ts';
export { isOriginAllowed } from './ws/origin.ts';
