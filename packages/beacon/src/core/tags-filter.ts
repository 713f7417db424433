import type { TagsFilterNode } from '@belfry/protocol';
import { compareDecimals, parseDecimal, type Decimal } from './decimal.ts';

/**
 * Filters of publications by their tags, as clients give them when they subscribe: a tree of conditions. A leaf compares the tag `key`;
 * a node joins its `nodes` by `op`.
 *
 * Meanings: the public description of Centrifugo's publication filtering.
 */

/** How a leaf compares. */
export type Comparison = (typeof COMPARISONS)[number];

const COMPARISONS = [
  'eq',
  'neq',
  'in',
  'nin',
  'ex',
  'nex',
  'sw',
  'ew',
  'ct',
  'lt',
  'lte',
  'gt',
  'gte',
] as const;

/** A condition that has been checked. */
export type FilterNode =
  | { readonly op: 'and' | 'or'; readonly nodes: readonly FilterNode[] }
  | { readonly op: 'not'; readonly node: FilterNode }
  | {
      readonly op: 'leaf';
      readonly key: string;
      readonly cmp: Comparison;
      readonly val: string;
      readonly vals: readonly string[];
      /** What a numeric comparison compares with; `null`: `val` is no number, and nothing matches. */
      readonly number: Decimal | null;
    };

/** A filter, ready for use. Two of the same `text` are the same. */
export interface TagsFilter {
  readonly root: FilterNode;
  readonly text: string;
}

/** What a filter may be at most. Each of them is far above what people write by hand, and bounds what a subscription costs. */
export const tagsFilterLimits: {
  /** Nodes within nodes. */
  readonly depth: 16;
  /** Nodes and leaves together. */
  readonly nodes: 128;
  /** Values of all `vals` together. */
  readonly values: 512;
  /** Characters of all keys and values together. */
  readonly characters: 16_384;
} = { depth: 16, nodes: 128, values: 512, characters: 16_384 };

/** A filter is not one; the message names the field. Reply with 107. */
export class TagsFilterError extends Error {
  override readonly name = 'TagsFilterError';
}

/** What of the limits is used up. */
interface Budget {
  nodes: number;
  values: number;
  characters: number;
}

/** Where in a filter a node stands. */
interface Place {
  readonly at: string;
  readonly depth: number;
  readonly budget: Budget;
}

function countCharacters(node: TagsFilterNode, { at, budget }: Place): void {
  const { op, key, cmp, val, vals } = node;
  budget.characters += op.length + key.length + cmp.length + val.length;
  for (const each of vals) budget.characters += each.length;
  if (budget.characters > tagsFilterLimits.characters) {
    throw new TagsFilterError(
      `${at}: keys and values are longer than ${tagsFilterLimits.characters} characters together`,
    );
  }
}

function leafOf({ key, cmp: name, val, vals }: TagsFilterNode, { at, budget }: Place): FilterNode {
  const cmp = COMPARISONS.find((each) => each === name);
  if (cmp === undefined) {
    const known = COMPARISONS.join(' ');
    throw new TagsFilterError(`${at}.cmp: ${JSON.stringify(name)} is none of ${known}`);
  }
  const isSet = cmp === 'in' || cmp === 'nin';
  const isExistence = cmp === 'ex' || cmp === 'nex';
  budget.values += vals.length;
  if (budget.values > tagsFilterLimits.values) {
    throw new TagsFilterError(`${at}.vals: more than ${tagsFilterLimits.values} values in all`);
  }
  if (key === '' && !isExistence) throw new TagsFilterError(`${at}.key: ${cmp} needs one`);
  if (isSet && vals.length === 0) throw new TagsFilterError(`${at}.vals: ${cmp} needs values`);
  if (!isSet && vals.length > 0) throw new TagsFilterError(`${at}.vals: ${cmp} takes none`);
  if (!isSet && !isExistence && val === '')
    throw new TagsFilterError(`${at}.val: ${cmp} needs one`);
  if ((isSet || isExistence) && val !== '')
    throw new TagsFilterError(`${at}.val: ${cmp} takes none`);
  return { op: 'leaf', key, cmp, val, vals, number: isNumeric(cmp) ? parseDecimal(val) : null };
}

