/**
 * A filter by tags as it comes over the wire: a tree of `op` (`and`, `or`, `not`) over `nodes`, or a leaf that compares the tag `key`.
 * The types of the members are right, what they say is not checked: whoever evaluates it does that.
 */
export interface TagsFilterNode {
  readonly op: string;
  readonly key: string;
  readonly cmp: string;
  readonly val: string;
  readonly vals: readonly string[];
  readonly nodes: readonly TagsFilterNode[];
}

/** How deep a filter may be. A deeper one is not of the protocol: the frame is bad. */
export const MAX_FILTER_DEPTH = 32;
