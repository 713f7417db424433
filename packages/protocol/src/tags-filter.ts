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

/** How deep a filter is read, so that reading ends whatever a client sends. Whoever evaluates it allows less, and says so. */
export const MAX_FILTER_DEPTH = 32;

/** What stands for a node that is deeper. */
export const CUT_FILTER_NODE: TagsFilterNode = {
  op: '',
  key: '',
  cmp: '',
  val: '',
  vals: [],
  nodes: [],
};
