import { DatabaseSync } from 'node:sqlite';
import type { ActorKey } from '@belfry/protocol';
import { describe, expect, test } from 'vitest';
import type { Commit } from '../../actor-store.ts';
import {
  historyOperation,
  publishOperation,
  removePresenceOperation,
  updatePresenceOperation,
} from '../channel-operations.ts';
import { SharedCounters } from '../counter-names.ts';
import { Delivery } from '../delivery.ts';
import {
  deadLettersOperation,
  dropOperation,
  listOperation,
  peekOperation,
  redriveOperation,
} from '../inspect-operations.ts';
import type { Operation } from '../link.ts';
import { inboxOperation, releaseOperation, sendOperation } from '../send-operations.ts';
import { claimOperation, commitOperation, resumeOperation } from '../turn-operations.ts';
import { WireReader } from '../wire.ts';
import type { WireValue } from '../wire.ts';
import { Batches } from './batch.ts';
import { Context } from './context.ts';
import { SCHEMA } from './schema.ts';

/*
 * What the thread keeps in memory must not show. The same random operations run in several ways: in batches of different sizes,
 * with the memory forgotten after every batch, and with an operation that throws in the middle of batches. All must answer the same.
 */

const PARTITIONS = 2;
const FAULT: readonly WireValue[] = [999, 2];
const delivery = new Delivery();
const publish = publishOperation(delivery);
const commit = commitOperation({ delivery, areNeighbours: () => true });
const updatePresence = updatePresenceOperation(PARTITIONS);

interface Way {
  readonly batchSize: number;
  readonly forgetful: boolean;
  readonly faults: boolean;
  /** Caches that hold almost nothing. */
  readonly tiny: boolean;
}

/** Runs operations in one way; forgets nothing but what `way` says. */
class Runner {
  readonly #way: Way;
  readonly #ctx: Context;
  readonly #batches: Batches;

