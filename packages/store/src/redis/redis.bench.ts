/**
 * How many fenced commits and how many whole message cycles a second does the Redis driver do, and what does the server spend on each?
 *
 * A commit has a state of 600 bytes, one publication with history, and the next due time; a cycle is send → claim → commit. Run it with
 * `node --conditions=@belfry/source packages/store/src/redis/redis.bench.ts [url] [actors] [seconds]`. It writes under a prefix of
 * its own, which it deletes in the end. What the server spends is its CPU time; the part in scripts is its own count (commandstats), which
 * is time on the clock and so includes waiting for a CPU on a busy machine.
 */
import { createClient } from '@redis/client';
import { encodeClientMessage } from '@belfry/protocol';
import type { ActorKey } from '@belfry/protocol';
import type { ClaimedActor, Commit } from '../actor-store.ts';
import { allPartitions, partitionOf, type Partition } from '../partition.ts';
import type { Store } from '../store.ts';
import { openRedisStore } from './open.ts';

const [url = 'redis://127.0.0.1:6379', ...numbers] = process.argv.slice(2);
const [actors = 1000, seconds = 3] = numbers.map(Number);
const prefix = `bench-${process.pid}`;
const state = JSON.stringify({ board: 'x'.repeat(580) });
const history = { size: 20, ttlMs: 300_000, metaTtlMs: 3_600_000 };
const body = encodeClientMessage(
  { user: 'ann', client: 'c1' },
  '{"type":"move","cell":4,"note":"of common size"}',
);
const admin = createClient({ url });

type Turn = Pick<ClaimedActor, 'actor' | 'fence' | 'version' | 'messages'>;

function turn({ actor, fence, version, messages }: Turn, keep: boolean): Commit {
  return {
    actor,
    fence,
    version,
    state,
    meta: null,
    consumedThrough: messages.at(-1)?.seq ?? null,
    deadLetters: [],
    publications: [{ channel: `server:${actor}`, body: '{"data":{"move":4,"by":"ann"}}', history }],
    sends: [],
    forget: [],
    wakeAt: Date.now() + 60_000,
    holdUntil: null,
    suspend: null,
    lease: keep ? { type: 'keep', ms: 60_000, maxMessages: 16 } : { type: 'release' },
  };
}

function claimAll(
  store: Store,
  partition: Partition,
  leaseMs = 60_000,
): Promise<{ claimed: readonly ClaimedActor[] }> {
  return store.actors.claim({
    partition,
    holder: 'bench',
    overdueMs: { message: 0, tick: 0 },
    limit: 128,
    leaseMs,
    maxMessages: 64,
  });
}

async function sendToAll(store: Store): Promise<void> {
  await Promise.all(
    Array.from({ length: actors }, (_, i) => store.actors.send({ to: `match/${i}`, body })),
  );
}

async function claimEverything(store: Store): Promise<ClaimedActor[]> {
  const held: ClaimedActor[] = [];
  for (const partition of allPartitions(store.partitions)) {
    for (;;) {
      const { claimed } = await claimAll(store, partition);
      held.push(...claimed);
      if (claimed.length === 0) break;
    }
  }
  return held;
}

/** Every actor is held and commits again as soon as it has committed, as tickers do. */
async function commits(store: Store): Promise<number> {
  await sendToAll(store);
  const held = await claimEverything(store);
  let running = true;
  let done = 0;
  setTimeout(() => (running = false), seconds * 1000);
  const home = Map.groupBy(held, ({ actor }) => partitionOf(actor, store.partitions));
  await Promise.all(
    [...home.values()].map(async (group) => {
      let turns: Turn[] = group;
      while (running) {
        const results = await store.actors.commit(turns.map((one) => turn(one, true)));
        turns = turns.map((one, i) => {
          const result = results[i];
          if (result?.status !== 'committed') throw new Error(`stale: ${one.actor}`);
          return { ...one, version: result.version, messages: result.messages };
        });
        done += turns.length;
      }
      await store.actors.release(group);
    }),
  );
  return done;
}

/** Senders keep a window of messages under way; one scheduler per partition claims and commits. */
async function cycles(store: Store): Promise<number> {
  let running = true;
  let sent = 0;
  let done = 0;
  setTimeout(() => (running = false), seconds * 1000);
  const sender = async (first: number): Promise<void> => {
    for (let i = first; running; i += 7) {
      const to: ActorKey = `match/${i % actors}`;
      if ((await store.actors.send({ to, body })) === 'accepted') sent += 1;
      while (running && sent - done > 20_000) await new Promise((go) => setTimeout(go, 1));
    }
  };
  const scheduler = async (partition: Partition): Promise<void> => {
    while (running) {
      const { claimed } = await claimAll(store, partition);
      if (claimed.length === 0) {
        await new Promise((go) => setTimeout(go, 5));
        continue;
      }
      await store.actors.commit(claimed.map((one) => turn(one, false)));
      for (const { messages } of claimed) done += messages.length;
    }
  };
  await Promise.all([
    ...Array.from({ length: 2_048 }, (_, i) => sender(i)),
    ...allPartitions(store.partitions).map(scheduler),
  ]);
  return done;
}

interface Usage {
  readonly serverSeconds: number;
  /** Of these, inside scripts. */
  readonly scriptSeconds: number;
  readonly calls: number;
  readonly clientSeconds: number;
}

async function usage(): Promise<Usage> {
  const cpu = await admin.info('cpu');
  const stats = await admin.info('commandstats');
  const { user, system } = process.cpuUsage();
  const field = (name: string): number => Number(new RegExp(`${name}:([\\d.]+)`).exec(cpu)?.[1]);
  return {
    serverSeconds: field('used_cpu_user') + field('used_cpu_sys'),
    scriptSeconds: Number(/cmdstat_evalsha:calls=\d+,usec=(\d+)/.exec(stats)?.[1] ?? 0) / 1e6,
    calls: Number(/cmdstat_evalsha:calls=(\d+)/.exec(stats)?.[1] ?? 0),
    clientSeconds: (user + system) / 1e6,
  };
}

async function measure(name: string, run: (store: Store) => Promise<number>): Promise<void> {
  const store = await openRedisStore({ url, prefix });
  const before = await usage();
  const start = performance.now();
  const done = await run(store);
  const took = (performance.now() - start) / 1000;
  const after = await usage();
  const perCall = done / (after.calls - before.calls);
  const server = ((after.serverSeconds - before.serverSeconds) / done) * 1e6;
  const scripts = ((after.scriptSeconds - before.scriptSeconds) / done) * 1e6;
  const client = ((after.clientSeconds - before.clientSeconds) / done) * 1e6;
  process.stdout.write(
    `${name.padEnd(24)} ${Math.round(done / took).toLocaleString('en')}/s · ` +
      `${perCall.toFixed(1)} per script call · server ${server.toFixed(1)} µs (${scripts.toFixed(1)} in scripts) · client ${client.toFixed(1)} µs each\n`,
  );
  await store.close();
}

await admin.connect();
process.stdout.write(`${actors} actors, ${seconds} s each, node ${process.version}\n`);
await measure('commits of held actors', commits);
await measure('message cycles', cycles);
for await (const keys of admin.scanIterator({ MATCH: `${prefix}:*`, COUNT: 1000 })) {
  if (keys.length > 0) await admin.unlink(keys);
}
await admin.close();
