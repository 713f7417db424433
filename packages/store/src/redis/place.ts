import { slotOf } from './slot.ts';

/** Where keys live together: a partition, or something of the deployment as a whole. */
export interface Place {
  /** What its keys start with; it holds the hash tag. */
  readonly base: string;
  /**
   * A key that never exists. Scripts name it beside `base`, so that a Cluster answers TRYAGAIN while the slot is on the move (some of
   * several keys are missing) instead of running a script on the half of its keys that is there.
   */
  readonly guard: string;
  /** Its Cluster slot. */
  readonly slot: number;
}

/** The place whose keys are `<prefix>:{<tag>}:…`. */
export function taggedPlace(prefix: string, tag: string): Place {
  const base = `${prefix}:{${tag}}:`;
  return { base, guard: `${base}-`, slot: slotOf(tag) };
}

/** What the names under which channels are delivered begin with, behind their place's base. */
export const DELIVERY = 'ch:';

/** The name under which what is published on a channel is delivered. */
export function deliveryName({ base }: Place, channel: string): string {
  return `${base}${DELIVERY}${channel}`;
}
