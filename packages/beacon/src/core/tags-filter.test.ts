import type { TagsFilterNode } from '@belfry/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareDecimals, parseDecimal } from './decimal.ts';
import { matchesTags, parseTagsFilter, TagsFilterError, tagsFilterLimits } from './tags-filter.ts';

type Given = Partial<Omit<TagsFilterNode, 'nodes'>> & { readonly nodes?: readonly Given[] };

/** What a client gave, as it comes over the wire. */
function node(given: Given): TagsFilterNode {
  const nodes = (given.nodes ?? []).map(node);
  return { op: '', key: '', cmp: '', val: '', vals: [], ...given, nodes };
}

function matches(given: Given, tags: Readonly<Record<string, string>>): boolean {
  return matchesTags(parseTagsFilter(node(given)).root, new Map(Object.entries(tags)));
}

const stock = {
  ticker: 'AAPL',
  source: 'NASDAQ',
  price: '150.25',
  category: 'tech',
  volume: '1000',
};

describe('a tags filter', () => {
  it('compares as its leaf says', () => {
    const passing: Given[] = [
      { key: 'ticker', cmp: 'eq', val: 'AAPL' },
      { key: 'source', cmp: 'neq', val: 'TEST' },
      { key: 'none', cmp: 'neq', val: 'TEST' },
      { key: 'category', cmp: 'in', vals: ['tech', 'finance'] },
      { key: 'ticker', cmp: 'nin', vals: ['MSFT', 'GOOGL'] },
      { key: 'none', cmp: 'nin', vals: ['MSFT'] },
      { key: 'price', cmp: 'ex' },
      { key: 'internal_id', cmp: 'nex' },
      { key: 'ticker', cmp: 'sw', val: 'AA' },
      { key: 'source', cmp: 'ew', val: 'DAQ' },
      { key: 'category', cmp: 'ct', val: 'ec' },
      { key: 'price', cmp: 'gt', val: '100' },
      { key: 'volume', cmp: 'gte', val: '1000' },
      { key: 'price', cmp: 'lt', val: '200' },
      { key: 'volume', cmp: 'lte', val: '1000' },
    ];
    for (const each of passing) {
      expect({ each, matches: matches(each, stock) }).toEqual({ each, matches: true });
      const opposite: Given = { op: 'not', nodes: [each] };
      expect({ opposite, matches: matches(opposite, stock) }).toEqual({ opposite, matches: false });
    }
  });

  it('joins conditions', () => {
    const isApple = { key: 'ticker', cmp: 'eq', val: 'AAPL' };
    const isTech = { key: 'category', cmp: 'eq', val: 'tech' };
    const isBank = { key: 'category', cmp: 'eq', val: 'bank' };
    expect(matches({ op: 'and', nodes: [isApple, isTech] }, stock)).toBe(true);
    expect(matches({ op: 'and', nodes: [isApple, isBank] }, stock)).toBe(false);
    expect(matches({ op: 'or', nodes: [isBank, isTech] }, stock)).toBe(true);
    expect(matches({ op: 'or', nodes: [isBank, isBank] }, stock)).toBe(false);
  });

  it('does not pass what is no number where numbers are compared', () => {
    for (const cmp of ['lt', 'lte', 'gt', 'gte']) {
      expect(matches({ key: 'ticker', cmp, val: '1' }, stock)).toBe(false);
      expect(matches({ key: 'price', cmp, val: 'cheap' }, stock)).toBe(false);
      expect(matches({ key: 'none', cmp, val: '1' }, stock)).toBe(false);
    }
  });

  it('compares numbers exactly, beyond what a double holds', () => {
    const tags = { n: '9007199254740993', small: '0.1000000000000000001', minus: '-2' };
    expect(matches({ key: 'n', cmp: 'gt', val: '9007199254740992' }, tags)).toBe(true);
    expect(matches({ key: 'small', cmp: 'gt', val: '0.1' }, tags)).toBe(true);
    expect(matches({ key: 'minus', cmp: 'lt', val: '-1.5' }, tags)).toBe(true);
    expect(matches({ key: 'minus', cmp: 'gte', val: '-2.00' }, tags)).toBe(true);
  });

  it('does not take the members of every object for tags', () => {
    expect(matches({ key: 'constructor', cmp: 'nex' }, {})).toBe(true);
    expect(matches({ key: '__proto__', cmp: 'ex' }, {})).toBe(false);
  });

  it('is refused with what is wrong with it', () => {
    const leaf = { key: 'a', cmp: 'eq', val: '1' };
    const wrong: [Given, string][] = [
      [{}, 'tf.cmp: "" is none of eq'],
      [{ key: 'a', cmp: 'like', val: '1' }, 'tf.cmp: "like"'],
      [{ cmp: 'eq', val: '1' }, 'tf.key: eq needs one'],
      [{ key: 'a', cmp: 'eq' }, 'tf.val: eq needs one'],
      [{ key: 'a', cmp: 'eq', val: '1', vals: ['2'] }, 'tf.vals: eq takes none'],
      [{ key: 'a', cmp: 'in' }, 'tf.vals: in needs values'],
      [{ key: 'a', cmp: 'nin', vals: ['1'], val: '1' }, 'tf.val: nin takes none'],
      [{ key: 'a', cmp: 'ex', val: '1' }, 'tf.val: ex takes none'],
      [{ op: 'xor', nodes: [leaf] }, 'tf.op: "xor"'],
      [{ op: 'and' }, 'tf.nodes: and needs at least one'],
      [{ op: 'not', nodes: [leaf, leaf] }, 'tf.nodes: not needs exactly one'],
      [{ op: 'or', nodes: [leaf, { op: 'not' }] }, 'tf.nodes[1].nodes: not needs'],
    ];
    for (const [given, problem] of wrong) {
      expect(() => parseTagsFilter(node(given))).toThrow(TagsFilterError);
      expect(() => parseTagsFilter(node(given))).toThrow(problem);
    }
  });

  it('has limits', () => {
    const leaf: Given = { key: 'a', cmp: 'eq', val: '1' };
    const nested = (depth: number): Given =>
      depth === 1 ? leaf : { op: 'not', nodes: [nested(depth - 1)] };
    const { depth, nodes, values, characters } = tagsFilterLimits;
    const many = (count: number): Given => ({
      op: 'or',
      nodes: Array.from({ length: count }, () => leaf),
    });
    const set = (count: number): Given => ({
      key: 'a',
      cmp: 'in',
      vals: Array<string>(count).fill('b'),
    });
    const long = (count: number): Given => ({ ...leaf, val: 'x'.repeat(count) });
    for (const [make, most] of [
      [nested, depth],
      [(count: number) => many(count - 1), nodes],
      [set, values],
      [long, characters - 3],
    ] as const) {
      expect(() => parseTagsFilter(node(make(most)))).not.toThrow();
      expect(() => parseTagsFilter(node(make(most + 1)))).toThrow(TagsFilterError);
    }
  });

  const text = fc.constantFrom('', 'a', 'b', 'ab', 'ba', '1', '1.0', '-2', '10', '0.5');
  const tags = fc.dictionary(fc.constantFrom('a', 'b', 'c'), text);
  const leafGiven: fc.Arbitrary<Given> = fc.oneof(
    fc.record({
      key: fc.constantFrom('a', 'b', 'c'),
      cmp: fc.constantFrom('eq', 'neq', 'sw', 'ew', 'ct', 'lt', 'lte', 'gt', 'gte'),
      val: text.filter((each) => each !== ''),
    }),
    fc.record({
      key: fc.constantFrom('a', 'b', 'c'),
      cmp: fc.constantFrom('in', 'nin'),
      vals: fc.array(text, { minLength: 1, maxLength: 3 }),
    }),
    fc.record({ key: fc.constantFrom('a', 'b', 'c'), cmp: fc.constantFrom('ex', 'nex') }),
  );
  const { tree } = fc.letrec<{ tree: Given }>((tie) => ({
    tree: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      leafGiven,
      fc.record({
        op: fc.constantFrom('and', 'or'),
        nodes: fc.array(tie('tree'), { minLength: 1, maxLength: 3 }),
      }),
      fc.record({ op: fc.constant('not'), nodes: fc.tuple(tie('tree')) }),
    ),
  }));

  /** The same by the book, on the tree as the client gave it, with doubles: the numbers here are small. */
  function naive(given: Given, of: Readonly<Record<string, string>>): boolean {
    if (given.op === 'and')
      return (given.nodes ?? []).filter((each) => !naive(each, of)).length === 0;
    if (given.op === 'or') return (given.nodes ?? []).filter((each) => naive(each, of)).length > 0;
    if (given.op === 'not') return !naive(given.nodes?.[0] ?? {}, of);
    const has = Object.keys(of).includes(given.key ?? '');
    const value = has ? (of[given.key ?? ''] ?? '') : '';
    const val = given.val ?? '';
    const number = /^-?\d/.test(value) && /^-?\d/.test(val) ? Number(value) - Number(val) : NaN;
    return {
      eq: has && value === val,
      neq: !(has && value === val),
      in: (given.vals ?? []).some((each) => each === value),
      nin: !(given.vals ?? []).some((each) => each === value),
      ex: has,
      nex: !has,
      sw: has && value.slice(0, val.length) === val,
      ew: has && value.length >= val.length && value.slice(value.length - val.length) === val,
      ct: has && value.split(val).length > 1,
      lt: number < 0,
      lte: number <= 0,
      gt: number > 0,
      gte: number >= 0,
    }[given.cmp ?? ''] as boolean;
  }

  it('says what a reading by the book says', () => {
    fc.assert(
      fc.property(tree, tags, (given, of) => {
        expect(matches(given, of)).toBe(naive(given, of));
      }),
      { numRuns: 3000 },
    );
  });

  it('has the text of another only when both say the same of all tags', () => {
    fc.assert(
      fc.property(tree, tree, tags, (one, other, of) => {
        const [first, second] = [parseTagsFilter(node(one)), parseTagsFilter(node(other))];
        if (first.text === second.text) expect(matches(one, of)).toBe(matches(other, of));
        expect(parseTagsFilter(node(one)).text).toBe(first.text);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('decimal numbers', () => {
  it('are compared as big integers are', () => {
    const parts = fc.tuple(
      fc.constantFrom('', '-', '+'),
      fc.bigInt({ min: 0n, max: 10n ** 40n }),
      fc.nat({ max: 3 }),
      fc.option(fc.stringMatching(/^\d{1,19}$/), { nil: null }),
    );
    const decimal = parts.map(([sign, whole, zeros, fraction]) => {
      const text = `${sign}${'0'.repeat(zeros)}${whole}${fraction === null ? '' : `.${fraction}`}`;
      const scaled = whole * 10n ** 19n + BigInt((fraction ?? '').padEnd(19, '0'));
      return { text, scaled: sign === '-' ? -scaled : scaled };
    });
    fc.assert(
      fc.property(decimal, decimal, (a, b) => {
        const [x, y] = [parseDecimal(a.text), parseDecimal(b.text)];
        if (x === null || y === null) throw new Error(`${a.text} or ${b.text} is not read`);
        const order = a.scaled < b.scaled ? -1 : a.scaled > b.scaled ? 1 : 0;
        expect(Math.sign(compareDecimals(x, y))).toBe(order);
      }),
    );
  });

  it('are not taken from what only looks like one', () => {
    const wrong = [
      '',
      '-',
      '+',
      '.',
      '.5',
      '1.',
      '1e5',
      '0x1',
      ' 1',
      '1 ',
      '1,5',
      '--1',
      'NaN',
      '١',
    ];
    for (const each of [...wrong, `1.${'1'.repeat(20)}`, '1'.repeat(201)]) {
      expect({ each, read: parseDecimal(each) }).toEqual({ each, read: null });
    }
  });
});
