import { describe, expect, test } from 'vitest';
import { checkRotation, completionsAt, hoverAt, rotationEntries } from './editor.ts';
import { format } from './format.ts';
import { MAX_TEXT } from './parse.ts';
import { describeProblem } from './problem.ts';
import { editDistance, mostLike } from './suggest.ts';

/** What is wrong with a rotation of a Gloamstrider. */
const wrong = (text: string): string[] => checkRotation(text, 'gloamstrider').map(describeProblem);

describe('a problem', () => {
  const cases: [text: string, problem: string][] = [
    [
      'cast quick_cot',
      'line 1, column 6: the Gloamstrider has no ability "quick_cot"; did you mean "quick_cut"?',
    ],
    [
      '\n  cast fireball',
      'line 2, column 8: the Gloamstrider has no ability "fireball"; it has quick_cut, thorn_lash, nightfall_edge, hour_of_thorns, dusk_dance, veil_step, umbral_hour, moth_swarm, last_light, eclipse_fan, second_breath, marrow_toll',
    ],
    [
      'cast quick_cut if vigour > 30',
      'line 1, column 19: there is nothing called "vigour"; did you mean "vigor"?',
    ],
    [
      'cast quick_cut if dot.thorn_lsh.remains < 4s',
      'line 1, column 19: there is nothing called "dot.thorn_lsh.remains"; did you mean "dot.thorn_lash.remains"?',
    ],
    [
      'cast quick_cut if dot.thorn_lash.remains < 4',
      'line 1, column 44: a time is needed here, this is a number; write 4s',
    ],
    [
      'cast quick_cut if target.health < 20',
      'line 1, column 35: a percentage is needed here, this is a number; write 20%',
    ],
    [
      'cast quick_cut if vigor > time',
      'line 1, column 27: a number is needed here, this is a time; both must be of a kind',
    ],
    [
      'cast quick_cut if vigor',
      'line 1, column 19: a condition is needed, this is a number; compare it with something: … > 30',
    ],
    [
      'cast quick_cut if moving > 3',
      'line 1, column 19: a number, a time or a percentage is needed, this is a condition; join conditions with "and", "or" and "not"',
    ],
    [
      'cast quick_cut if time * time > 3s',
      'line 1, column 19: a time cannot be multiplied by a time; one of them must be a plain number, such as 0.2',
    ],
    [
      'cast quick_cut if vigor = 30',
      'line 1, column 25: expected "==", found "="; write "==" to ask whether two are equal',
    ],
    [
      'cast quick_cut if 1 < vigor < 3',
      'line 1, column 29: expected "and" or "or", found "<"; compare two at a time: a > 1 and a < 3',
    ],
    [
      'cast quick_cut if vigor > 3 omens > 2',
      'line 1, column 29: expected the end of the line, found "omens"; begin a new line, or join conditions with "and" or "or"',
    ],
    [
      'cast quick_cut if (vigor > 3',
      'line 1, column 29: expected ")", found the end of the text; close what was opened with "("',
    ],
    [
      'cast if vigor > 3',
      'line 1, column 6: expected the name of an ability, found "if"; write something like "cast quick_cut"',
    ],
    [
      'cast quick_cut if vigor >',
      'line 1, column 26: expected a number, a name or "(", found the end of the text; write something like 30, 4s, 20%, time or (a + b)',
    ],
    [
      'cast quick_cut if vigor > 3 && moving',
      'line 1, column 29: "&" means nothing here; write "and"',
    ],
    [
      'cast quick_cut if time > 4sec',
      'line 1, column 26: "sec" is no unit; write 4s, 4ms, 4% or 4',
    ],
    [
      'quick_cut',
      'line 1, column 1: a line cannot begin with "quick_cut"; write "cast quick_cut"?',
    ],
    ['csat quick_cut', 'line 1, column 1: a line cannot begin with "csat"; did you mean "cast"?'],
    ['else {', 'line 1, column 1: "else" without "if"; write it behind the "}" of an "if"'],
    [
      'if moving\ncast quick_cut',
      'line 1, column 10: expected "{", found the end of the line; write if condition { … }',
    ],
    ['if moving {\n', 'line 2, column 1: the block that begins in line 1 has no end; write "}"'],
    ['}', 'line 1, column 1: "}" closes nothing; remove it'],
    ['let vigor = 3', 'line 1, column 5: "vigor" is already a name; choose another'],
    ['let a.b = 3', 'line 1, column 5: a new name has no "."; write "a_b"'],
    [
      'let a = b\nwait if a > 3',
      'line 1, column 9: there is nothing called "b"; see the list of names',
    ],
    [
      'use trinket3',
      'line 1, column 5: there is no place "trinket3" to use; did you mean "trinket1"?',
    ],
    [
      'cast quick_cut on all',
      'line 1, column 19: expected "any", found "all"; write "on any", or leave "on" out',
    ],
    ['wait if min(vigor) > 3', 'line 1, column 9: min needs two at least; write min(a, b)'],
    [
      'wait if abs(vigor) > 3',
      'line 1, column 9: "abs" is no function; there are min(…) and max(…)',
    ],
  ];
  test.each(cases)('of %j is told where it is, with what to do', (text, problem) => {
    expect(wrong(text)).toContain(problem);
  });

  test('does not hide the next', () => {
    const text =
      'cast quick_cot\ncast thorn_lash iff moving\n\nif moving and {\n  cast slow_cut\n}\nwait if';
    expect(checkRotation(text, 'gloamstrider').map(({ span }) => span.line)).toEqual([
      1, 2, 4, 5, 7,
    ]);
  });

  test('with a name that is wrong is not told again where the name is used', () => {
    expect(wrong('let a = vigour > 3\nwait if a\nwait if a and moving')).toHaveLength(1);
  });

  test('is what a name is outside of its block', () => {
    expect(wrong('if moving {\n  let a = 3\n}\nwait if vigor > a')).toHaveLength(1);
  });

  test('is too much text, too much depth, and too much in few words', () => {
    expect(wrong('# '.padEnd(MAX_TEXT + 1, 'x'))).toEqual([
      expect.stringContaining('the text is 20001 characters long; the limit is 20000'),
    ]);
    expect(wrong(`wait if ${'('.repeat(500)}moving`)).toEqual([
      expect.stringContaining('expected something simpler'),
    ]);
    expect(wrong(`wait if ${'not '.repeat(500)}moving`)).toHaveLength(1);
    expect(wrong(`wait if ${'-'.repeat(500)}vigor > 3`)).toHaveLength(1);
    expect(wrong('if moving {\n'.repeat(100))[0]).toContain('expected fewer blocks');
    const doubled = Array.from({ length: 40 }, (_, i) => `let a${i + 1} = a${i} + a${i}`);
    const large = ['let a0 = vigor', ...doubled, 'cast quick_cut if a40 > 3'].join('\n');
    expect(wrong(large)).toEqual([
      expect.stringContaining('line 42, column 1: the rotation is too large'),
    ]);
  });
});

