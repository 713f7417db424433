import { describe, expect, test } from 'vitest';
import { problemOf } from '../api/admin-error.ts';
import type { Connection, NodeLoad, Publication, StreamEvent } from '../api/admin-types.ts';
import { linesOf } from '../api/lines-of.ts';
import { codeIn } from '../api/stored-sign-in.ts';
import { channelPath, connectionsPath } from '../paths.ts';
import { patternFor } from './channel-search.ts';
import { lookAt } from './connection-rates.ts';
import { ageText, bytesText, rateText, transportText } from '../../../parts/formats.ts';
import { infoText } from './info-text.ts';
import { jsonTokens } from '../../../parts/json-tokens.ts';
import { addSample, MAX_POINTS, NO_HISTORY } from './load-history.ts';
import { readTyped } from './publish-text.ts';
import { sparkOf } from '../../../parts/sparkline-path.ts';
import { MAX_ENTRIES, NOTHING_SEEN, rateSeries, watched } from './watch-log.ts';

const LOAD: NodeLoad = {
  uid: 'a',
  name: 'one',
  version: '1',
  connections: 2,
  users: 1,
  channels: 3,
  subscriptions: 4,
  uptime: 10,
  cpu: 1,
  rss: 1,
  clockMs: 1_000,
  messagesIn: 10,
  messagesOut: 100,
  bytesIn: 0,
  bytesOut: 0,
  queuedBytes: 5,
  errors: 0,
  refused: 0,
  storeErrors: 0,
};
const overview = (...nodes: NodeLoad[]) => ({ nodes, missing: [], store: null });

describe('the history of load', () => {
  test('has rates by each Beacon’s own clock, and none for one that has just come', () => {
    const first = addSample(NO_HISTORY, overview(LOAD), 3);
    expect(first.points.at(-1)).toMatchObject({ connections: 2, messagesOut: null });
    const later = { ...LOAD, clockMs: 3_000, messagesOut: 150 };
    const other = { ...LOAD, uid: 'b', messagesOut: 9_000 };
    const second = addSample(first, overview(later, other), 7);
    expect(second.points.at(-1)).toMatchObject({
      connections: 4,
      channels: 7,
      queuedBytes: 10,
      messagesOut: 25,
    });
    expect(second.nodes.map(({ out }) => out)).toEqual([[null, 25], [null]]);
  });

  test('forgets Beacons that went and points that are old', () => {
    let history = addSample(NO_HISTORY, overview(LOAD, { ...LOAD, uid: 'b' }), 0);
    for (let i = 0; i < 200; i++) {
      history = addSample(history, overview({ ...LOAD, clockMs: 2_000 + i }), 0);
    }
    expect(history.points).toHaveLength(MAX_POINTS);
    expect(history.nodes.map(({ load, out }) => [load.uid, out.length])).toEqual([
      ['a', MAX_POINTS],
    ]);
  });
});

describe('a sparkline', () => {
  test('fills from the right, and begins at zero', () => {
    expect(sparkOf([0, 10], 3)).toEqual({
      line: 'M50 28L100 2',
      area: 'M50 30L50 28L100 2L100 30Z',
      last: 2 / 30,
      peak: 10,
    });
  });

  test('has a gap where nothing is known, and is nothing without values', () => {
    expect(sparkOf([1, null, 1], 3).line).toBe('M0 2M100 2');
    expect(sparkOf([null], 3)).toEqual({ line: '', area: '', last: null, peak: 0 });
    expect(sparkOf([0, 0], 2).last).toBeGreaterThan(0.9);
  });
});

describe('the log of a channel', () => {
  const publication = (offset: number, data: unknown = { n: offset }): Publication => ({
    channel: 'a',
    offset,
    epoch: 'e',
    time: offset,
    data,
  });

  test('has the latest first, counts all and keeps some', () => {
    let log = NOTHING_SEEN;
    for (let i = 0; i < 60; i++) {
      const events = Array.from({ length: 10 }, (_, k) => publication(i * 10 + k + 1));
      log = watched(log, events, 5_000_000 + i * 1_000);
    }
    expect(log.entries).toHaveLength(MAX_ENTRIES);
    expect(log.entries[0]?.what).toMatchObject({ publication: { offset: 600 } });
    expect(log.seen).toBe(600);
    expect(new Set(log.entries.map(({ id }) => id)).size).toBe(MAX_ENTRIES);
    const series = rateSeries(log, 5_060_500);
    expect([series.length, series.at(-1), Math.max(...series)]).toEqual([60, 10, 10]);
    expect(rateSeries(log, 5_200_000).every((count) => count === 0)).toBe(true);
  });

  test('keeps fewer when they are long, but always the last', () => {
    const long = 'x'.repeat(1_500_000);
    const events = [1, 2, 3, 4].map((offset) => publication(offset, long));
    expect(watched(NOTHING_SEEN, events, 0).entries).toHaveLength(2);
    const huge = watched(NOTHING_SEEN, [publication(1, 'x'.repeat(9_000_000))], 0);
    expect(huge.entries).toHaveLength(1);
  });

  test('tells who came and went, and where something may be missing', () => {
    const events: StreamEvent[] = [
      { channel: 'a', type: 'join', client: 'c', user: 'ann' },
      { channel: 'a', interrupted: true },
      { channel: 'a', offset: 1, epoch: 'e', time: 1, b64data: 'AAE=' },
    ];
    const { entries, seen } = watched(NOTHING_SEEN, events, 7);
    expect(entries.map(({ what }) => what.type)).toEqual(['publication', 'gap', 'join']);
    expect(entries[0]?.what).toMatchObject({ text: 'AAE=' });
    expect(seen).toBe(1);
  });
});

