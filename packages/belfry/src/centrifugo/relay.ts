import {
  defineConsumer,
  type AnyConsumerDefinition,
  type ConsumerContext,
  type ConsumerMessage,
} from '@belfry/actors';
import { z } from 'zod';
import { createApiCaller, type ApiCaller, type ApiReply } from './api-caller.ts';
import { RELAY } from './relay-actors.ts';
import type { RelayState } from './relay-state.ts';

/** About the most text in one request, in characters. One publication may have more. */
const MAX_LENGTH = 1_048_576;

const command = z.union([
  z.strictObject({ publish: z.looseObject({ channel: z.string() }) }),
  z.strictObject({ history_remove: z.strictObject({ channel: z.string() }) }),
]);
type Command = z.output<typeof command>;

export interface RelayOptions {
  readonly apiUrl: string;
  readonly apiKey: string;
  readonly timeoutMs: number;
  readonly concurrency: number;
  readonly batchSize: number;
  readonly queueLimit: number;
  readonly state: RelayState;
}

/** Says that the other side failed, and may not the next time. */
class RelayError extends Error {
  override readonly name = 'RelayError';
}

/**
 * The consumers that publish through Centrifugo. They go on trying for ever: what waits stays in the store and in order. Each
 * publication has the key of its message, so a request that is repeated publishes nothing twice within the time for which Centrifugo
 * remembers keys (5 minutes).
 */
export function defineRelay(options: RelayOptions): AnyConsumerDefinition {
  const { state, timeoutMs, concurrency, batchSize, queueLimit } = options;
  const call = createApiCaller(options);
  return defineConsumer(RELAY, {
    schema: command,
    batch: batchSize,
    concurrency,
    // The request has its own time-out, which says more.
    timeoutMs: timeoutMs + 5_000,
    maxAttempts: Infinity,
    firstPauseMs: 100,
    longestPauseMs: 5_000,
    inboxLimit: queueLimit,
    async handle(batch, ctx) {
      const some = batch.slice(0, sizeOf(batch));
      state.counters.requests++;
      try {
        const replies = await ask(call, some, ctx.signal);
        const done = settle(some, replies, { ctx, state });
        state.worked();
        return done;
      } catch (error) {
        // A lost lease says nothing of Centrifugo.
        if (!ctx.signal.aborted)
          state.failed(error instanceof Error ? error.message : String(error));
        throw error;
      }
    },
  });
}

type Messages = readonly ConsumerMessage<Command>[];

/**
 * How many go into one request. A request ends with a removal: were it repeated with publications behind it, it would remove
 * those as well.
 */
function sizeOf(batch: Messages): number {
  let length = 0;
  for (const [i, { data }] of batch.entries()) {
    if ('history_remove' in data) return i + 1;
    length += JSON.stringify(data).length;
    if (length > MAX_LENGTH) return Math.max(1, i);
  }
  return batch.length;
}

function ask(call: ApiCaller, batch: Messages, signal: AbortSignal): ReturnType<ApiCaller> {
  const commands = batch.map(({ data, key }) =>
    'publish' in data ? { publish: { ...data.publish, idempotency_key: key } } : data,
  );
  return call(commands, signal);
}

const TEMPORARY: ReadonlySet<number> = new Set([100, 111]);

/** How many from the beginning are over; throws when the first of them is to be tried again. */
function settle(
  batch: Messages,
  replies: readonly ApiReply[] | 'refused',
  { ctx, state }: { readonly ctx: ConsumerContext; readonly state: RelayState },
): number {
  for (const [i, message] of batch.entries()) {
    const reply = replies === 'refused' ? undefined : replies[i];
    if (replies === 'refused') {
      // Which one it is, is known when the first is alone.
      if (batch.length > 1) throw new RelayError('a request was refused');
      refuse(message, 'the request was refused', { ctx, state });
      continue;
    }
    if (reply === undefined) throw new RelayError('an answer does not have a reply to everything');
    const { error } = reply;
    if (error === undefined) {
      if ('publish' in message.data) state.counters.published++;
    } else if (TEMPORARY.has(error.code)) {
      if (i > 0) return i;
      throw new RelayError(`${error.code} ${error.message}`);
    } else if ('publish' in message.data) {
      refuse(message, `${error.code} ${error.message}`, { ctx, state });
    }
    // A channel that keeps no history has none to remove.
  }
  return batch.length;
}

function refuse(
  message: ConsumerMessage<Command>,
  reason: string,
  { ctx, state }: { readonly ctx: ConsumerContext; readonly state: RelayState },
): void {
  const { data } = message;
  const { channel } = 'publish' in data ? data.publish : data.history_remove;
  state.refused(channel, reason);
  ctx.discard(message, `Centrifugo: ${reason}`);
}
