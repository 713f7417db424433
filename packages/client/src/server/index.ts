export type {
  ApiBatchResult,
  ApiConnection,
  ApiMethod,
  ApiPublication,
  ServerApi,
} from '@belfry/protocol';
export { BelfryError, type BelfryErrorCode } from '../belfry-error.ts';
export type { ControlMessageOf, DefinitionLike, InternalMessageOf } from '../definition-types.ts';
export type { CallOptions } from './api-caller.ts';
export type { ApiCalls } from './api-calls.ts';
export * from './server-client.ts';
