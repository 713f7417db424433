import { expect, test } from 'vitest';
import { jobTurn } from '../../testing/job-turn.ts';
import { endTurn } from './end-turn.ts';

test('a job whose code is not here any more fails for good, says what to do, and calls back what is out', () => {
  const turn = jobTurn({ nodes: { n: {} }, attempts: { a: { node: 'n', from: 0 } } });
  const { works, view, fleet } = endTurn({ ...turn, simulation: null });
  expect(view).toMatchObject({
    status: 'failed',
    failure: 'the code of sums is not that of v any more: submit the job again',
  });
  expect(turn.state.retryable).toBe(false);
  expect(works.map(([node, { cancelled }]) => [node, cancelled])).toEqual([['n', ['a']]]);
  expect(fleet).toBeNull();
});
