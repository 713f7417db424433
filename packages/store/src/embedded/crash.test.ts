import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { ActorKey } from '@belfry/protocol';
import { expect, test } from 'vitest';
import type { Store } from '../store.ts';
import { openEmbeddedStore } from './open-embedded-store.ts';

const ACTORS = Array.from({ length: 5 }, (_, i): ActorKey => `room/${i}`);

/**
 * What the child does until it is killed: sends numbered messages to each room, and takes turns that consume some of them. A turn
 * counts in the state, publishes once and sends once to the room's sink, so that a half-applied one would show. What was
 * acknowledged it prints.
 */
const CHILD = `
  import { writeSync } from 'node:fs';
  // A pipe whose reader is slow says EAGAIN; what was acknowledged must be said all the same.
  const say = (line) => {
    for (;;) {
      try {
        return writeSync(1, line + '\\n');
      } catch (error) {
        if (error.code !== 'EAGAIN') throw error;
      }
    }
  };
  // Not even a test that was broken off leaves it behind.
  setTimeout(() => process.exit(3), 30000).unref();
  const { openEmbeddedStore, allPartitions } = await import(process.argv[1]);
  const store = await openEmbeddedStore({ dataDir: process.argv[2], partitions: 4 });
  const history = { size: 100000, ttlMs: 3600000, metaTtlMs: 3600000 };
  const next = JSON.parse(process.argv[3]);
  const send = async (to) => {
    for (;;) {
      const n = next[to]++;
      await store.actors.send({ to, body: String(n), inboxLimit: 1e9 });
      say('sent ' + to + ' ' + n);
    }
  };
  const turn = ({ actor, fence, version, state, messages }) => {
    const taken = messages.slice(0, 1 + Math.floor(Math.random() * messages.length));
    const count = JSON.parse(state ?? '{"turns":0,"last":0}');
    for (const { body } of taken) if (Number(body) !== ++count.last) throw new Error('order of ' + actor);
    count.turns++;
    return { actor, fence, version, state: JSON.stringify(count), meta: null, consumedThrough: taken.at(-1).seq,
      deadLetters: [], forget: [], publications: [{ channel: 'server:' + actor, body: String(count.turns), history }],
      sends: [{ to: actor.replace('room', 'sink'), body: String(count.turns), inboxLimit: 1e9 }],
      wakeAt: null, holdUntil: null, suspend: null, lease: { type: 'release' } };
  };
  const work = async (partition) => {
    for (;;) {
      const { claimed } = await store.actors.claim({ partition, holder: 'h' + process.pid, overdueMs: { message: 0, tick: 0 },
        limit: 10, leaseMs: 30, maxMessages: 50 });
      const rooms = claimed.filter(({ actor }) => actor.startsWith('room/'));
      const results = await store.actors.commit(rooms.map(turn));
      rooms.forEach(({ actor }, i) => {
        if (results[i].status === 'committed') say('turn ' + actor + ' ' + results[i].version);
      });
    }
  };
  Object.keys(next).map(send);
  allPartitions(4).map(work);
`;

/** Runs the child, kills it `afterMs` after its first acknowledgement, and gives what it printed. */
async function killedRun(dataDir: string, next: object, afterMs: number): Promise<string> {
  const index = new URL('../index.ts', import.meta.url).href;
  const child = spawn(
    process.execPath,
    [
      '--conditions=@belfry/source',
      '--input-type=module',
      '-e',
      CHILD,
      index,
      dataDir,
      JSON.stringify(next),
    ],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let out = '';
  let err = '';
  child.stderr.on('data', (data) => (err += String(data)));
  const exited = new Promise<NodeJS.Signals | null>((resolve) =>
    child.once('close', (_code, signal) => resolve(signal)),
  );
  const first = new Promise<void>((resolve) => {
    child.stdout.on('data', (data) => {
      out += String(data);
      if (out.includes('turn')) resolve();
    });
  });
  try {
    await Promise.race([first, exited]);
    await setTimeout(afterMs);
  } finally {
    child.kill('SIGKILL');
  }
  if ((await exited) !== 'SIGKILL') throw new Error(`the child ended by itself: ${err}`);
  // The last line may be cut off; it was acknowledged all the same, but leaving it out only weakens the check.
  return out.slice(0, out.lastIndexOf('\n') + 1);
}

function acknowledged(out: string, what: string, actor: string): number {
  const numbers = [...out.matchAll(new RegExp(`^${what} ${actor} (\\d+)$`, 'gm'))];
  return Math.max(0, ...numbers.map((match) => Number(match[1])));
}

/** Checks one room against what was acknowledged; gives the number of its next message. */
async function checkRoom(store: Store, actor: ActorKey, out: string): Promise<number> {
  const channel = `server:${actor}`;
  const view = await store.actors.peek(actor);
  const sink = await store.actors.peek(actor.replace('room', 'sink') as ActorKey);
  const history = await store.channels.history(channel, { limit: -1, metaTtlMs: 1000 });
  const { turns, last } = JSON.parse(view?.state ?? '{"turns":0,"last":0}') as {
    turns: number;
    last: number;
  };
  const accepted = last + (view?.inboxLength ?? 0);
  expect(accepted).toBeGreaterThanOrEqual(acknowledged(out, 'sent', actor));
  expect(view?.version).toBeGreaterThanOrEqual(acknowledged(out, 'turn', actor));
  expect({
    version: view?.version,
    sink: sink?.inboxLength,
    top: history.offset,
    published: history.publications.map(({ body }) => Number(body)),
  }).toEqual({
    version: turns,
    sink: turns,
    top: turns,
    published: Array.from({ length: turns }, (_, i) => i + 1),
  });
  return accepted + 1;
}

test('killed at any moment, it has everything that was acknowledged and nothing half-applied', async () => {
  await using cleanup = new AsyncDisposableStack();
  const dataDir = await mkdtemp(join(tmpdir(), 'belfry-crash-'));
  cleanup.defer(() => rm(dataDir, { recursive: true, force: true }));
  let next = Object.fromEntries(ACTORS.map((actor) => [actor, 1]));
  let turns = 0;
  for (let round = 0; round < 5; round++) {
    const out = await killedRun(dataDir, next, Math.random() * 150);
    const store = await openEmbeddedStore({ dataDir, partitions: 4 });
    await using closing = new AsyncDisposableStack();
    closing.defer(() => store.close());
    const numbers = await Promise.all(ACTORS.map((actor) => checkRoom(store, actor, out)));
    next = Object.fromEntries(ACTORS.map((actor, i) => [actor, numbers[i] ?? 1]));
    turns += (out.match(/^turn /gm) ?? []).length;
  }
  expect(turns).toBeGreaterThan(5);
}, 60_000);