test('connections have rates once they have been seen twice', () => {
  const connection = { client: 'c', received: 10, sent: 20 } as Connection;
  const first = lookAt(null, [connection], 1_000);
  expect(first.views[0]).toMatchObject({ inRate: null, outRate: null });
  const next = [
    { ...connection, received: 14, sent: 20 },
    { ...connection, client: 'd' },
  ];
  const second = lookAt(first, next, 3_000);
  expect(second.views.map(({ inRate, outRate }) => [inRate, outRate])).toEqual([
    [2, 0],
    [null, null],
  ]);
});

test('figures are short', () => {
  expect([null, 0, 0.04, 0.44, 9.96, 1_204.4].map(rateText)).toEqual([
    '–',
    '0',
    '<0.1',
    '0.4',
    '10.0',
    '1,204',
  ]);
  expect([0, 812, 999.6, 1_440, 23_400_000].map(bytesText)).toEqual([
    '0 B',
    '812 B',
    '1.0 kB',
    '1.4 kB',
    '23 MB',
  ]);
  expect([0, 59_999, 180_000, 3_600_000, 18_720_000, 273_600_000].map(ageText)).toEqual([
    '0 s',
    '59 s',
    '3 min',
    '1 h',
    '5 h 12 min',
    '3 d 4 h',
  ]);
  expect(transportText('uni_sse', 'json')).toBe('SSE, one-way · JSON');
});

test('what is typed is JSON, or is told where it is not', () => {
  expect(readTyped(' {"a": [1]} ')).toEqual({ ok: true, data: { a: [1] } });
  expect(readTyped('"12345678901234567890"')).toMatchObject({ ok: true });
  for (const [text, problem] of [
    ['', /Write some JSON/],
    ['{"a": oops}', /not JSON.*double quotes/],
    ['{\n"a": 1,}', /not JSON/],
    ['{"id": 9223372036854775807}', /9223372036854775807 is too long/],
  ] as const) {
    expect(readTyped(text)).toMatchObject({ ok: false, problem: expect.stringMatching(problem) });
  }
});

test('coloured JSON is the same text', () => {
  for (const value of [{ a: -1.5e9, 'b"}': ['x: "y"', true, null, {}] }, 'fnt', 0, []]) {
    for (const space of [0, 2]) {
      const text = JSON.stringify(value, null, space);
      expect(
        jsonTokens(text)
          .map((token) => token.text)
          .join(''),
      ).toBe(text);
    }
  }
  expect(jsonTokens('{"a":1}').map(({ type }) => type)).toEqual([
    'mark',
    'key',
    'mark',
    'number',
    'mark',
  ]);
});

test('channels are found by a part of their name, or by a pattern', () => {
  expect([' ', 'news', 'news:*', 'a[12]'].map(patternFor)).toEqual([
    '',
    '*news*',
    'news:*',
    'a[12]',
  ]);
});

test('names stand in addresses whatever they are made of', () => {
  expect(channelPath('a b:ü/?#&')).toBe('/channels/at?name=a+b%3A%C3%BC%2F%3F%23%26');
  expect(connectionsPath({ user: 'ann&bob' })).toBe('/channels/connections?user=ann%26bob');
  expect([codeIn('#code=a.b-c_d'), codeIn('#content'), codeIn('')]).toEqual([
    'a.b-c_d',
    null,
    null,
  ]);
});

test('what clients tell of themselves is shown without who they are', () => {
  expect(infoText({ user: 'ann', client: 'c', conn_info: { name: 'Ann' } })).toBe('{"name":"Ann"}');
  expect([infoText({ user: 'ann' }), infoText(null)]).toEqual(['', '']);
});

test('errors say what one can do', () => {
  const body = (code: string, message: string) => ({ error: { code, message } });
  expect(problemOf(401, body('unauthorized', 'no')).problem).toBe('signed-out');
  expect(problemOf(403, body('read_only', 'no')).problem).toBe('read-only');
  expect(problemOf(404, null).problem).toBe('disabled');
  expect(problemOf(429, body('too_many_requests', 'wait')).problem).toBe('limited');
  expect(problemOf(503, body('store_unavailable', 'x')).problem).toBe('store');
  expect(problemOf(503, body('too_many_streams', 'busy')).message).toBe('Busy');
  expect(problemOf(502, null).problem).toBe('failed');
  expect(problemOf(400, body('refused', 'channel: none')).message).toBe('Channel: none');
});

test('a stream is read line by line wherever it is cut', async () => {
  const bytes = new TextEncoder().encode('\n{"a":"ü"}\n\n{"b":2}\n{"c');
  const stream = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const byte of bytes) controller.enqueue(Uint8Array.of(byte));
      controller.close();
    },
  });
  const lines: string[] = [];
  for await (const some of linesOf(stream)) lines.push(...some);
  expect(lines).toEqual(['{"a":"ü"}', '{"b":2}']);
});
