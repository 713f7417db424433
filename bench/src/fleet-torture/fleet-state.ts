/** What the store holds of a fleet: read from its actors, without asking them. */
import type { NodeView } from '@belfry/protocol';
import type { Store } from '@belfry/store';
import type { LiveAttempt } from './dead-watch.ts';

/** The attempts that a job waits for. */
export async function liveAttempts(store: Store, job: string): Promise<LiveAttempt[]> {
  const view = await store.actors.peek(`job/${job}`);
  if (view?.state == null) return [];
  const { attempts } = JSON.parse(view.state) as { attempts: Record<string, { node: string }> };
  return Object.entries(attempts).map(([attempt, { node }]) => ({ attempt, node }));
}

/** Actors that somebody would have to look at. */
export async function actorProblems(store: Store): Promise<string[]> {
  const problems: string[] = [];
  for (let cursor: string | null = null; ;) {
    const page = await store.actors.list({ limit: 500, ...(cursor === null ? {} : { cursor }) });
    for (const actor of page.actors) {
      const view = await store.actors.peek(actor);
      if (view === null) continue;
      const { suspended, deadLetters } = view;
      if (suspended !== null) problems.push(`${actor}: suspended: ${suspended}`);
      if (deadLetters === 0) continue;
      const [first] = await store.actors.deadLetters(actor);
      problems.push(`${actor}: ${deadLetters} dead letters, the first: ${first?.error}`);
    }
    if (page.cursor === null) return problems;
    cursor = page.cursor;
  }
}

/** What jobs and nodes counted of each other must be the same: each result was counted once on either side. */
export interface Tally {
  readonly completed: number;
  readonly failed: number;
  readonly disputed: number;
}

export function tallyProblems(
  jobs: Tally,
  nodes: readonly Pick<NodeView, 'completed' | 'failed' | 'disagreed'>[],
): string[] {
  const sum = (of: (node: (typeof nodes)[number]) => number): number =>
    nodes.reduce((total, node) => total + of(node), 0);
  const pairs = [
    ['completed', jobs.completed, sum(({ completed }) => completed)],
    ['failed', jobs.failed, sum(({ failed }) => failed)],
    ['disputed', jobs.disputed, sum(({ disagreed }) => disagreed)],
  ] as const;
  return pairs.flatMap(([what, ofJobs, ofNodes]) =>
    ofJobs === ofNodes ? [] : [`${what}: jobs count ${ofJobs}, their nodes ${ofNodes}`],
  );
}
