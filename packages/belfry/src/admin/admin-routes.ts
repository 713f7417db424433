import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ChannelStore } from '@belfry/store';
import { ConfigError } from '../config/config-error.ts';
import { isSameMachine } from '../http/client-address.ts';
import { HttpError } from '../http/http-error.ts';
import { readJsonObject } from '../http/json-body.ts';
import { type Route, sendJson } from '../http/router.ts';
import { checkPublications, follow, subscribeInput } from '../operations/channel-operations.ts';
import { InputError, type OperationContext, OperationError } from '../operations/operation.ts';
import { OPERATIONS, type OperationName } from '../operations/operations.ts';
import { inputProblem, runOperation } from '../operations/run-operation.ts';
import { BAD_INPUT } from './bad-input.ts';

const MAX_BODY_BYTES = 1_048_576;
/** An empty line now and then finds out whether the reader is still there. */
const KEEP_ALIVE_MS = 15_000;
/** A reader that is further behind is let go. */
const MAX_BEHIND_BYTES = 4_194_304;

export interface AdminOptions {
  readonly secret: string;
  readonly context: Omit<OperationContext, 'channels'>;
  /** Makes a view with a listener of its own. */
  readonly channels: () => ChannelStore;
}

const hash = (text: string): Buffer => createHash('sha256').update(text).digest();

function authorize(request: IncomingMessage, secret: string): void {
  // What a proxy on this machine passes on does not come from this machine.
  const proxied = request.headers['x-forwarded-for'] ?? request.headers['forwarded'];
  if (!isSameMachine(request) || proxied !== undefined) {
    throw new HttpError(403, 'forbidden', 'the admin API answers this machine only.');
  }
  const given = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? '';
  if (!timingSafeEqual(hash(given), hash(secret))) {
    throw new HttpError(
      401,
      'unauthorized',
      'authorization: needs the admin secret as a bearer token.',
    );
  }
}

function asHttpError(error: unknown): unknown {
  if (error instanceof InputError) return new HttpError(400, BAD_INPUT, error.message);
  // What was refused, or a module of actors that cannot be loaded: for the caller either way.
  if (error instanceof OperationError || error instanceof ConfigError) {
    return new HttpError(400, 'refused', error.message);
  }
  return error;
}

/** `POST /admin/<operation>` with the operation's input, and `POST /admin/channels.subscribe`, which answers line by line. */
export function adminRoutes({ secret, context, channels }: AdminOptions): Route[] {
  // A view is kept for as long as the store is, so streams that ended hand theirs on.
  const idle: ChannelStore[] = [];
  const own = channels();
  const operationRoute = (name: OperationName): Route => ({
    path: `/admin/${name}`,
    methods: {
      async POST(request, response) {
        authorize(request, secret);
        const input = await readJsonObject(request, MAX_BODY_BYTES);
        try {
          const full = { ...context, channels: own };
          sendJson(response, 200, { result: await runOperation(name, full, input) });
        } catch (error) {
          throw asHttpError(error);
        }
      },
    },
  });

  const subscribe = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    authorize(request, secret);
    const parsed = subscribeInput.safeParse(await readJsonObject(request, MAX_BODY_BYTES));
    if (!parsed.success) throw asHttpError(new InputError(inputProblem(parsed.error)));
    try {
      checkPublications(context, parsed.data.channel);
    } catch (error) {
      throw asHttpError(error);
    }
    const view = idle.pop() ?? channels();
    try {
      await stream(response, view, parsed.data.channel);
    } finally {
      idle.push(view);
    }
  };

  return [
    ...(Object.keys(OPERATIONS) as OperationName[]).map(operationRoute),
    { path: '/admin/channels.subscribe', methods: { POST: subscribe } },
  ];
}

async function stream(
  response: ServerResponse,
  view: ChannelStore,
  channel: string,
): Promise<void> {
  const closed = new Promise<void>((resolve) => response.once('close', resolve));
  const write = (line: string): void => {
    if (response.writableLength > MAX_BEHIND_BYTES) response.destroy();
    else response.write(`${line}\n`);
  };
  const stop = await follow(view, channel, (event) => {
    write(JSON.stringify(event));
  });
  response.writeHead(200, { 'content-type': 'application/x-ndjson', 'cache-control': 'no-store' });
  response.flushHeaders();
  const timer = setInterval(() => {
    write('');
  }, KEEP_ALIVE_MS);
  await closed;
  clearInterval(timer);
  await stop();
}
