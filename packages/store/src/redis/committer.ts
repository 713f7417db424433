import type { Commit, CommitResult } from '../actor-store.ts';
import { StoreError } from '../store-error.ts';
import type { Batcher } from './batcher.ts';
import { commitBytes, pushCommits, readCommits } from './commit-codec.ts';
import { batcher, partitionIn, placeOf, type Core } from './core.ts';
import type { Relay } from './relay.ts';
import { checkSend } from './sender.ts';
import { checkChannel } from './validate.ts';

const MAX_BATCH = 128;

/** Commits turns, those of one partition together. */
export class Committer {
  readonly #core: Core;
  readonly #relay: Relay;
  readonly #batches: Batcher<Commit, CommitResult>;

  constructor(core: Core, relay: Relay) {
    this.#core = core;
    this.#relay = relay;
    this.#batches = batcher(core, MAX_BATCH, (partition, commits) => this.#run(partition, commits));
  }

  /** All of them have ended when it settles; it rejects when any failed. */
  async commit(batch: readonly Commit[]): Promise<CommitResult[]> {
    for (const commit of batch) this.#check(commit);
    const ended = await Promise.allSettled(
      batch.map((commit) =>
        this.#batches.add(partitionIn(this.#core, commit.actor), commit, commitBytes(commit)),
      ),
    );
    return ended.map((result) => {
      if (result.status === 'rejected') throw result.reason as Error;
      return result.value;
    });
  }

  #check(commit: Commit): void {
    const partition = partitionIn(this.#core, commit.actor);
    for (const send of commit.sends) checkSend(send);
    for (const { channel } of commit.publications) checkChannel(channel);
    for (const channel of commit.forget) {
      checkChannel(channel);
      if (partitionIn(this.#core, channel) !== partition) {
        throw new StoreError(
          'invalid',
          `forget: channel ${JSON.stringify(channel)} is not in the partition of ${commit.actor}; only such channels can be forgotten in its commit`,
        );
      }
    }
  }

  async #run(partition: number, commits: readonly Commit[]): Promise<readonly CommitResult[]> {
    const { link, counters, places } = this.#core;
    const args = link.head('commit');
    pushCommits(args, commits, { partition, partitions: places.length });
    const reply = (await link.run(placeOf(this.#core, partition), args, {
      internal: true,
    })) as (number | string[])[];
    counters.addStats(reply[0]);
    if (reply[2] === 1) this.#relay.start(partition);
    const results = readCommits(reply, commits);
    for (const [i, { status }] of results.entries()) {
      counters.add(status === 'stale' ? 'stale_commits' : 'commits');
      if (status === 'committed')
        counters.add('publications', commits[i]?.publications.length ?? 0);
    }
    return results;
  }
}
