import { z } from 'zod';
import { flag, group, oneOf, optionalText, special, text, whole } from './field.ts';
import { serverTls } from './tls-schema.ts';

/** What a key of the server API can be good for, besides single methods. */
export const API_SCOPES = ['*', 'read', 'write'] as const;

/** The methods of the server API. */
export const API_METHODS = [
  'publish',
  'broadcast',
  'subscribe',
  'unsubscribe',
  'disconnect',
  'refresh',
  'presence',
  'presence_stats',
  'history',
  'history_remove',
  'info',
  'rpc',
  'channels',
  'connections',
  'batch',
  'block_user',
  'unblock_user',
  'revoke_token',
  'invalidate_user_tokens',
] as const;

const scopes = z
  .array(z.enum([...API_SCOPES, ...API_METHODS]))
  .min(1)
  .default(['*']);

const apiKeys = special(
  z
    .array(
      z.strictObject({
        name: special(z.string().min(1).max(64), {
          kind: 'string',
          doc: 'What logs and metrics call it.',
          expects: 'a string of 1 to 64 characters',
          fallback: undefined,
        }),
        key: special(z.string().min(1).optional(), {
          kind: 'string',
          doc: 'What callers show. Either this or `key_hash`.',
          expects: 'a string that is not empty',
          fallback: undefined,
          secret: true,
        }),
        key_hash: special(
          z
            .string()
            .regex(/^[0-9a-f]{64}$/i)
            .optional(),
          {
            kind: 'string',
            doc: 'The SHA-256 of the key in hexadecimal digits, so that the file need not have the key.',
            expects: '64 hexadecimal digits, such as `printf %s KEY | sha256sum` prints',
            fallback: undefined,
          },
        ),
        scopes: special(scopes, {
          kind: 'list',
          doc: 'What it is good for: methods, `read` (those that change nothing), `write` (the others) or `*`.',
          expects: 'a list of methods, "read", "write" or "*"',
          fallback: ['*'],
        }),
        channels: special(z.array(z.string().min(1)).min(1).optional(), {
          kind: 'list',
          doc: 'Only these channels, `*` standing for any text. Methods that name no channel then have to be among the scopes by name. Default: all.',
          expects: 'a list of channels',
          fallback: undefined,
        }),
      }),
    )
    .prefault([]),
  {
    kind: 'json',
    doc: 'Belfry: more keys, each with a `name`, a `key` (or the SHA-256 of it as `key_hash`), its `channels` (default: all) and its `scopes`: methods of the API, `read` (those that change nothing), `write` (the others) or `*` (the default).',
    expects: 'a list such as [{"name": "backend", "key": "…", "scopes": ["publish", "read"]}]',
    fallback: [],
  },
);

/** What is served over HTTP besides the transports. */
export const httpSchemas = {
  http_server: group({
    address: text('127.0.0.1', 'The address to listen on; `0.0.0.0` or `::` for all.', {
      flag: 'address',
    }),
    port: whole(8_000, [0, 65_535], {
      doc: 'The port to listen on; 0: any free one. A process without the role `beacon` listens only when its flag or environment gives a port, and then serves `/health` and `/metrics` only.',
      flag: 'port',
      env: 'PORT',
    }),
    internal_address: optionalText(
      'The address that what is not for clients listens on: the server API, the calls of operators, metrics and the health check. Default: `address`.',
    ),
    internal_port: whole(0, [0, 65_535], 'The port of that; 0: `port`.'),
    client_ip_header: optionalText(
      'The header in which a reverse proxy passes on the address of the client, e.g. `x-real-ip`. Set it only behind a proxy that always sets it.',
    ),
    tls: serverTls(),
  }),
  http_api: group({
    disabled: flag(false, 'Serve no server API.'),
    external: flag(
      false,
      'Serve it where clients connect, too, when there is an `internal_port` or an `internal_address`.',
    ),
    handler_prefix: text('/api', 'The path that its methods are under.'),
    key: optionalText('What callers show as `X-API-Key`; it is good for everything.', {
      secret: true,
    }),
    keys: apiKeys,
    error_mode: oneOf(['', 'transport'], '', {
      doc: '`transport`: errors are HTTP statuses. Otherwise they come with status 200, in `error`.',
    }),
    insecure: flag(false, 'Development only: callers need no key.'),
  }),
  health: group({
    enabled: flag(true, 'Serve the health check.'),
    handler_prefix: text('/health', 'Its path.'),
  }),
  prometheus: group({
    enabled: flag(true, 'Serve metrics.'),
    handler_prefix: text('/metrics', 'Their path.'),
  }),
};
