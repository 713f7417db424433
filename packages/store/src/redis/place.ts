import { slotOf } from './slot.ts';

/** Where keys live together: a partition, or something of the deployment as a whole. */
export interface Place {
  /** What its keys start with; it holds the hash tag. */
  readonly base: string;
  /** Its Cluster slot. */
  readonly slot: number;
}

/** The place whose keys are `<prefix>:{<tag>}:…`. */
export function taggedPlace(prefix: string, tag: string): Place {
  return { base: `${prefix}:{${tag}}:`, slot: slotOf(tag) };
}
