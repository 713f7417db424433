import type { Commit, CommitResult } from '../actor-store.ts';
import { StoreError } from '../store-error.ts';
import { MAX_BATCH_BYTES, type Batcher } from './batcher.ts';
import { commitBytes, pushCommits, readCommits } from './commit-codec.ts';
import { batcher, partitionIn, placeOf, type Core } from './core.ts';
import type { Relay } from './relay.ts';
import { checkSend } from './sender.ts';
import { checkChannel } from './validate.ts';

const MAX_BATCH = 128;

/** Commits of one partition that a caller wants together. */
type Group = readonly Commit[];

/** Commits turns, those of one partition together. */
export class Committer {
  readonly #core: Core;
  readonly #relay: Relay;
  readonly #batches: Batcher<Group, readonly CommitResult[]>;

  constructor(core: Core, relay: Relay) {
    this.#core = core;
    this.#relay = relay;
    this.#batches = batcher(core, {
      maxItems: MAX_BATCH,
      weightOf: (group: Group) => group.length,
      run: (partition, groups: readonly Group[]) => this.#run(partition, groups),
    });
  }

  /** All of them have ended when it settles; it rejects when any failed. */
  async commit(batch: readonly Commit[]): Promise<CommitResult[]> {
    const groups = this.#groups(batch);
    const ended = await Promise.allSettled(
      groups.map(({ partition, indexes, bytes }) =>
        this.#batches.add(
          partition,
          indexes.map((i) => batch[i] as Commit),
          bytes,
        ),
      ),
    );
    const results: CommitResult[] = Array.from({ length: batch.length });
    for (const [g, { indexes }] of groups.entries()) {
      const group = ended[g];
      if (group?.status !== 'fulfilled') throw group?.reason as Error;
      for (const [i, result] of group.value.entries()) results[indexes[i] as number] = result;
    }
    return results;
  }

  /** By partition in the order of the batch; none too large for a call, but where one commit alone is. */
  #groups(
    batch: readonly Commit[],
  ): readonly { partition: number; indexes: number[]; bytes: number }[] {
    const groups: { partition: number; indexes: number[]; bytes: number }[] = [];
    const open = new Map<number, (typeof groups)[number]>();
    for (const [i, commit] of batch.entries()) {
      const partition = this.#check(commit);
      const bytes = commitBytes(commit);
      let group = open.get(partition);
      const full =
        group !== undefined &&
        (group.indexes.length === MAX_BATCH || group.bytes + bytes > MAX_BATCH_BYTES);
      if (group === undefined || full) {
        group = { partition, indexes: [], bytes: 0 };
        groups.push(group);
        open.set(partition, group);
      }
      group.indexes.push(i);
      group.bytes += bytes;
    }
    return groups;
  }

  /** Gives its partition. Throws a StoreError 'invalid'. */
  #check(commit: Commit): number {
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
    return partition;
  }

  async #run(
    partition: number,
    groups: readonly Group[],
  ): Promise<readonly (readonly CommitResult[])[]> {
    const { link, counters, places } = this.#core;
    const commits = groups.length === 1 ? (groups[0] as Group) : groups.flat();
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
    let at = 0;
    return groups.map(({ length }) => results.slice(at, (at += length)));
  }
}
