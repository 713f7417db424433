import { z } from 'zod';
import { duration, group, optionalText, text, whole } from './field.ts';

/** Centrifugo counts in whole seconds, and looks every second at most for subscriptions to tell of again. */
export const SHORTEST_PRESENCE_MS = 10_000;

const url = z.string().regex(/^https?:\/\/[^\s?#]+$/);

/** What a worker must know of a Centrifugo that takes the Beacon's place. */
export const centrifugoSchema = group({
  api_url: optionalText(
    'Where the server API of Centrifugo is, with its path, e.g. `http://centrifugo:8000/api`.',
    {
      shape: url,
      expects: 'a URL that begins with http:// or https://',
      secret: 'url',
    },
  ),
  api_key: optionalText('The `http_api.key` of Centrifugo.', { secret: true }),
  timeout: duration('5s', 'How long one request to it may take.', { minMs: 50 }),
  concurrency: whole(
    16,
    [1, 1_000],
    'The most requests to it that are under way at once in this process; the publications of one partition are always sent one request after the other.',
  ),
  batch_size: whole(256, [1, 10_000], 'The most publications in one request.'),
  queue_limit: whole(
    1_000_000,
    [1_000, 500_000_000],
    'The most publications per partition that wait for it while it is away. Twice as many fit; what comes beyond that becomes dead letters of the relay.',
  ),
  handler_prefix: text(
    '/centrifugo',
    'The path under which this process answers the proxies of Centrifugo.',
    { expects: 'a path that begins with "/"' },
  ),
  proxy_secret: optionalText(
    'What Centrifugo shows in the header `X-Belfry-Proxy-Secret` of its proxy requests. Needed in production: whoever can ask without it can be any user.',
    { secret: true },
  ),
  proxy_url: optionalText(
    'Where Centrifugo reaches this process, for `belfry centrifugo-config`, e.g. `http://workers:8001`. Default: `http_server.address` and `http_server.port`.',
    { shape: url, expects: 'a URL that begins with http:// or https://', secret: 'url' },
  ),
  presence_ttl: duration(
    '90s',
    'When a connection that Centrifugo has not told of again counts as gone from a control channel, where the namespace has no `presence_ttl`. Centrifugo tells of it every third of that, at most every 10 to 17 seconds; where no worker answers it, after a minute. With several workers behind `centrifugo.proxy_url`, 20s is enough.',
    { minMs: SHORTEST_PRESENCE_MS },
  ),
});
