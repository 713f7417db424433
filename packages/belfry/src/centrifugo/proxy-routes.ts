import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { HttpError } from '../http/http-error.ts';
import { readText } from '../http/json-body.ts';
import { type Route, sendJson } from '../http/router.ts';
import type { ProxyHandler, ProxyUse } from './control-proxy.ts';
import { readQuestion } from './proxy-request.ts';

/** The header in which Centrifugo shows the secret. */
export const SECRET_HEADER = 'X-Belfry-Proxy-Secret';

/** As Centrifugo limits what a client sends, with room for what it says of the connection. */
const MAX_BODY_BYTES = 1_048_576;

export interface ProxyRoutesOptions {
  readonly prefix: string;
  /** `undefined`: none is asked for. */
  readonly secret: string | undefined;
  readonly handlers: Readonly<Record<ProxyUse, ProxyHandler>>;
  readonly onRequest: (use: ProxyUse) => void;
  readonly onUnauthorized: () => void;
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

function secretCheck(secret: string | undefined): (request: IncomingMessage) => boolean {
  if (secret === undefined) return () => true;
  const wanted = digest(secret);
  return ({ headers }) => {
    const shown = headers[SECRET_HEADER.toLowerCase()];
    return typeof shown === 'string' && timingSafeEqual(digest(shown), wanted);
  };
}

/** `POST <prefix>/subscribe` and so on, which Centrifugo's proxies ask. */
export function proxyRoutes(options: ProxyRoutesOptions): Route[] {
  const { secret, handlers, onRequest, onUnauthorized } = options;
  const prefix = options.prefix.replace(/\/+$/, '');
  const isKnown = secretCheck(secret);
  return Object.entries(handlers).map(([use, handle]) => ({
    path: `${prefix}/${use}`,
    methods: {
      async POST(request, response) {
        if (!isKnown(request)) {
          onUnauthorized();
          const message = `${SECRET_HEADER}: is not centrifugo.proxy_secret.`;
          throw new HttpError(401, 'unauthorized', message);
        }
        onRequest(use as ProxyUse);
        const question = readQuestion(await readText(request, MAX_BODY_BYTES));
        if (question === null) {
          throw new HttpError(400, 'bad_request', 'the body is no proxy request of Centrifugo.');
        }
        sendJson(response, 200, await handle(question));
      },
    },
  }));
}
