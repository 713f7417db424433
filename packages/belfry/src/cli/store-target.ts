import type { SubscriptionEvent } from '../operations/channel-operations.ts';
import type { OperationInput, OperationName, OperationResult } from '../operations/operations.ts';
import type { Invocation } from './command.ts';

/** How long one listens. */
export interface Listening {
  /** Ends it. */
  readonly signal: AbortSignal;
  /** From now on nothing is missed. */
  onListening(): void;
}

/** Where a command's operations run: in this process on the store itself, or in the server that has it open. */
export interface StoreTarget extends AsyncDisposable {
  run<N extends OperationName>(name: N, input: OperationInput<N>): Promise<OperationResult<N>>;
  /** Tells `sink` what comes. */
  subscribe(
    channel: string,
    sink: (event: SubscriptionEvent) => void,
    listening: Listening,
  ): Promise<void>;
}

/** See `findTarget`. It is loaded when it is needed: the drivers of both stores come with it. */
export async function openTarget(invocation: Invocation): Promise<StoreTarget> {
  const { findTarget } = await import('./open-target.ts');
  return findTarget(invocation);
}
