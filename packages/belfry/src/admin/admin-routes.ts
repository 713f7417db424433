import type { IncomingMessage, ServerResponse } from 'node:http';
import { type ChannelStore, StoreError } from '@belfry/store';
import { ConfigError } from '../config/config-error.ts';
import { clientAddress } from '../http/client-address.ts';
import { HttpError } from '../http/http-error.ts';
import { readJsonObject } from '../http/json-body.ts';
import { type Route, sendJson } from '../http/router.ts';
import type { Logger } from '../log/logger.ts';
import { checkPublications, subscribeInput } from '../operations/channel-operations.ts';
import { InputError, type OperationContext, OperationError } from '../operations/operation.ts';
import { OPERATIONS, type OperationName } from '../operations/operations.ts';
import { inputProblem, runOperation } from '../operations/run-operation.ts';
import { accessOf, type AdminAccessOptions, mustBeAllowed } from './admin-access.ts';
import { BAD_INPUT } from './bad-input.ts';
import { streamChannel } from './stream-channel.ts';

const MAX_BODY_BYTES = 1_048_576;
/** The most streams at once: each has a subscription of its own in the store. */
const MAX_STREAMS = 64;

export interface AdminOptions extends AdminAccessOptions {
  readonly context: Omit<OperationContext, 'channels'>;
  /** Makes a view with a listener of its own. */
  readonly channels: () => ChannelStore;
  readonly clientIpHeader: string | undefined;
  readonly log: Pick<Logger, 'info'>;
}

function asHttpError(error: unknown): unknown {
  if (error instanceof InputError) return new HttpError(400, BAD_INPUT, error.message);
  // What was refused, or a module of actors that cannot be loaded: for the caller either way.
  if (error instanceof OperationError || error instanceof ConfigError) {
    return new HttpError(400, 'refused', error.message);
  }
  if (error instanceof StoreError && error.code !== 'invalid') {
    return new HttpError(503, 'store_unavailable', `the store does not answer: ${error.message}`);
  }
  return error;
}

/** What a change was made to, for the log: names, and nothing that was sent. */
function targetOf(input: Record<string, unknown>): Record<string, unknown> {
  const names = ['channel', 'actor', 'user', 'client'];
  return Object.fromEntries(Object.entries(input).filter(([name]) => names.includes(name)));
}

/** `POST /admin/<operation>` with the operation's input, and `POST /admin/channels.subscribe`, which answers line by line. */
export function adminRoutes(options: AdminOptions): Route[] {
  const { context, channels, stats, log, clientIpHeader } = options;
  // A view is kept for as long as the store is, so streams that ended hand theirs on.
  const idle: ChannelStore[] = [];
  const own = channels();
  const operationRoute = (name: OperationName): Route => ({
    path: `/admin/${name}`,
    methods: {
      async POST(request, response) {
        const access = await accessOf(request, options);
        const { changes } = OPERATIONS[name];
        if (changes) mustBeAllowed(access, stats);
        const input = await readJsonObject(request, MAX_BODY_BYTES);
        try {
          const full = { ...context, channels: own };
          const result = await runOperation(name, full, input);
          if (changes) {
            stats.changes++;
            const address = clientAddress(request, clientIpHeader);
            log.info(
              { operation: name, address, ...targetOf(input) },
              'an operator changed things',
            );
          }
          sendJson(response, 200, { result });
        } catch (error) {
          throw asHttpError(error);
        }
      },
    },
  });

  const subscribe = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { expiresAt } = await accessOf(request, options);
    const parsed = subscribeInput.safeParse(await readJsonObject(request, MAX_BODY_BYTES));
    if (!parsed.success) throw asHttpError(new InputError(inputProblem(parsed.error)));
    if (stats.streams >= MAX_STREAMS) {
      const message = `${MAX_STREAMS} channels are being watched here already; try again later.`;
      throw new HttpError(503, 'too_many_streams', message);
    }
    stats.streams++;
    const view = idle.pop() ?? channels();
    try {
      checkPublications(context, parsed.data.channel);
      await streamChannel(response, view, {
        what: parsed.data,
        expiresAt,
        onDropped: () => stats.streamsDropped++,
      });
    } catch (error) {
      throw asHttpError(error);
    } finally {
      stats.streams--;
      idle.push(view);
    }
  };

  return [
    ...(Object.keys(OPERATIONS) as OperationName[]).map(operationRoute),
    { path: '/admin/channels.subscribe', methods: { POST: subscribe } },
  ];
}
