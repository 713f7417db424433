import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { COUNTER, spawnBelfry, temporaryDirectory } from '../testing/belfry-process.ts';
import { main } from './main.ts';

const START = ['start', '--port', '0', '--actors', COUNTER];

interface Outcome {
  readonly code: number;
  readonly output: string;
}

let written: string[] = [];
beforeEach(() => {
  for (const method of ['log', 'error'] as const) {
    vi.spyOn(console, method).mockImplementation((text: unknown) => {
      written.push(String(text));
    });
  }
});
afterEach(() => {
  vi.restoreAllMocks();
});

/** Runs a command here, on the store of `directory`. */
async function belfry(directory: string, ...args: string[]): Promise<Outcome> {
  written = [];
  const code = await main([...args, '--data-dir', `${directory}/.belfry`]);
  return { code, output: written.join('\n') };
}

/** Each is asked of a running server and of the store itself. */
const REFUSALS: readonly (readonly [string[], number, RegExp])[] = [
  [
    ['channels', 'publish', 'foo:bar', '{}'],
    1,
    /^belfry: channel: there is no namespace "foo"; there are .*control.*server.*user/,
  ],
  [
    ['channels', 'publish', 'control:counter/a', '{}'],
    1,
    /inbox of an actor.*belfry actors send counter\/a <data> --user NAME.*server:counter\/a/,
  ],
  [['channels', 'history', 'foo:bar'], 1, /no namespace "foo"/],
  [['channels', 'presence', 'foo:bar'], 1, /no namespace "foo"/],
  [['channels', 'subscribe', 'foo:bar'], 1, /no namespace "foo"/],
  [['channels', 'subscribe', 'control:counter/a'], 1, /inbox of an actor/],
  [['actors', 'redrive', 'counter/nope'], 1, /^belfry: there is no actor counter\/nope\.$/],
  [['actors', 'drop', 'counter/nope'], 1, /no actor counter\/nope/],
  [['actors', 'resume', 'counter/nope'], 1, /no actor counter\/nope/],
  [['actors', 'dead-letters', 'counter/nope'], 1, /no actor counter\/nope/],
  [['actors', 'show', 'counter'], 2, /actor: got "counter"; an actor is named kind\/id/],
  [['actors', 'ls', '--cursor', 'xyz'], 2, /cursor: got "xyz"; give the one that the last page/],
  [
    ['actors', 'send', 'lobby/A', '{"say":"x"}', '--user', 'ann'],
    1,
    /^belfry: there is no actor lobby\/A\.$/,
  ],
  [['actors', 'send', 'lobby/A', '{}'], 1, /takes no messages from the deployment.*--user NAME/],
  [['actors', 'send', 'counter/a', '{"add":1}'], 1, /the data does not fit the kind: .*set/],
  [
    ['actors', 'send', 'counter/a', '{"add":"x"}', '--user', 'ann'],
    1,
    /the data does not fit the kind: add: /,
  ],
  [['actors', 'send', 'nope/a', '1'], 1, /no kind "nope"; there are counter, lobby\./],
  [['actors', 'send', 'counter/a', 'set'], 2, /<data>: got set; it must be JSON/],
];

describe('operations', () => {
  test('refuse what cannot be done, by the server and on the store itself, and send to actors by both', async () => {
    using directory = temporaryDirectory();
    const { path } = directory;
    {
      await using server = spawnBelfry(START, { cwd: path });
      await server.url();
      for (const [args, code, output] of REFUSALS) {
        expect([args, await belfry(path, ...args)]).toEqual([
          args,
          { code, output: expect.stringMatching(output) },
        ]);
      }
      expect(await belfry(path, 'actors', 'ls', '--kind', 'nope')).toEqual({
        code: 1,
        output: 'belfry: there is no kind "nope"; there are counter, lobby.',
      });
      expect((await belfry(path, 'actors', 'send', 'counter/a', '{"set":5}')).output).toBe('Sent.');
      const asAnn = ['actors', 'send', 'counter/a', '{"add":2}', '--user', 'ann'];
      expect(await belfry(path, ...asAnn)).toEqual({ code: 0, output: 'Sent.' });
      await expect
        .poll(async () => (await belfry(path, 'channels', 'history', 'server:counter/a')).output)
        .toContain('{"total":7,"by":"ann"}');
      server.signal('SIGTERM');
      await server.ended;
    }
    const actors = (args: string[]): string[] => (args[1] === 'send' ? ['--actors', COUNTER] : []);
    for (const [args, code, output] of REFUSALS) {
      expect([args, await belfry(path, ...args, ...actors(args))]).toEqual([
        args,
        { code, output: expect.stringMatching(output) },
      ]);
    }
    const send = ['actors', 'send', 'counter/a', '{"set":9}', '--actors', COUNTER];
    expect(await belfry(path, ...send)).toEqual({ code: 0, output: 'Sent.' });
    expect((await belfry(path, 'actors', 'ls')).output).toMatch(/counter\/a +\d+ +1 /);
  }, 60_000);
});
