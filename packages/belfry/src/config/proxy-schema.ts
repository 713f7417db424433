import { z } from 'zod';
import { duration, flag, group, optionalText, special, text, texts, whole } from './field.ts';
import { clientTls } from './tls-schema.ts';

const endpoint = z.string().regex(/^https?:\/\/\S+$/);

/** An application's, or the protocol's own. */
const errorCode = z.int().refine((n) => (n >= 400 && n <= 1999) || (n >= 100 && n <= 112));
const disconnectCode = z.int().min(3000).max(4999);
const transform = z
  .strictObject({
    status_code: special(z.int().min(100).max(599), {
      kind: 'number',
      doc: 'The HTTP status.',
      expects: 'an HTTP status',
      fallback: undefined,
    }),
    to_error: z
      .strictObject({
        code: errorCode,
        message: z.string().default(''),
        temporary: z.boolean().default(false),
      })
      .optional(),
    to_disconnect: z
      .strictObject({ code: disconnectCode, reason: z.string().default('') })
      .optional(),
  })
  .refine((each) => (each.to_error === undefined) !== (each.to_disconnect === undefined));

/** The options of a proxy. */
export function proxyFields() {
  return {
    endpoint: optionalText('Where the backend answers.', {
      secret: 'url',
      shape: endpoint,
      expects: 'a URL that begins with http:// or https://',
    }),
    timeout: duration('1s', 'How long an answer may take.', { minMs: 10 }),
    http_headers: texts([], "Headers of the client's request that are passed on."),
    emulated_headers: texts(
      [],
      'Headers that a client wrote into its connect command and that are passed on where the request has none of that name. The client says what they are: pass on only what the backend verifies.',
    ),
    binary_encoding: flag(false, 'Data travels as base64, in `b64data`.'),
    include_connection_meta: flag(false, 'The `meta` of the connection is in every request.'),
    concurrency: whole(
      256,
      [1, 100_000],
      'Belfry: the most requests under way at once in this process; more wait until their time is up.',
    ),
    queue_size: special(z.int().min(1).max(1_000_000).optional(), {
      kind: 'number',
      doc: 'Belfry: the most requests that wait for that; further ones fail at once. Default 4096.',
      expects: 'a whole number from 1 to 1000000',
      fallback: undefined,
    }),
    response_size_limit: whole(
      1_048_576,
      [1024, 67_108_864],
      'Belfry: the most bytes of an answer.',
    ),
    http: group({
      sign_secret: optionalText(
        'Belfry: requests carry an HMAC-SHA256 by this secret in `X-Belfry-Signature`, so that the backend knows that they are ours and new.',
        { secret: true },
      ),
      static_headers: special(z.record(z.string().min(1), z.string()).prefault({}), {
        kind: 'json',
        doc: 'Headers of every request, e.g. a secret that the backend knows us by.',
        expects: 'an object of names and values',
        fallback: {},
        secret: 'values',
      }),
      status_to_code_transforms: special(z.array(transform).prefault([]), {
        kind: 'json',
        doc: 'What a status other than 200 means to the client: an error or a disconnect.',
        expects:
          'a list such as [{"status_code": 404, "to_error": {"code": 404, "message": "not found"}}], each with one of to_error (codes 400 to 1999) and to_disconnect (4000 to 4999)',
        fallback: [],
      }),
      tls: clientTls(),
    }),
  };
}

/** A proxy that is there as `default`. */
export function proxy() {
  return group(proxyFields());
}

/** A proxy that is not used unless it is enabled. */
export function switchedProxy(enabled: string) {
  return group({ enabled: flag(false, enabled), ...proxyFields() });
}

const name = special(z.string().regex(/^[-a-zA-Z0-9_.]{2,}$/), {
  kind: 'string',
  doc: 'What namespaces call it.',
  expects: 'two or more letters, digits, "-", "_" or "."',
  fallback: undefined,
});

/** `proxies` */
export const proxiesSchema = special(
  z.array(z.strictObject({ name, ...proxyFields() })).prefault([]),
  {
    kind: 'json',
    doc: 'Proxies that namespaces of channels and of RPC refer to, each with a `name` and the options of a proxy.',
    expects: 'a list of proxies, each an object with a "name"',
    fallback: [],
  },
);

const rpcOptions = {
  proxy_enabled: flag(false, 'Calls go to a proxy.'),
  proxy_name: text('default', 'Which: one of `proxies`, or `default` for `rpc.proxy`.'),
};

/** `rpc` */
export const rpcSchema = group({
  proxy: proxy(),
  without_namespace: group(rpcOptions),
  namespaces: special(z.array(z.strictObject({ name, ...rpcOptions })).prefault([]), {
    kind: 'json',
    doc: 'Namespaces of methods (`game:move` is in `game`), each with `name`, `proxy_enabled` and `proxy_name`.',
    expects: 'a list of namespaces, each an object with a "name"',
    fallback: [],
  }),
  ping: group({
    enabled: flag(false, 'Answer a method that does nothing.'),
    method: text('ping', 'Its name.'),
  }),
});
