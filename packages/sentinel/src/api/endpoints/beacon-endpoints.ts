import { createHash, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import type { Endpoint } from '../endpoint.ts';
import { FleetError, nodeError } from '../fleet-error.ts';

/** The header in which a Centrifugo shows the secret. */
export const PROXY_SECRET_HEADER = 'x-belfry-proxy-secret';

const MAX_BYTES = 1_048_576;

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

function asked(use: 'subscribe' | 'publish', summary: string): Endpoint {
  return {
    operation: `beacon_${use}`,
    method: 'POST',
    path: `/beacon/${use}`,
    who: 'beacon',
    summary,
    body: z.looseObject({ user: z.string(), channel: z.string() }),
    answer: z.looseObject({}),
    async handle({ proxySecret, backend }, request) {
      const shown = request.header(PROXY_SECRET_HEADER) ?? '';
      if (proxySecret !== undefined && !timingSafeEqual(digest(shown), digest(proxySecret))) {
        const message = `${PROXY_SECRET_HEADER}: is not centrifugo.proxy_secret.`;
        throw new FleetError(401, 'unauthorized', message);
      }
      const body = await request.body(MAX_BYTES);
      const text = Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8');
      try {
        const value: unknown = JSON.parse(await backend.answer(use, text));
        return { type: 'json', status: 200, value };
      } catch (error) {
        const isInput = error instanceof SyntaxError || error instanceof z.ZodError;
        if (!isInput) throw error;
        throw nodeError('bad_request', 'the body is no proxy request.');
      }
    },
  };
}

/** What a Centrifugo asks that is the Beacon. */
export const BEACON_ENDPOINTS: readonly Endpoint[] = [
  asked('subscribe', 'Whether somebody may be on a channel of the fleet.'),
  asked('publish', 'Whether a node may say how far it is.'),
];
