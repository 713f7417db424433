import type { ActorKey } from '@belfry/protocol';
import type { Wake } from '../actor-store.ts';
import type { Partition } from '../partition.ts';
import type { Counters } from './counters.ts';
import type { Place } from './place.ts';
import type { Subscriptions } from './subscriptions.ts';

/** Reads what the scripts publish: `m <due>`, `t <due>` or `i <actor> <holder>`. `null`: something newer. */
export function decodeWake(partition: Partition, payload: string): Wake | null {
  switch (payload[0]) {
    case 'm':
      return { type: 'due', partition, lane: 'message', dueAt: Number(payload.slice(2)) };
    case 't':
      return { type: 'due', partition, lane: 'tick', dueAt: Number(payload.slice(2)) };
    case 'i': {
      const space = payload.indexOf(' ', 2);
      const actor = payload.slice(2, space) as ActorKey;
      return { type: 'inbox', partition, actor, holder: payload.slice(space + 1) };
    }
    default:
      return null;
  }
}

export interface WakeListenerOptions {
  readonly subscriptions: Subscriptions;
  /** By partition. */
  readonly places: readonly Place[];
  readonly counters: Counters;
}

/** Hears the wakes of the partitions that a process cares for. */
export class WakeListener {
  readonly #options: WakeListenerOptions;
  readonly #partitions = new Set<Partition>();
  #listener: (wake: Wake) => void = () => undefined;

  constructor(options: WakeListenerOptions) {
    this.#options = options;
  }

  async listen(partitions: readonly Partition[], listener: (wake: Wake) => void): Promise<void> {
    this.#listener = listener;
    const wanted = new Set(partitions);
    const gone = [...this.#partitions].filter((partition) => !wanted.has(partition));
    for (const partition of gone) this.#partitions.delete(partition);
    for (const partition of wanted) this.#partitions.add(partition);
    await Promise.all([
      ...gone.map((partition) => this.#options.subscriptions.unsubscribe(this.#name(partition))),
      ...[...wanted].map((partition) => this.#subscribe(partition)),
    ]);
  }

  async #subscribe(partition: Partition): Promise<void> {
    const place = this.#options.places[partition];
    if (place === undefined) throw new RangeError(`no partition ${partition}`);
    await this.#options.subscriptions.subscribe(place, this.#name(partition), (payload) => {
      const wake = decodeWake(partition, payload);
      if (wake === null || !this.#partitions.has(partition)) return;
      this.#options.counters.add('wakes_received');
      this.#listener(wake);
    });
  }

  #name(partition: Partition): string {
    return `${this.#options.places[partition]?.base}wake`;
  }
}
