import type { JobView } from '@belfry/protocol';
import { describe, expect, test } from 'vitest';
import { bar, jobFacts, shortNumber, shortTime } from './job-text.ts';
import { progressLine } from './progress-line.ts';

const VIEW = {
  status: 'running',
  round: 0,
  note: '',
  blocks: 100,
  blocksDone: 0,
  iterations: 0,
  rate: 1_234_567,
  etaMs: 83_000,
  error: 0.021,
  targetError: 0.01,
  nodeCount: 2,
  slots: 8,
  waiting: null,
} as unknown as JobView;

function screen(isTTY: boolean) {
  const written: string[] = [];
  let now = 0;
  const out = { isTTY, columns: 200, write: (text: string) => written.push(text) > 0 };
  const line = progressLine(out, () => now);
  return { written, line, pass: (ms: number) => (now += ms) };
}

describe('the progress of a job', () => {
  test('is one line that changes on a terminal', () => {
    const { written, line } = screen(true);
    line.show({ ...VIEW, blocksDone: 50 });
    line.say('The server is away.');
    line.show({ ...VIEW, blocksDone: 51 });
    line.end();
    expect(written).toEqual([
      `\r\u001B[K${'█'.repeat(14)}${'░'.repeat(14)}  50%  1.2M/s  1 m 23 s left  ± 2.1% of 1.0%  2 nodes, 8 slots`,
      '\r\u001B[K',
      'The server is away.\n',
      expect.stringContaining(' 51%  '),
      '\n',
    ]);
  });

  test('elsewhere is a line now and then: when it is news, or when time has passed', () => {
    const { written, line, pass } = screen(false);
    const show = (blocksDone: number, more: Partial<JobView> = {}): void =>
      line.show({ ...VIEW, blocksDone, ...more });
    show(0);
    for (let i = 1; i < 10; i++) show(i);
    expect(written).toHaveLength(1);
    show(10);
    show(11);
    expect(written).toHaveLength(2);
    pass(10_000);
    show(12);
    show(12, { waiting: 'busy' });
    show(12, { waiting: 'busy', round: 1 });
    expect(written).toHaveLength(5);
    expect(written.at(-1)).toMatch(/^ 12%  round 2 .*all slots are taken by other jobs\n$/);
    expect(written.join('')).not.toContain('\r');
  });

  test('says numbers and times as people do', () => {
    expect([0, 999, 1_000, 123_456, 2.5e9].map(shortNumber)).toEqual([
      '0',
      '999',
      '1.0k',
      '123k',
      '2.5G',
    ]);
    expect([0, 59_400, 61_000, 7_500_000].map(shortTime)).toEqual([
      '0 s',
      '59 s',
      '1 m 1 s',
      '2 h 5 m',
    ]);
    expect([bar(0, 4), bar(0.5, 4), bar(1, 4)]).toEqual(['░░░░', '██░░', '████']);
    const ended = {
      ...VIEW,
      status: 'done',
      createdAt: 0,
      endedAt: 3_000,
      iterations: 5_000,
    } as JobView;
    expect(jobFacts(ended)).toBe('done after 3 s, 5.0k iterations');
  });
});