  constructor(way: Way) {
    const db = new DatabaseSync(':memory:');
    db.exec(SCHEMA);
    this.#way = way;
    this.#ctx = new Context(db, {
      partitions: PARTITIONS,
      dedupWindowMs: 2000,
      counters: new SharedCounters().buffer,
      ...(way.tiny && { cacheWeight: 1500, cachedChannels: 1 }),
    });
    this.#batches = new Batches(db, this.#ctx);
  }

  run(steps: readonly Asked[], now: number): unknown[] {
    const answers: unknown[] = [];
    for (let at = 0; at < steps.length; at += this.#way.batchSize) {
      const batch = steps.slice(at, at + this.#way.batchSize);
      const ops = batch.flatMap((asked) => asked.encoded);
      const out = this.#batches.apply(this.#way.faults ? [...ops, ...FAULT] : ops, now);
      const from = new WireReader(out);
      for (const { operation, input } of batch) {
        expect(from.flag()).toBe(true);
        answers.push(operation.read(from, input));
      }
      if (this.#way.faults) expect(from.flag()).toBe(false);
      if (this.#way.forgetful) this.#ctx.reset();
      this.#batches.sweep(now);
    }
    return answers;
  }
}

interface Asked {
  readonly operation: Operation<unknown, unknown>;
  readonly input: unknown;
  readonly encoded: readonly WireValue[];
}

function ask<I, O>(operation: Operation<I, O>, input: I): Asked {
  const encoded: WireValue[] = [operation.code, 0];
  operation.write(encoded, input);
  encoded[1] = encoded.length;
  return { operation: operation, input, encoded };
}

/** Mulberry32. */
function randomOf(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}

const actors: readonly ActorKey[] = ['a/1', 'a/2', 'b/3', 'b/4'];
const channels = ['server:a/1', 'server:a/2', 'news'];

type Random = (below: number) => number;
interface Lease {
  readonly actor: ActorKey;
  readonly fence: number;
  readonly version: number;
  readonly seqs: readonly number[];
}

function pick<T>(random: Random, from: readonly T[]): T {
  return from[random(from.length)] as T;
}

function policy(random: Random): { size: number; ttlMs: number; metaTtlMs: number } {
  return { size: pick(random, [0, 1, 3, 40]), ttlMs: pick(random, [50, 5000]), metaTtlMs: 20_000 };
}

function randomBody(random: Random): string {
  return 'b'.repeat(pick(random, [1, 20, 300, 3000])) + random(1000);
}

function randomSend(random: Random): { to: ActorKey; body: string; id?: string } {
  const send = { to: pick(random, actors), body: randomBody(random) };
  return random(3) === 0 ? { ...send, id: `id${random(20)}` } : send;
}

function randomCommit(random: Random, lease: Lease, now: number): Commit {
  const consumed = lease.seqs.slice(0, random(lease.seqs.length + 1));
  const last = consumed.at(-1) ?? null;
  return {
    actor: lease.actor,
    fence: lease.fence as Commit['fence'],
    version: lease.version as Commit['version'],
    state: pick(random, [undefined, null, 's1', 'state-two']),
    meta: pick(random, [null, 'm']),
    consumedThrough: last,
    deadLetters: last !== null && random(3) === 0 ? [{ seq: last, error: 'no', attempts: 2 }] : [],
    publications: Array.from({ length: random(3) }, () => ({
      channel: pick(random, channels),
      body: randomBody(random),
      history: policy(random),
    })),
    sends: Array.from({ length: random(3) }, () => ({
      ...randomSend(random),
      mustExist: random(2) === 0,
      inboxLimit: 5,
    })),
    forget: random(10) === 0 ? [pick(random, channels)] : [],
    wakeAt: random(2) === 0 ? now + random(2000) : null,
    holdUntil: random(4) === 0 ? now + random(2000) : null,
    suspend: random(15) === 0 ? 'broken' : null,
    lease: pick(random, [
      { type: 'release' },
      { type: 'keep', ms: 500, maxMessages: 3 },
      { type: 'keep-if-messages', ms: 500, maxMessages: 30 },
    ] as const),
  };
}

function randomStep(random: Random, leases: readonly Lease[], now: number): Asked {
  const actor = pick(random, actors);
  const channel = pick(random, channels);
  const lease = leases.length === 0 ? null : pick(random, leases);
  const held = { actor: lease?.actor ?? actor, fence: (lease?.fence ?? 1) as Commit['fence'] };
  const client = `c${random(4)}`;
  switch (random(18)) {
    case 0:
    case 1:
    case 2:
    case 3:
      return ask(sendOperation, randomSend(random));
    case 4:
    case 5:
    case 6:
    case 7:
      if (lease !== null) return ask(commit, randomCommit(random, lease, now));
      return ask(sendOperation, randomSend(random));
    case 8:
      return ask(releaseOperation, held);
    case 9:
      return ask(inboxOperation, { held, maxMessages: random(20) });
    case 10:
      return ask(resumeOperation, actor);
    case 11:
      return ask(peekOperation, actor);
    case 12:
      return random(2) === 0
        ? ask(redriveOperation, { actor, ids: undefined })
        : ask(dropOperation, { actor, ids: [1, 2] });
    case 13:
      return ask(publish, {
        publication: { channel, body: randomBody(random), origin: client, history: policy(random) },
        options: random(2) === 0 ? { idempotencyKey: `k${random(5)}` } : { version: random(30) },
      });
    case 14:
      return ask(historyOperation, {
        channel,
        query: { limit: random(5) - 1, reverse: random(2) === 0, metaTtlMs: 20_000 },
      });
    case 15:
      return ask(updatePresence, {
        channel: 'control:a/1',
        client,
        user: pick(random, ['ann', 'bob']),
        infoJson: '{}',
        ttlMs: 1 + random(1000),
        events: {
          actor: 'a/1',
          enter: `+${client}`,
          leave: `-${client}`,
          mustExist: random(2) === 0,
        },
      });
    case 16:
      return ask(removePresenceOperation, { channel: 'control:a/1', client });
    default:
      return ask(deadLettersOperation, actor);
  }
}

/** Epochs are random: their order of appearance takes their place. */
function withoutEpochs(answers: readonly unknown[]): unknown[] {
  const seen = new Map<string, string>();
  return JSON.parse(JSON.stringify(answers), (key, value: unknown) => {
    if (key !== 'epoch' || typeof value !== 'string' || value === '') return value;
    if (!seen.has(value)) seen.set(value, `epoch ${seen.size}`);
    return seen.get(value);
  }) as unknown[];
}

function play(seed: number, way: Way): unknown[] {
  const random = randomOf(seed);
  const runner = new Runner(way);
  const all: unknown[] = [];
  let now = 1_000_000;
  let leases: Lease[] = [];
  for (let round = 0; round < 60; round++) {
    now += pick(random, [0, 1, 30, 700]);
    const steps = Array.from({ length: 8 }, () => randomStep(random, leases, now));
    all.push(...runner.run(steps, now));
    const claims = [0, 1].map((partition) =>
      ask(claimOperation, {
        partition: partition as never,
        holder: `h${round}`,
        overdueMs: { message: 0, tick: random(2) === 0 ? 0 : null },
        limit: 2,
        leaseMs: 600,
        maxMessages: pick(random, [1, 10, 100]),
      }),
    );
    const replies = runner.run(claims, now) as ReturnType<typeof claimOperation.read>[];
    all.push(...replies);
    leases = [
      ...leases.slice(-2),
      ...replies.flatMap(({ claimed }) =>
        claimed.map((c) => ({ ...c, seqs: c.messages.map(({ seq }) => seq) })),
      ),
    ];
  }
  all.push(
    ...runner.run(
      [
        ...actors.flatMap((actor) => [ask(peekOperation, actor), ask(deadLettersOperation, actor)]),
        ask(listOperation, { limit: 100 }),
        ...channels.map((channel) =>
          ask(historyOperation, { channel, query: { limit: -1, metaTtlMs: 1 } }),
        ),
      ],
      now,
    ),
  );
  return withoutEpochs(all);
}

describe('the memory of the thread does not show', () => {
  const plain: Way = { batchSize: 1, forgetful: false, faults: false, tiny: false };
  const seeds = Array.from({ length: 12 }, (_, i) => i + 1);
  const played = new Map<number, unknown[]>();
  const expected = (seed: number): unknown[] => {
    const answers = played.get(seed) ?? play(seed, plain);
    played.set(seed, answers);
    return answers;
  };

  test('in a play that gets somewhere', () => {
    const statuses = seeds.flatMap(expected).map((answer) => JSON.stringify(answer));
    const count = (part: string): number => statuses.filter((text) => text.includes(part)).length;
    for (const part of ['committed', 'stale', 'accepted', 'duplicate', 'entered', 'inbox full']) {
      expect([part, count(part)]).toSatisfy(([, n]) => n > 10);
    }
  });

  test.each(seeds)('in batches of several operations (seed %i)', (seed) => {
    expect(play(seed, { ...plain, batchSize: 5 })).toEqual(expected(seed));
  });

  test.each(seeds)('when it is lost after every batch (seed %i)', (seed) => {
    expect(play(seed, { ...plain, forgetful: true })).toEqual(expected(seed));
    expect(play(seed, { ...plain, forgetful: true, batchSize: 3 })).toEqual(expected(seed));
  });

  test.each(seeds)('when little of it fits (seed %i)', (seed) => {
    expect(play(seed, { ...plain, tiny: true, batchSize: 2 })).toEqual(expected(seed));
  });

  test.each(seeds)('when an operation of every batch throws (seed %i)', (seed) => {
    expect(play(seed, { ...plain, faults: true, batchSize: 4 })).toEqual(expected(seed));
  });
});
