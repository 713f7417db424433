import { describe, expect, test } from 'vitest';
import { catalog } from './catalog/catalog.ts';
import { prepare } from './fight.ts';
import { merge } from './result/merge.ts';
import type { CombatResult } from './result/result.ts';

const classes = catalog.classes.map(({ id }) => id);

describe.each(classes)('a fight of a %s', (className) => {
  const fight = prepare({ class: className, style: 'adds' });

  test('comes out the same for the same seed, and otherwise for another', () => {
    const play = (seed: number): string =>
      JSON.stringify(prepare({ class: className }).simulate({ seed, from: 0, count: 50 }));
    expect(play(7)).toBe(play(7));
    expect(play(8)).not.toBe(play(7));
  });

  test('has iterations that are the same in whatever chunk they are played', () => {
    const one = fight.simulate({ seed: 3, from: 17, count: 1 });
    const many = fight.createSink();
    fight.run({ seed: 3, from: 0, count: 17 }, many);
    fight.clearSink(many);
    fight.run({ seed: 3, from: 17, count: 1 }, many);
    expect(fight.result(many)).toEqual(one);
  });

  test('is merged of chunks in their order to the same bytes, whoever played which', () => {
    const chunk = (from: number, count: number): CombatResult =>
      prepare({ class: className, style: 'adds' }).simulate({ seed: 5, from, count });
    const forth = [chunk(0, 30), chunk(30, 11), chunk(41, 59)];
    const back = [chunk(41, 59), chunk(30, 11), chunk(0, 30)].toReversed();
    expect(JSON.stringify(forth.reduce(merge))).toBe(JSON.stringify(back.reduce(merge)));
  });
});
