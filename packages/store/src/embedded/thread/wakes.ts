import type { WireValue } from '../wire.ts';
import { wakeType } from '../wire.ts';
import type { Actor } from './actor.ts';
import { lane } from './due-index.ts';
import type { LaneCode } from './due-index.ts';

/**
 * The wakes of one transaction, told after it committed. Of several due times in one lane of one partition only the earliest is
 * kept: whoever comes for it sees the others.
 */
export class Wakes {
  readonly #listened: Uint8Array;
  readonly #earliest = new Map<number, number>();
  #inbox: WireValue[] = [];

  constructor(partitions: number) {
    this.#listened = new Uint8Array(partitions);
  }

  listen(partitions: readonly number[]): void {
    this.#listened.fill(0);
    for (const partition of partitions) this.#listened[partition] = 1;
  }

  due(partition: number, of: LaneCode, at: number): void {
    if (this.#listened[partition] !== 1) return;
    const slot = partition * 2 + (of === lane.tick ? wakeType.dueTick : wakeType.dueMessage);
    const earliest = this.#earliest.get(slot);
    if (earliest === undefined || at < earliest) this.#earliest.set(slot, at);
  }

  inbox(actor: Actor): void {
    if (actor.holder === null || this.#listened[actor.partition] !== 1) return;
    this.#inbox.push(wakeType.inbox, actor.partition, actor.key, actor.holder);
  }

  /** Everything since the last `take`. */
  take(): WireValue[] {
    const wakes = this.#inbox;
    this.#inbox = [];
    for (const [slot, at] of this.#earliest) wakes.push(slot % 2, Math.floor(slot / 2), at);
    this.#earliest.clear();
    return wakes;
  }
}