describe('what is written', () => {
  test('may be of any of these', () => {
    expect(
      wrong(`
        # a comment
        let enough = vigor >= 30 and omens + 1 <= 5 # another
        cast umbral_hour
        if enough or time < 10s {
          cast thorn_lash on any if dot.thorn_lash.refreshable
          use trinket1 if min(time, 4s) > 500ms * 2
        } else if not moving {
          wait if vigor.deficit > 100 * (1 - 0.2)
        } else {
          cast quick_cut if (enough and
            target.health > 20.5%) or 3s / 1s == 3
        }
      `),
    ).toEqual([]);
  });

  test('is formatted in one way', () => {
    const text = `#first\n\n\nlet a=vigor>=30   and(omens<3)\nif a{\ncast   quick_cut if ((a) or not(moving and a))#now\n\n}else{\n}\nwait if -(omens+1)*2<-(3) and vigor-(3-2)>1 or (vigor)>90 and target.health<1.50% and fight.remains>10s`;
    expect(format(text).text).toBe(`# first

let a = vigor >= 30 and omens < 3
if a {
  cast quick_cut if a or not (moving and a) # now
} else {
}
wait if -(omens + 1) * 2 < -3 and vigor - (3 - 2) > 1 or
    vigor > 90 and target.health < 1.5% and fight.remains > 10s
`);
  });

  test('stays as it is when it cannot be read', () => {
    expect(format('cast  ')).toMatchObject({ text: 'cast  ', problems: [{ span: { column: 7 } }] });
  });
});