function isNumeric(cmp: Comparison): boolean {
  return cmp === 'lt' || cmp === 'lte' || cmp === 'gt' || cmp === 'gte';
}

function nodeOf(node: TagsFilterNode, place: Place): FilterNode {
  const { at, depth, budget } = place;
  if (depth > tagsFilterLimits.depth) {
    throw new TagsFilterError(`${at} is deeper than ${tagsFilterLimits.depth}`);
  }
  budget.nodes++;
  if (budget.nodes > tagsFilterLimits.nodes) {
    throw new TagsFilterError(`${at}: more than ${tagsFilterLimits.nodes} nodes`);
  }
  countCharacters(node, place);
  const { op, nodes } = node;
  const child = (each: TagsFilterNode, i: number): FilterNode =>
    nodeOf(each, { at: `${at}.nodes[${i}]`, depth: depth + 1, budget });
  switch (op) {
    case '':
      return leafOf(node, place);
    case 'and':
    case 'or':
      if (nodes.length === 0) throw new TagsFilterError(`${at}.nodes: ${op} needs at least one`);
      return { op, nodes: nodes.map(child) };
    case 'not': {
      const [only] = nodes;
      if (only === undefined || nodes.length > 1) {
        throw new TagsFilterError(`${at}.nodes: not needs exactly one`);
      }
      return { op, node: child(only, 0) };
    }
    default:
      throw new TagsFilterError(`${at}.op: ${JSON.stringify(op)} is none of and, or, not`);
  }
}

/** A text that two filters share only when they are the same. */
function textFor(node: FilterNode): unknown {
  switch (node.op) {
    case 'leaf':
      return [node.cmp, node.key, node.val, node.vals];
    case 'not':
      return ['not', textFor(node.node)];
    case 'and':
    case 'or':
      return [node.op, node.nodes.map(textFor)];
  }
}

/**
 * Checks what a client gave as `tf`.
 *
 * @throws TagsFilterError when it is not a filter, or above a limit
 */
export function parseTagsFilter(node: TagsFilterNode): TagsFilter {
  const budget = { nodes: 0, values: 0, characters: 0 };
  const root = nodeOf(node, { at: 'tf', depth: 1, budget });
  return { root, text: JSON.stringify(textFor(root)) };
}

function matchesNumber(node: Extract<FilterNode, { op: 'leaf' }>, tag: string): boolean {
  const number = node.number === null ? null : parseDecimal(tag);
  if (number === null || node.number === null) return false;
  const order = compareDecimals(number, node.number);
  switch (node.cmp) {
    case 'lt':
      return order < 0;
    case 'lte':
      return order <= 0;
    case 'gt':
      return order > 0;
    default:
      return order >= 0;
  }
}

function matchesLeaf(node: Extract<FilterNode, { op: 'leaf' }>, tag: string | undefined): boolean {
  switch (node.cmp) {
    case 'eq':
      return tag === node.val;
    case 'neq':
      return tag !== node.val;
    // To these a tag that is not there is the empty text.
    case 'in':
      return node.vals.includes(tag ?? '');
    case 'nin':
      return !node.vals.includes(tag ?? '');
    case 'ex':
      return tag !== undefined;
    case 'nex':
      return tag === undefined;
    case 'sw':
      return tag?.startsWith(node.val) ?? false;
    case 'ew':
      return tag?.endsWith(node.val) ?? false;
    case 'ct':
      return tag?.includes(node.val) ?? false;
    case 'lt':
    case 'lte':
    case 'gt':
    case 'gte':
      return tag !== undefined && matchesNumber(node, tag);
  }
}

/** Whether a publication with these tags passes. */
export function matchesTags(node: FilterNode, tags: ReadonlyMap<string, string>): boolean {
  switch (node.op) {
    case 'and':
      return node.nodes.every((each) => matchesTags(each, tags));
    case 'or':
      return node.nodes.some((each) => matchesTags(each, tags));
    case 'not':
      return !matchesTags(node.node, tags);
    case 'leaf':
      return matchesLeaf(node, tags.get(node.key));
  }
}
