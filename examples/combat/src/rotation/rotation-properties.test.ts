import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { gloamstrider } from '../catalog/gloamstrider.ts';
import { prepare } from '../fight.ts';
import { arbitraryRotation } from '../testing/arbitrary-rotation.ts';
import { compile } from './compile.ts';
import { completionsAt, hoverAt } from './editor.ts';
import { format } from './format.ts';
import { vocabularyOf } from './names.ts';
import { parse } from './parse.ts';
import type { RotationProblem } from './problem.ts';

const vocabulary = vocabularyOf(gloamstrider);

/** A tree without its places in the text. */
function bare(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (key, part: unknown) => (key === 'span' ? undefined : part)),
  );
}

function expectInside(text: string, problems: readonly RotationProblem[]): void {
  for (const { span, message, fix } of problems) {
    expect(span.from).toBeGreaterThanOrEqual(0);
    expect(span.to).toBeGreaterThanOrEqual(span.from);
    expect(span.to).toBeLessThanOrEqual(text.length);
    const before = text.slice(0, span.from).split('\n');
    expect(span.line).toBe(before.length);
    expect(span.column).toBe((before.at(-1) as string).length + 1);
    expect(message).not.toBe('');
    expect(fix).not.toBe('');
  }
}

/** A text that was in order, after somebody's elbow was on the keyboard. */
const damaged = fc
  .tuple(
    fc.oneof(arbitraryRotation, fc.constant(gloamstrider.rotation)),
    fc.array(
      fc.record({
        at: fc.double({ min: 0, max: 1, noNaN: true }),
        cut: fc.nat(12),
        put: fc.oneof(
          fc.string({ maxLength: 4 }),
          fc.constantFrom(
            '{',
            '}',
            '(',
            ')',
            ' if ',
            ' and ',
            '\n',
            'else',
            '=',
            '<',
            '4s',
            'cast ',
          ),
        ),
      }),
      { minLength: 1, maxLength: 4 },
    ),
  )
  .map(([text, changes]) =>
    changes.reduce((changed, { at, cut, put }) => {
      const from = Math.floor(at * changed.length);
      return changed.slice(0, from) + put + changed.slice(from + cut);
    }, text),
  );

describe('any rotation that is in order', () => {
  test('has no problems, and means the same when it is formatted', () => {
    fc.assert(
      fc.property(arbitraryRotation, (text) => {
        const compiled = compile(text, vocabulary);
        expect(compiled.problems).toEqual([]);
        const formatted = format(text);
        expect(formatted.problems).toEqual([]);
        expect(bare(parse(formatted.text))).toEqual(bare(parse(text)));
        expect(compile(formatted.text, vocabulary)).toEqual(compiled);
      }),
      { numRuns: 300 },
    );
  });

  test('is not changed by being formatted twice', () => {
    fc.assert(
      fc.property(arbitraryRotation, (text) => {
        const once = format(text).text;
        expect(format(once).text).toBe(once);
      }),
      { numRuns: 300 },
    );
  });

  test('can be played', () => {
    fc.assert(
      fc.property(arbitraryRotation, fc.constantFrom('patchwork', 'adds'), (rotation, style) => {
        const fight = prepare({ class: 'gloamstrider', rotation, style, duration: 20 });
        expect(fight.simulate({ seed: 1, from: 0, count: 1 }).dps.count).toBe(1);
      }),
      { numRuns: 60 },
    );
  });
});

describe('any text at all', () => {
  const garbage = fc.oneof(
    fc.string({ maxLength: 200, unit: 'binary' }),
    fc.string({ maxLength: 200 }),
    fc.stringMatching(/^[castuewilfondry_.0-9%(){}<>=+*/ \n#-]{0,200}$/),
    damaged,
  );

  test('is read without a crash, and what is wrong with it is inside of it', () => {
    fc.assert(
      fc.property(garbage, (text) => {
        const { program, problems } = compile(text, vocabulary);
        expect(program === null).toBe(problems.length > 0);
        expectInside(text, problems);
        const places = problems.map(({ span }) => span.from);
        expect(places).toEqual(places.toSorted((a, b) => a - b));
      }),
      { numRuns: 2000 },
    );
  });

  test('is formatted, or left as it is', () => {
    fc.assert(
      fc.property(garbage, (text) => {
        const { text: formatted, problems } = format(text);
        if (problems.length > 0) expect(formatted).toBe(text);
        else expect(bare(parse(formatted))).toEqual(bare(parse(text)));
      }),
      { numRuns: 1000 },
    );
  });

  test('can be completed and asked about anywhere', () => {
    fc.assert(
      fc.property(garbage, fc.double({ min: 0, max: 1, noNaN: true }), (text, where) => {
        const offset = Math.floor(where * text.length);
        const { from, to } = completionsAt(text, offset, 'gloamstrider');
        expect(from).toBeLessThanOrEqual(offset);
        expect(to).toBeGreaterThanOrEqual(offset);
        expect(to).toBeLessThanOrEqual(text.length);
        const hover = hoverAt(text, offset, 'gloamstrider');
        if (hover !== undefined) expect(text.slice(hover.from, hover.to)).toBe(hover.entry.text);
      }),
      { numRuns: 500 },
    );
  });
});
