import type { JobView, NodeView } from '@belfry/protocol';
import { describe, expect, test } from 'vitest';
import { cellMap, runsOf } from './cell-map.ts';
import { heardChunk, heardView, NO_FEED, progressOf, RATE_POINTS, timeLeft } from './job-feed.ts';
import {
  durationText,
  etaText,
  marginText,
  percentOf,
  runTime,
  shareText,
  shortCount,
} from './job-text.ts';
import { accessText, fleetRate, nodeCommand, trustText, usersFrom } from './node-text.ts';

const VIEW: JobView = {
  type: 'job',
  job: 'j1',
  owner: 'guest-a',
  title: '',
  simulation: 'quick-sim',
  version: `sha256-${'0'.repeat(64)}`,
  pool: 'default',
  priority: 0,
  visibility: 'link',
  seed: 1,
  status: 'running',
  createdAt: 1_000,
  startedAt: 2_000,
  endedAt: null,
  round: 0,
  note: '',
  blocksDone: 25,
  blocks: 100,
  iterations: 2_500,
  rate: 100,
  etaMs: 1_000,
  error: null,
  targetError: null,
  map: 'd25r5w70',
  nodes: [],
  nodeCount: 0,
  slots: 0,
  counts: { assigned: 0, completed: 0, failed: 0, lost: 0, late: 0, copies: 0, disputed: 0 },
  waiting: null,
  errors: [],
  failure: null,
  summary: null,
};

describe('what is known of a job', () => {
  test('chunks that are under way count once, however many nodes are at them', () => {
    let feed = heardView(NO_FEED, VIEW, 0);
    const chunk = { type: 'chunk', node: 'n1', from: 32, blocks: 8 } as const;
    feed = heardChunk(feed, { ...chunk, done: 4 }, 10);
    feed = heardChunk(feed, { ...chunk, node: 'n2', done: 2 }, 20);
    feed = heardChunk(feed, { ...chunk, from: 64, blocks: 64, done: 6 }, 20);
    expect(progressOf(feed)).toEqual({ done: 0.25, under: 0.1 });
    feed = heardChunk(feed, { ...chunk, done: 8 }, 30);
    expect(progressOf(feed).under).toBeCloseTo(0.06);
    // Nobody told of the other one for long.
    expect(progressOf(heardView(feed, VIEW, 60_000)).under).toBe(0);
  });

  test('another round begins without chunks, and what is done is never more than all', () => {
    let feed = heardView(NO_FEED, { ...VIEW, blocksDone: 98 }, 0);
    feed = heardChunk(feed, { type: 'chunk', node: 'n', from: 0, blocks: 64, done: 50 }, 10);
    expect(progressOf(feed)).toEqual({ done: 0.98, under: 1 - 0.98 });
    const next = heardView(feed, { ...VIEW, round: 1, blocksDone: 0, blocks: 0 }, 20);
    expect(progressOf(next)).toEqual({ done: 0, under: 0 });
    expect(progressOf(heardView(feed, { ...VIEW, status: 'done' }, 20)).done).toBe(1);
  });

  test('a job that stops when it is exact enough is as far as it is exact', () => {
    // Twice the error that it shall have: a quarter of the work.
    const view = { ...VIEW, blocksDone: 2, error: 0.002, targetError: 0.001 };
    expect(progressOf(heardView(NO_FEED, view, 0)).done).toBeCloseTo(0.25);
    expect(timeLeft({ ...view, iterations: 1_000, rate: 100, etaMs: 500_000 })).toBeCloseTo(30_000);
    expect(timeLeft({ ...view, etaMs: 700 })).toBe(700);
    expect(timeLeft({ ...view, error: null, etaMs: null })).toBeNull();
  });

  test('the speed is kept now and then, and the last so many', () => {
    let feed = NO_FEED;
    for (let i = 0; i < 1_000; i++) feed = heardView(feed, { ...VIEW, rate: i }, 1 + i * 250);
    expect(feed.rates).toHaveLength(RATE_POINTS);
    expect(feed.rates.at(-1)).toBe(998);
    expect(feed.rates.at(-2)).toBe(996);
  });
});

describe('the map of a round', () => {
  test('lies in rows, with a path for each state', () => {
    const map = cellMap('d3r1w2', 4);
    expect(map).toMatchObject({ columns: 4, rows: 2, counts: { d: 3, r: 1, w: 2, a: 0 } });
    expect(map.paths.map(({ letter }) => letter)).toEqual(['w', 'r', 'd']);
    expect(map.paths[0]?.d).toMatch(/^M0 1h.*zM1 1h.*z$/);
  });

  test('of nothing, of nonsense and of too much is drawn all the same', () => {
    expect(cellMap('', 50)).toMatchObject({ rows: 1, paths: [] });
    expect(runsOf('x9d2w0')).toEqual([{ letter: 'd', cells: 2 }]);
    expect(runsOf('d99999999999w5')).toEqual([{ letter: 'd', cells: 400 }]);
  });
});

describe('texts', () => {
  test('times are as exact as anybody cares', () => {
    const texts = [12.4, 999, 4_200, 9_960, 61_000, 3_600_000, 7_500_000].map(durationText);
    const said = ['12 ms', '999 ms', '4.2 s', '10 s', '1 min 1 s', '1 h', '2 h 5 min'];
    expect(texts).toEqual(said);
    expect([null, 800, 12_300, 100_000].map(etaText)).toEqual(['–', 'a moment', '13 s', '2 min']);
    expect(runTime(VIEW, 5_000)).toBe(3_000);
    expect(runTime({ startedAt: null, endedAt: null }, 5_000)).toBeNull();
  });

  test('counts get units, shares get percent, and only what is done is 100 %', () => {
    expect([0, 940, 12_440, 99_960, 3_100_000].map(shortCount)).toEqual([
      '0',
      '940',
      '12.4 k',
      '100 k',
      '3.1 M',
    ]);
    expect([shareText(0.0013), shareText(null), shareText(Infinity)]).toEqual(['0.13 %', '–', '–']);
    expect([0.001, 0.000_125, 0.05, 2, null].map(marginText)).toEqual([
      '± 0.20 %',
      '± 0.025 %',
      '± 9.8 %',
      '± 392 %',
      '–',
    ]);
    expect([0.999, 1, 0.004].map(percentOf)).toEqual([99, 100, 0]);
  });

  test('nodes are new, on their way, trusted, or have lost it', () => {
    const trusts = [0, 0.39, 1].map((trust) => trustText({ trust, disagreed: 0 }));
    expect(trusts).toEqual(['New', '39 %', 'Trusted']);
    expect(trustText({ trust: 0, disagreed: 1 })).toBe('Lost');
    expect(accessText({ type: 'users', users: ['a'] })).toBe('Owner and 1 user');
    expect(usersFrom(' ann,bob  ann\n')).toEqual(['ann', 'bob']);
    expect(nodeCommand('http://127.0.0.1:8000', 'c1')).toBe(
      'npx belfry node --url http://127.0.0.1:8000 --claim c1',
    );
    const node = { rate: 5 } as NodeView;
    expect(
      fleetRate([
        { ...node, status: 'online' },
        { ...node, status: 'offline' },
      ]),
    ).toBe(5);
  });
});
