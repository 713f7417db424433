import type { Partition } from '../partition.ts';
import { partitionOf } from '../partition.ts';
import { StoreError } from '../store-error.ts';
import { Batcher, type BatcherOptions, type Budget } from './batcher.ts';
import type { Counters } from './counters.ts';
import type { Link } from './link.ts';
import type { Place } from './place.ts';

/** What every part of the driver shares. */
export interface Core {
  readonly link: Link;
  readonly counters: Counters;
  readonly budget: Budget;
  /** By partition. */
  readonly places: readonly Place[];
}

/** The partition of a channel or actor. */
export function partitionIn(core: Core, name: string): Partition {
  return partitionOf(name, core.places.length);
}

export function placeOf(core: Core, partition: number): Place {
  const place = core.places[partition];
  if (place === undefined) {
    throw new StoreError(
      'invalid',
      `partition: ${partition}; there are ${core.places.length}, from 0`,
    );
  }
  return place;
}

export function batcher<Item, Result>(
  core: Core,
  options: Pick<BatcherOptions<Item, Result>, 'run' | 'maxItems' | 'weightOf' | 'keepsOrder'>,
): Batcher<Item, Result> {
  const { budget, link, counters } = core;
  return new Batcher({ ...options, budget, link, counters });
}
