import { expect, test } from 'vitest';
import { jobTurn } from '../../testing/job-turn.ts';
import { endTurn } from './end-turn.ts';

const NOW = 10_000;
const node = { rate: 1, size: 1, held: 2 };

/** After how many ms a job looks again that said all that it has to say. */
function looksAfter(input: Parameters<typeof jobTurn>[0]): number {
  const turn = jobTurn({ now: NOW, blocks: 64, ...input });
  turn.state.told = { ...turn.state.told, stale: false };
  endTurn(turn);
  turn.state.told.stale = false;
  return (endTurn(turn).wakeAt ?? Infinity) - NOW;
}

test('a job looks often while there is little left to give out, and less often when nothing is', () => {
  const attempts = { a: { node: 'n', from: 0, at: NOW }, b: { node: 'n', from: 1, at: NOW } };
  expect(looksAfter({ nodes: { n: node }, attempts })).toBe(50);
  expect(looksAfter({ blocks: 2, nodes: { n: node }, attempts })).toBe(500);
});

test('a job whose nodes may take nothing more until something comes does not look often', () => {
  const votes = [{ node: 'n', owner: 'ann', digest: 'x' }];
  const unconfirmed = Array.from({ length: 16 }, (_, i) => [i, { votes, since: NOW }]);
  const nodes = { n: { ...node, trust: 'none', held: 0 } } as const;
  expect(looksAfter({ nodes, chunks: Object.fromEntries(unconfirmed) })).toBe(500);
});
