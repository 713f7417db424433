/**
 * One process of a benchmark: it runs actors, sends messages to them, or both. Told what to be by its first argument (a `LoadRole` as
 * JSON), driven by messages from the process that measures.
 */
import { encodeClientMessage, type ActorKey } from '@belfry/protocol';
import { createRunner, type Runner } from '@belfry/actors';
import { openEmbeddedStore, openRedisStore, StoreError, type Store } from '@belfry/store';
import { adder, createBeater } from './bench-actors.ts';
import type { LoadAnswer, LoadOrder, LoadRole } from './load-protocol.ts';
import { obeyOrders } from './ordered-process.ts';

const role = JSON.parse(process.argv[2] ?? '') as LoadRole;
const store: Store =
  role.store.type === 'embedded'
    ? await openEmbeddedStore({ dataDir: role.store.dataDir })
    : await openRedisStore({ url: role.store.url });

const lateness: number[] = [];
let produced = 0;
let runner: Runner | undefined;

function run(): Promise<void> {
  runner = createRunner({
    store,
    actors: [adder, createBeater(role.hz, (lateMs) => void lateness.push(lateMs))],
    roles: ['worker', 'ticker'],
    id: `bench-${process.pid}`,
    secret: 'bench',
    historyFor: () => ({ size: role.history, ttlMs: 60_000, metaTtlMs: 3_600_000 }),
    options: { validatePublications: false },
  });
  return runner.run();
}

/** Sends `total` messages round robin over `actors`, `window` of them under way at a time, each with an id. */
async function produce({
  total,
  actors,
  window,
}: {
  total: number;
  actors: number;
  window: number;
}): Promise<void> {
  const body = encodeClientMessage(
    { user: 'bench', client: 'bench' },
    JSON.stringify({ add: 1, note: 'y'.repeat(50) }),
  );
  const run = ++produced;
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < total) {
      const n = next++;
      const to: ActorKey = `adder/a${n % actors}`;
      for (;;) {
        const result = await store.actors
          .send({ to, body, id: `${run}:${n}`, inboxLimit: 1_000_000 })
          .catch((error: unknown) => {
            if (error instanceof StoreError && error.temporary) return 'full';
            throw error;
          });
        // Under its id a second one is taken for the first, so an unknown outcome is simply tried again.
        if (result === 'accepted' || result === 'duplicate') break;
        if (result !== 'full') throw new Error(`message ${n} to ${to}: ${result}`);
      }
    }
  };
  await Promise.all(Array.from({ length: window }, lane));
}

async function wind(actors: number): Promise<void> {
  const body = encodeClientMessage(
    { user: 'bench', client: 'bench' },
    JSON.stringify({ add: 1, note: '' }),
  );
  await Promise.all(
    Array.from({ length: actors }, (_, i) => store.actors.send({ to: `beater/b${i}`, body })),
  );
}

async function repeatedTicks(actors: number): Promise<number> {
  let repeated = 0;
  for (let i = 0; i < actors; i++) {
    const view = await store.actors.peek(`beater/b${i}`);
    repeated += view?.state == null ? 0 : (JSON.parse(view.state) as { repeated: number }).repeated;
  }
  return repeated;
}

async function countApplied(actors: number): Promise<number> {
  const views = await Promise.all(
    Array.from({ length: actors }, (_, i) => store.actors.peek(`adder/a${i}`)),
  );
  return views.reduce(
    (sum, view) =>
      sum + (view?.state == null ? 0 : (JSON.parse(view.state) as { count: number }).count),
    0,
  );
}

async function obey(order: LoadOrder): Promise<LoadAnswer> {
  switch (order.type) {
    case 'run':
      await run();
      break;
    case 'produce':
      await produce(order);
      break;
    case 'wind':
      await wind(order.actors);
      break;
    case 'clear-lateness':
      lateness.length = 0;
      break;
    case 'figures':
    case 'count':
      break;
    case 'stop':
      await runner?.drain();
      await store.close();
      break;
  }
  const { user, system } = process.cpuUsage();
  return {
    counters: runner?.snapshot().counters ?? {},
    storeCounters: store.counters(),
    cpuSeconds: (user + system) / 1e6,
    rssMiB: process.memoryUsage.rss() / 2 ** 20,
    lateness: order.type === 'figures' && order.lateness === true ? lateness : [],
    applied: order.type === 'count' ? await countApplied(order.actors) : 0,
    repeated:
      order.type === 'figures' && order.repeatedOf !== undefined
        ? await repeatedTicks(order.repeatedOf)
        : 0,
  };
}

obeyOrders(async (order: LoadOrder) => {
  const answer = await obey(order);
  // What was asked last is answered first.
  if (order.type === 'stop') setImmediate(() => process.disconnect());
  return answer;
});
