import { expect, test } from 'vitest';
import { highlightsOf } from './highlight.ts';

test('the parts of a text are told by what they are, also of one that is wrong', () => {
  const text = 'cast brand if heat >= 4.5s # hot\nlet & 7';
  const said = highlightsOf(text, 'cinderwright').map(({ from, to, kind }) => [
    text.slice(from, to),
    kind,
  ]);
  expect(said).toEqual([
    ['cast', 'statement'],
    ['brand', 'ability'],
    ['if', 'statement'],
    ['heat', 'name'],
    ['4.5s', 'number'],
    ['# hot', 'comment'],
    ['let', 'statement'],
    ['7', 'number'],
  ]);
  expect(highlightsOf('cast brand', 'nobody').map(({ kind }) => kind)).toEqual([
    'statement',
    'name',
  ]);
});
