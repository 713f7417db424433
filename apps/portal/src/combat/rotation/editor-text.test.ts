import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { linesOf, newLineAt, placeOf, toggleComment, visible } from './editor-text.ts';

describe('the lines of a text', () => {
  test('are cut where looks and mistakes begin and end', () => {
    const text = 'cast x\nwait';
    const looks = [
      { from: 0, to: 4, look: 'word' },
      { from: 7, to: 11, look: 'word' },
    ];
    expect(linesOf(text, looks, [{ from: 5, to: 6 }])).toEqual([
      [
        { text: 'cast', look: 'word', wrong: false },
        { text: ' ', look: '', wrong: false },
        { text: 'x', look: '', wrong: true },
      ],
      [{ text: 'wait', look: 'word', wrong: false }],
    ]);
    expect(linesOf('', [], [])).toEqual([[]]);
    expect(linesOf('a\n\n', [], [])).toHaveLength(3);
  });

  test('are the text again, whatever is wrong with it', () => {
    const stretch = fc
      .tuple(fc.nat({ max: 30 }), fc.nat({ max: 30 }))
      .map(([a, b]) => ({ from: Math.min(a, b), to: Math.max(a, b) }));
    const texts = fc.string({ unit: fc.constantFrom('a', ' ', '\n', '#'), maxLength: 30 });
    fc.assert(
      fc.property(texts, fc.array(stretch), (text, wrongs) => {
        const lines = linesOf(text, [], wrongs);
        const again = lines.map((line) => line.map((piece) => piece.text).join('')).join('\n');
        expect(again).toBe(text);
      }),
    );
  });
});

test('a mistake without length is shown at a character of its line', () => {
  expect(visible('ab\ncd', { from: 2, to: 2 })).toEqual({ from: 1, to: 2 });
  expect(visible('ab\ncd', { from: 3, to: 3 })).toEqual({ from: 3, to: 4 });
  expect(visible('', { from: 0, to: 0 })).toEqual({ from: 0, to: 0 });
  expect(visible('ab', { from: 9, to: 9 })).toEqual({ from: 1, to: 2 });
  expect(placeOf('ab\ncd', 4)).toEqual({ line: 1, column: 1 });
});

test('a new line begins where the last one began, and further in after a brace', () => {
  expect(newLineAt('  cast x', { from: 8, to: 8 }).text).toBe('\n  ');
  expect(newLineAt('if moving {', { from: 11, to: 11 }).text).toBe('\n  ');
  expect(newLineAt('a\n  if b { ', { from: 11, to: 11 }).text).toBe('\n    ');
});

test('lines become comments, and comments lines', () => {
  const text = 'a\n  b\n\nc';
  const edit = toggleComment(text, { from: 0, to: 6 });
  expect(edit).toEqual({ from: 0, to: 5, text: '# a\n  # b' });
  expect(toggleComment('# a\n  # b', { from: 0, to: 9 }).text).toBe('a\n  b');
  expect(toggleComment('a\nb', { from: 2, to: 2 })).toEqual({ from: 2, to: 3, text: '# b' });
});
