import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { JobView, NodeView } from '@belfry/protocol';
import { runLocally } from '@belfry/protocol';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { coin } from '../../testing/coin.ts';
import {
  type BelfryProcess,
  type Ended,
  runBelfry,
  spawnBelfry,
  temporaryDirectory,
} from '../../testing/belfry-process.ts';

const COIN = fileURLToPath(new URL('../../testing/coin.ts', import.meta.url));

describe('the commands of a fleet', () => {
  const directory = temporaryDirectory();
  const cwd = directory.path;
  let server: BelfryProcess;
  let url: string;
  beforeAll(async () => {
    const config = {
      http_server: { port: 0 },
      fleet: {
        enabled: true,
        simulations: [COIN],
        times: { heartbeat: '200ms', suspect: '1s', dead: '2s' },
        max_attempts: 2,
      },
    };
    writeFileSync(join(cwd, 'belfry.config.json'), JSON.stringify(config));
    server = spawnBelfry(['start'], { cwd });
    url = await server.url();
  });
  afterAll(async () => {
    await server[Symbol.asyncDispose]();
    directory[Symbol.dispose]();
  });

  const belfry = (...args: string[]): Promise<Ended> => runBelfry(args, { cwd });
  const node = (name: string, ...args: string[]): BelfryProcess =>
    spawnBelfry(['node', '--url', url, '--name', name, '--data-dir', join(cwd, name), ...args], {
      cwd,
    });

  test('a job is submitted, done by a node that was claimed by its code, and its summary printed', async () => {
    await using shy = node('shy');
    const [, code = ''] = await shy.written(/Type (\S+) on the page/);
    const claimed = await belfry('nodes', 'claim', code, '--access', 'everyone');
    expect(claimed.stdout).toMatch(
      /^Node n-[a-z2-7]{26} \(shy\) is in the pool default, for everyone\./,
    );
    await shy.written(/Node n-\S+ is in the pool default/);

    const input = { blocks: 6, throws: 1_000, rounds: 2 };
    const submitted = await belfry(
      'jobs',
      'submit',
      'coin',
      JSON.stringify(input),
      '--user',
      'ann',
      '--seed',
      '3',
      '--title',
      'six',
    );
    expect(submitted.code).toBe(0);
    const alone = runLocally(coin, input, { seed: 3 });
    expect(JSON.parse(submitted.stdout)).toEqual(coin.summarize(alone.result, input));
    expect(submitted.stderr).toMatch(/^Job j-[a-z2-7]{26}\n/);
    expect(submitted.stderr).toMatch(/100% {2}done after /);
    const [, job = ''] = /^Job (\S+)/.exec(submitted.stderr) ?? [];

    const list = await belfry('jobs', 'ls', '--user', 'ann');
    expect(list.stdout).toMatch(
      new RegExp(`^JOB .*\\n${job} +done +100% +coin +12\\.0k .* six\\n$`),
    );
    expect((await belfry('jobs', 'ls', '--user', 'bob')).stdout).toBe('No jobs.\n');
    const result = await belfry('jobs', 'result', job);
    expect(JSON.parse(result.stdout)).toMatchObject({ job, result: alone.result, missing: [] });
    const watched = await belfry('jobs', 'watch', job, '--json');
    expect(JSON.parse(watched.stdout)).toMatchObject({ job, status: 'done' });

    const nodes = JSON.parse((await belfry('nodes', 'ls', '--json')).stdout) as NodeView[];
    expect(nodes).toMatchObject([{ name: 'shy', status: 'online', trust: 1 }]);
    const id = nodes[0]?.node ?? '';
    expect((await belfry('nodes', 'drain', id)).stdout).toBe(`Node ${id} is draining.\n`);
    expect((await belfry('nodes', 'drain', id, '--off')).stdout).toBe(`Node ${id} is online.\n`);
    expect((await belfry('nodes', 'ls')).stdout).toMatch(/ shy +online +0\/\d+ +trusted /);
    expect((await belfry('nodes', 'remove', id)).stdout).toBe(`Node ${id} is removed.\n`);
    const ended = await shy.ended;
    expect([ended.code, ended.stderr]).toEqual([1, 'belfry: the node was removed by its owner.\n']);
    expect((await belfry('nodes', 'ls')).stdout).toBe('No nodes.\n');
  }, 60_000);

  test('a claim token makes a node one’s own; SIGTERM drains it', async () => {
    const { stdout: claim } = await belfry('claim', '--user', 'ann', '--ttl', '10m');
    await using mine = node('mine', '--claim', claim.trim(), '--slots', '1', '--json');
    await mine.written(/"type":"registered"/);
    const { stdout } = await belfry('nodes', 'ls', '--user', 'ann', '--json');
    expect(JSON.parse(stdout)).toMatchObject([
      { name: 'mine', owner: 'ann', mine: true, slots: 1 },
    ]);
    mine.signal('SIGTERM');
    const ended = await mine.ended;
    expect(ended.code).toBe(0);
    expect(ended.stdout).toContain('{"type":"end","end":{"type":"drained"}}');
    const forged = node('forged', '--claim', 'garbage');
    expect(await forged.ended).toMatchObject({ code: 1 });
    expect(forged.stderr()).toMatch(/claim: is no claim token .*\(bad_claim\)/);
  }, 60_000);

  test('a job that fails says why, and the exit code tells', async () => {
    const { stdout: claim } = await belfry('claim', '--trusted', '--access', 'everyone');
    await using works = node('works', '--claim', claim.trim());
    const broken = JSON.stringify({ blocks: 4, throws: 10, broken: 2 });
    const failed = await belfry('jobs', 'submit', 'coin', broken);
    expect([failed.code, failed.stdout]).toEqual([1, '']);
    expect(failed.stderr).toContain('the coin of block 2 is lost');
    const wrong = await belfry('jobs', 'submit', 'coin', '{"blocks":"many"}');
    expect([wrong.code, wrong.stderr]).toEqual([1, expect.stringContaining('input.blocks: ')]);
    expect((await belfry('jobs', 'submit', 'coin', '{')).code).toBe(2);
    expect((await belfry('jobs', 'submit', 'coin', '{}', '--target-error', '2')).code).toBe(2);
    expect((await belfry('jobs', 'watch', 'j-nothing')).stderr).toContain('there is no such job.');
    works.signal('SIGTERM');
    await works.ended;
  }, 60_000);

  test('Ctrl-C ends the watching and not the job, which can be cancelled and gone on with', async () => {
    const input = JSON.stringify({ blocks: 4, throws: 10 });
    await using watching = spawnBelfry(['jobs', 'submit', 'coin', input, '--pool', 'empty'], {
      cwd,
    });
    await watching.written(/waiting: there is no node/);
    watching.signal('SIGINT');
    const ended = await watching.ended;
    const [, job = ''] = /The job goes on: belfry jobs watch (\S+)/.exec(ended.stderr) ?? [];
    expect([ended.code, job]).toEqual([1, expect.stringMatching(/^j-/)]);
    expect((await belfry('jobs', 'cancel', job)).stdout).toBe(`Job ${job} is cancelled.\n`);
    const watched = await belfry('jobs', 'watch', job);
    expect([watched.code, watched.stderr]).toEqual([
      1,
      expect.stringContaining('the job was cancelled.'),
    ]);
    expect((await belfry('jobs', 'retry', job)).stdout).toBe(`Job ${job} is queued.\n`);
    const detached = await belfry(
      'jobs',
      'submit',
      'coin',
      input,
      '--pool',
      'empty',
      '--detach',
      '--json',
    );
    const { job: other } = JSON.parse(detached.stdout) as Pick<JobView, 'job'>;
    for (const each of [job, other]) await belfry('jobs', 'cancel', each);
  }, 60_000);
});
