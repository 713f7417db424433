/**
 * What does a patch between two states of a game cost to make and to apply, and how small is it? States of 200 B to 50 KB, of which a
 * little, a fifth or everything has moved.
 *
 * Run it with `node --conditions=@belfry/source packages/protocol/src/fossil-delta.bench.ts`.
 */
import { bench, do_not_optimize, run, summary } from 'mitata';
import { applyFossilDelta } from './apply-fossil-delta.ts';
import { createFossilDelta } from './create-fossil-delta.ts';

const utf8 = new TextEncoder();

let seed = 12_345;
function random(): number {
  seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
  return seed / 2 ** 32;
}

const place = (): number => Math.round(random() * 100_000) / 100;

function states(players: number, moving: number): { before: Uint8Array; after: Uint8Array } {
  const there = Array.from({ length: players }, (_, i) => ({
    id: `p${i}`,
    x: place(),
    y: place(),
    hp: 100,
    name: `player ${i} é`,
    items: ['sword', 'shield'],
    alive: true,
  }));
  const moved = there.map((each) =>
    random() < moving ? { ...each, x: place(), y: place() } : each,
  );
  return {
    before: utf8.encode(JSON.stringify({ tick: 1, players: there })),
    after: utf8.encode(JSON.stringify({ tick: 2, players: moved })),
  };
}

for (const players of [2, 20, 100, 460]) {
  summary(() => {
    for (const moving of [0.02, 0.2, 1]) {
      const { before, after } = states(players, moving);
      const delta = createFossilDelta(before, after, { utf8: true });
      const name = `${after.length} B, ${moving * 100}% moved: ${delta?.length ?? 'no'} B`;
      bench(`create ${name}`, () =>
        do_not_optimize(createFossilDelta(before, after, { utf8: true })));
      if (delta !== null)
        bench(`apply ${name}`, () => do_not_optimize(applyFossilDelta(before, delta)));
    }
  });
}

await run();
