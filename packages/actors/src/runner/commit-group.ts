import { StoreError, type CommitResult, type Millis } from '@belfry/store';
import type { PendingTurn } from './pending-turn.ts';
import type { RunnerContext } from './runner-context.ts';

export interface CommitGroupInput {
  readonly context: RunnerContext;
  /** Of one partition. */
  readonly group: readonly PendingTurn[];
  /** The store answered; the commit was sent at `sentAt` of the local clock. */
  readonly settle: (pending: PendingTurn, result: CommitResult, sentAt: Millis) => void;
  /** Nobody knows whether these applied. */
  readonly unknown: (pending: readonly PendingTurn[], error: unknown) => void;
}

/** Commits turns together and tells how each ended. Never rejects; false: the store did not answer. */
export async function commitGroup(input: CommitGroupInput): Promise<boolean> {
  const { context, group, unknown } = input;
  try {
    await commitTogether(input, group);
    return true;
  } catch (error) {
    const hopeless = error instanceof StoreError && !error.temporary && error.code !== 'closed';
    if (!hopeless || group.length === 1 || context.phase === 'stopped') {
      unknown(group, error);
      return hopeless;
    }
    // One commit that the store will never take must not take its group along; repeating the others is safe by their versions.
    for (const pending of group) {
      try {
        await commitTogether(input, [pending]);
      } catch (error) {
        unknown([pending], error);
      }
    }
    return true;
  }
}

async function commitTogether(
  { context, settle, unknown }: CommitGroupInput,
  group: readonly PendingTurn[],
): Promise<void> {
  const { actors, clock, limit, metrics } = context;
  const sentAt = clock.local();
  const results = await actors.commit(group.map(({ commit }) => commit));
  const now = clock.local();
  metrics.commitMs.observe(now - sentAt);
  if (limit.answered('commit', sentAt, now)) metrics.counters.limit_reductions++;
  for (const [i, pending] of group.entries()) {
    const result = results[i];
    if (result !== undefined) settle(pending, result, sentAt);
    else unknown([pending], new Error('the store did not answer for this commit'));
  }
}
