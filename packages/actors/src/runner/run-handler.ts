import { parseActorKey } from '@belfry/protocol';
import type { ConsumerBatch } from '../core/consumer-batch.ts';
import type { ConsumerMessage } from '../define-consumer.ts';
import type { HeldConsumer } from './held-consumer.ts';

const TIMEOUT_MS = 30_000;

/** How a handler ended. */
export type Handled =
  | {
      readonly type: 'done';
      readonly count: number;
      readonly discarded: ReadonlyMap<ConsumerMessage, string>;
    }
  | { readonly type: 'failed'; readonly error: unknown }
  /** The consumer is not this process's any more. */
  | { readonly type: 'lost' };

/** Why a handler was ended. */
class HandlerTimeout extends Error {
  override readonly name = 'HandlerTimeout';
}

/** Runs the handler of a consumer on a batch that is not empty. Never rejects. */
export async function runHandler(
  held: HeldConsumer,
  { items }: ConsumerBatch,
  attempt: number,
): Promise<Handled> {
  const { actor, definition } = held;
  const { handle, timeoutMs = TIMEOUT_MS } = definition.consumer;
  const abort = new AbortController();
  const { promise: ended, reject } = Promise.withResolvers<never>();
  abort.signal.addEventListener('abort', () => reject(abort.signal.reason));
  const timer = setTimeout(
    () => abort.abort(new HandlerTimeout(`the handler took longer than ${timeoutMs} ms`)),
    timeoutMs,
  );
  held.abort = abort;
  const discarded = new Map<ConsumerMessage, string>();
  const messages = items.map(({ message }) => message);
  try {
    const result: unknown = await Promise.race([
      handle(messages, {
        id: parseActorKey(actor)?.id ?? actor,
        key: actor,
        attempt,
        signal: abort.signal,
        discard: (message, reason) => void discarded.set(message, reason),
      }),
      ended,
    ]);
    return doneOf(result, { length: messages.length, discarded });
  } catch (error) {
    return held.gone ? { type: 'lost' } : { type: 'failed', error };
  } finally {
    clearTimeout(timer);
    held.abort = null;
  }
}

function doneOf(
  result: unknown,
  {
    length,
    discarded,
  }: { readonly length: number; readonly discarded: ReadonlyMap<ConsumerMessage, string> },
): Handled {
  const count = result === undefined ? length : Number(result);
  if (Number.isInteger(count) && count > 0 && count <= length) {
    return { type: 'done', count, discarded };
  }
  const error = new TypeError(
    `the handler resolved to ${String(result)}; let it resolve to how many of its ${length} messages are done, at least 1, or to nothing for all, and throw when none is`,
  );
  return { type: 'failed', error };
}
