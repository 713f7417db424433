/**
 * How many message cycles does the embedded store do in a second, and where does the time go?
 *
 * A cycle is send → claim → commit with a state of 600 bytes, one publication with history, and the next due time. Run it with
 * `node --conditions=@belfry/source packages/store/src/embedded/embedded.bench.ts [actors] [seconds]`; it uses a temporary directory.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { encodeClientMessage } from '@belfry/protocol';
import type { ActorKey } from '@belfry/protocol';
import type { ClaimedActor, Commit } from '../actor-store.ts';
import { allPartitions } from '../partition.ts';
import type { Store } from '../store.ts';
import { openEmbeddedStore } from './open-embedded-store.ts';

const [actors = 1000, seconds = 3] = process.argv.slice(2).map(Number);
const state = JSON.stringify({ board: 'x'.repeat(580) });
const history = { size: 20, ttlMs: 300_000, metaTtlMs: 3_600_000 };

function turn({ actor, fence, version, messages, wakeAt }: ClaimedActor): Commit {
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
    wakeAt: wakeAt ?? Date.now() + 60_000,
    holdUntil: null,
    suspend: null,
    lease: { type: 'release' },
  };
}

/** Senders keep `window` messages under way; one scheduler per partition claims and commits. */
async function cycles(store: Store): Promise<void> {
  const body = encodeClientMessage(
    { user: 'ann', client: 'c1' },
    '{"type":"move","cell":4,"note":"a message of common size"}',
  );
  let running = true;
  let sent = 0;
  let done = 0;
  let claims = 0;
  const sender = async (first: number): Promise<void> => {
    for (let i = first; running; i += 7) {
      const to: ActorKey = `match/${i % actors}`;
      if ((await store.actors.send({ to, body })) === 'accepted') sent += 1;
      while (running && sent - done > 20_000) await setTimeout(1);
    }
  };
  const scheduler = async (partition: ReturnType<typeof allPartitions>[number]): Promise<void> => {
    while (running) {
      const { claimed } = await store.actors.claim({
        partition,
        holder: 'bench',
        overdueMs: { message: 0, tick: null },
        limit: 64,
        leaseMs: 5000,
        maxMessages: 100,
      });
      claims += 1;
      if (claimed.length === 0) {
        await setTimeout(2);
        continue;
      }
      const results = await store.actors.commit(claimed.map(turn));
      for (const { status } of results) if (status !== 'committed') throw new Error(status);
      for (const { messages } of claimed) done += messages.length;
    }
  };
  const before = performance.now();
  const cpu = process.cpuUsage();
  const all = [
    ...Array.from({ length: 512 }, (_, i) => sender(i)),
    ...allPartitions(store.partitions).map((partition) => scheduler(partition)),
  ];
  await setTimeout(seconds * 1000);
  running = false;
  const elapsed = (performance.now() - before) / 1000;
  const finished = done;
  await Promise.all(all);
  const used = process.cpuUsage(cpu);
  const { commits = 0, batches = 1, ops = 0 } = store.counters();
  const perSecond = (count: number): string => `${Math.round(count / elapsed)}/s`;
  const cores = (used.user + used.system) / 1e6 / elapsed;
  process.stdout.write(
    `${actors} actors: messages ${perSecond(finished)}, commits ${perSecond(commits)}, claims ${perSecond(claims)}, ` +
      `${Math.round(ops / batches)} operations per batch, ${cores.toFixed(2)} cores used, ` +
      `${((cores * elapsed * 1e6) / finished).toFixed(1)} µs CPU per message\n`,
  );
}

const dataDir = mkdtempSync(join(tmpdir(), 'belfry-bench-'));
const store = await openEmbeddedStore({ dataDir });
try {
  await cycles(store);
} finally {
  await store.close();
  rmSync(dataDir, { recursive: true });
}
