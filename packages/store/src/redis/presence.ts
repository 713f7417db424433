import type {
  PresenceEntry,
  PresenceResult,
  PresenceStats,
  PresenceUpdate,
} from '../channel-store.ts';
import { StoreError } from '../store-error.ts';
import type { Batcher } from './batcher.ts';
import { batcher, partitionIn, placeOf, type Core } from './core.ts';
import { checkActor, checkChannel, checkLine, checkMillis } from './validate.ts';

const MAX_BATCH = 128;
const OVERHEAD_BYTES = 128;
const RESULTS: Readonly<Record<number, PresenceResult>> = {
  1: 'entered',
  2: 'updated',
  3: 'no-actor',
};

/** Who is in which channel. */
export class Presence {
  readonly #core: Core;
  readonly #batches: Batcher<PresenceUpdate, PresenceResult>;

  constructor(core: Core) {
    this.#core = core;
    this.#batches = batcher(core, {
      maxItems: MAX_BATCH,
      run: (partition, updates: readonly PresenceUpdate[]) => this.#run(partition, updates),
    });
  }

  async update(batch: readonly PresenceUpdate[]): Promise<PresenceResult[]> {
    for (const update of batch) this.#check(update);
    return Promise.all(
      batch.map((update) =>
        this.#batches.add(
          partitionIn(this.#core, update.channel),
          update,
          update.channel.length + update.infoJson.length + OVERHEAD_BYTES,
        ),
      ),
    );
  }

  async remove(channel: string, client: string): Promise<void> {
    checkChannel(channel);
    const { link, counters } = this.#core;
    const args = link.head('exit');
    args.push(channel, client);
    const place = placeOf(this.#core, partitionIn(this.#core, channel));
    const [stats] = (await link.run(place, args, { idempotent: true })) as [unknown];
    counters.addStats(stats);
  }

  async list(channel: string): Promise<PresenceEntry[]> {
    const reply = (await this.#read(channel, '1')) as string[];
    const entries: PresenceEntry[] = [];
    for (let i = 0; i < reply.length; i += 3) {
      const [client, user, infoJson] = reply.slice(i, i + 3) as [string, string, string];
      entries.push({ client, user, infoJson });
    }
    return entries.sort((a, b) => (a.client < b.client ? -1 : 1));
  }

  async stats(channel: string): Promise<PresenceStats> {
    const [clients, users] = (await this.#read(channel, '0')) as [number, number];
    return { clients, users };
  }

  async #read(channel: string, listing: '0' | '1'): Promise<unknown> {
    checkChannel(channel);
    const args = this.#core.link.head('presence');
    args.push(channel, listing);
    const place = placeOf(this.#core, partitionIn(this.#core, channel));
    return this.#core.link.run(place, args, { idempotent: true });
  }

  #check({ channel, client, ttlMs, events }: PresenceUpdate): void {
    checkChannel(channel);
    checkLine('client', client);
    checkMillis('ttlMs', ttlMs);
    if (events === undefined) return;
    checkActor(events.actor);
    if (partitionIn(this.#core, events.actor) !== partitionIn(this.#core, channel)) {
      throw new StoreError(
        'invalid',
        `events.actor: ${events.actor} is not in the partition of channel ${JSON.stringify(channel)}; only such an actor can be told`,
      );
    }
  }

  async #run(
    partition: number,
    updates: readonly PresenceUpdate[],
  ): Promise<readonly PresenceResult[]> {
    const { link, counters } = this.#core;
    const args = link.head('enter');
    for (const { channel, client, user, infoJson, ttlMs, events } of updates) {
      args.push(
        channel,
        client,
        user,
        infoJson,
        String(Math.ceil(ttlMs)),
        events?.actor ?? '',
        events?.enter ?? '',
        events?.leave ?? '',
        events?.mustExist === true ? '1' : '0',
      );
    }
    const reply = (await link.run(placeOf(this.#core, partition), args, {
      internal: true,
    })) as [unknown, ...number[]];
    counters.addStats(reply[0]);
    return updates.map((_, i) => RESULTS[reply[i + 1] as number] ?? 'updated');
  }
}
