import type { ApiMethod, ServerApi } from '@belfry/protocol';

/** The name of a method in TypeScript: `presence_stats` → `presenceStats`. */
type CamelCase<Name extends string> = Name extends `${infer Head}_${infer Tail}`
  ? `${Head}${Capitalize<CamelCase<Tail>>}`
  : Name;

/** Every method of the server API as a function. */
export type ApiCalls<Options extends readonly unknown[]> = {
  readonly [M in ApiMethod as CamelCase<M>]: (
    request: ServerApi[M]['request'],
    ...options: Options
  ) => Promise<ServerApi[M]['result']>;
};

const METHODS: Readonly<Record<ApiMethod, true>> = {
  publish: true,
  broadcast: true,
  subscribe: true,
  unsubscribe: true,
  disconnect: true,
  refresh: true,
  presence: true,
  presence_stats: true,
  history: true,
  history_remove: true,
  info: true,
  channels: true,
  rpc: true,
  connections: true,
  block_user: true,
  unblock_user: true,
  revoke_token: true,
  invalidate_user_tokens: true,
};

/** Makes the functions, all of one that calls a method by its name. */
export function apiCalls<Options extends readonly unknown[]>(
  call: (method: ApiMethod, request: object, ...options: Options) => Promise<unknown>,
): ApiCalls<Options> {
  const calls = (Object.keys(METHODS) as ApiMethod[]).map((method) => [
    method.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase()),
    (request: object, ...options: Options) => call(method, request, ...options),
  ]);
  return Object.fromEntries(calls) as ApiCalls<Options>;
}

/** A publish that may be sent again needs a key, by which the server knows it. */
export function repeatable(method: ApiMethod, request: object): object {
  if (method !== 'publish' && method !== 'broadcast') return request;
  const { idempotency_key: key } = request as ServerApi['publish']['request'];
  return key === undefined || key === ''
    ? { ...request, idempotency_key: crypto.randomUUID() }
    : request;
}