describe('an editor', () => {
  const complete = (text: string): string[] => {
    const offset = text.indexOf('|');
    const { entries } = completionsAt(text.replace('|', ''), offset, 'cinderwright');
    return entries.map((entry) => entry.text);
  };

  test('is told what may begin a line', () => {
    expect(complete('|')).toEqual(['cast', 'use', 'wait', 'let', 'if', 'else']);
    expect(complete('cast brand\nif moving { |')).toContain('cast');
    expect(complete('c|')).toEqual(['cast']);
  });

  test('is told what may follow', () => {
    expect(complete('cast |')).toHaveLength(12);
    expect(complete('cast br|')).toEqual(['brand']);
    expect(complete('use t|')).toEqual(['trinket1', 'trinket2', 'main_hand'].slice(0, 2));
    expect(complete('cast brand if dot.br|')).toEqual([
      'dot.brand.active',
      'dot.brand.remains',
      'dot.brand.refreshable',
      'dot.brand.targets',
    ]);
    expect(complete('let hot = heat > 3\ncast brand if ho|')[0]).toBe('hot');
    expect(complete('cast brand # he|')).toEqual([]);
  });

  test('replaces the whole word', () => {
    expect(completionsAt('cast brnd if moving', 7, 'cinderwright')).toMatchObject({
      from: 5,
      to: 9,
    });
  });

  test('is told what a word is', () => {
    const text = 'cast brand if dot.brand.remains < 4s';
    expect(hoverAt(text, 6, 'cinderwright')?.entry).toMatchObject({
      kind: 'ability',
      detail: 'Brand',
    });
    expect(hoverAt(text, 20, 'cinderwright')).toMatchObject({
      from: 14,
      to: 31,
      entry: { kind: 'name', detail: 'time' },
    });
    expect(hoverAt(text, 33, 'cinderwright')).toBeUndefined();
  });

  test('has a sentence for everything that can be written', () => {
    for (const classId of ['gloamstrider', 'cinderwright']) {
      const entries = rotationEntries(classId);
      expect(entries.length).toBeGreaterThan(80);
      for (const { description } of entries) expect(description).toMatch(/.\.$/);
    }
  });

  test('is told that there is no such class', () => {
    expect(() => checkRotation('', 'bard')).toThrow('there is no class "bard"');
  });
});

describe('likeness', () => {
  test('counts letters that are put in, left out, changed or swapped', () => {
    expect(editDistance('brand', 'brand', 9)).toBe(0);
    expect(editDistance('brand', 'bran', 9)).toBe(1);
    expect(editDistance('brand', 'brannd', 9)).toBe(1);
    expect(editDistance('brand', 'brend', 9)).toBe(1);
    expect(editDistance('brand', 'barnd', 9)).toBe(1);
    expect(editDistance('brand', 'stoke', 3)).toBe(4);
  });

  test('is found among the known, or not at all', () => {
    expect(mostLike('Brannd', ['stoke', 'brand'])).toBe('brand');
    expect(mostLike('xyzzy', ['stoke', 'brand'])).toBeUndefined();
    expect(mostLike('x'.repeat(10_000), ['stoke'])).toBeUndefined();
  });
});
