import { applyFossilDelta, encodePublication, type PublicationExtras } from '@belfry/protocol';
import type { Epoch, HistoryReply, Publication } from '@belfry/store';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { BeaconConfig } from '../config.ts';
import { MAX_PATCHED } from './deltas.ts';
import { Namespaces } from './namespaces.ts';
import { history, publication, SessionRig, type Client } from '../testing/session-rig.ts';

const recoverable = {
  allow_subscribe_for_client: true,
  allow_publish_for_client: true,
  history_size: 10,
  history_ttl: '60s',
  force_recovery: true,
} as const;

const config: BeaconConfig = {
  channel: {
    namespaces: [
      { name: 'game', ...recoverable, allowed_delta_types: ['fossil'], delta_publish: true },
      { name: 'some', ...recoverable, allowed_delta_types: ['fossil'] },
      {
        name: 'state',
        ...recoverable,
        force_recovery_mode: 'cache',
        allowed_delta_types: ['fossil'],
        delta_publish: true,
      },
      {
        name: 'own',
        ...recoverable,
        allowed_delta_types: ['fossil'],
        delta_publish: true,
        exclude_publisher: true,
      },
      { name: 'bare', allow_subscribe_for_client: true, allowed_delta_types: ['fossil'] },
      { name: 'never', ...recoverable },
      { name: 'market', ...recoverable, allow_tags_filter: true, allowed_delta_types: ['fossil'] },
      { name: 'quote', ...recoverable, force_recovery_mode: 'cache', allow_tags_filter: true },
      { name: 'tick', allow_subscribe_for_client: true, conflate: true },
      { name: 'latest', ...recoverable, force_recovery_mode: 'cache', conflate: true },
    ],
  },
};

const utf8 = new TextEncoder();
const text = new TextDecoder();

/** A state of a game whose parts hardly change. */
const state = (n: number): { readonly n: number; readonly board: string } => ({
  n,
  board: 'a board that stays as it is, é'.repeat(4),
});

function made(offset: number, data: unknown, extras: PublicationExtras = {}): Publication {
  return { ...publication(offset), body: encodePublication(JSON.stringify(data), extras) };
}

interface Pub {
  readonly data: unknown;
  readonly offset?: number;
  readonly delta?: boolean;
}

function pubsOf(client: Client): Pub[] {
  return (client.read() as { push?: { pub?: Pub } }[]).flatMap((each) => each.push?.pub ?? []);
}

/** What the SDK does with publications of a subscription with deltas: it throws where a patch does not fit. */
class Decoder {
  #last: Uint8Array | null = null;
  patches = 0;

  decode({ data, delta }: Pub): unknown {
    const bytes = utf8.encode(data as string);
    if (delta === true) {
      if (this.#last === null) throw new Error('a patch to nothing');
      this.#last = applyFossilDelta(this.#last, bytes);
      this.patches++;
    } else {
      this.#last = bytes;
    }
    return JSON.parse(text.decode(this.#last));
  }
}

function subscribe(
  rig: SessionRig,
  client: Client,
  request: { readonly channel: string; readonly [field: string]: unknown },
  reply: HistoryReply | null = history(0),
): {
  readonly delta?: boolean;
  readonly publications?: readonly Pub[];
  readonly recovered?: boolean;
} {
  client.command({ id: 9, subscribe: request });
  rig.attach(reply);
  const [answer] = client.read() as { subscribe: object }[];
  return answer?.subscribe as ReturnType<typeof subscribe>;
}

const epoch = 'e' as Epoch;

describe('a subscription with deltas', () => {
  it('gets the first publication whole and then patches', () => {
    const rig = new SessionRig(config);
    const client = rig.connect('ann');
    expect(subscribe(rig, client, { channel: 'game:1', delta: 'fossil' }).delta).toBe(true);
    const decoder = new Decoder();
    for (let n = 1; n <= 3; n++) {
      rig.context.hub.publish('game:1', made(n, state(n)), epoch);
      const [pub] = pubsOf(client);
      expect(pub).toMatchObject({ offset: n });
      expect(pub?.delta ?? false).toBe(n > 1);
      expect(decoder.decode(pub as Pub)).toEqual(state(n));
    }
    expect(rig.context.stats.patchesSent).toBe(2);
  });

  it('gets it whole when the patch would not be smaller', () => {
    const rig = new SessionRig(config);
    const client = rig.connect('ann');
    subscribe(rig, client, { channel: 'game:1', delta: 'fossil' });
    rig.context.hub.publish('game:1', made(1, 'abc'), epoch);
    rig.context.hub.publish('game:1', made(2, 'xyz'), epoch);
    expect(pubsOf(client)).toMatchObject([{ data: '"abc"' }, { data: '"xyz"' }]);
  });

  it('gets very long ones whole, for nobody is to wait for a patch to be made', () => {
    const rig = new SessionRig(config);
    const client = rig.connect('ann');
    subscribe(rig, client, { channel: 'game:1', delta: 'fossil' });
    for (const [n, length] of [1000, 2000, MAX_PATCHED, MAX_PATCHED + 1].entries()) {
      rig.context.hub.publish('game:1', made(n + 1, 'x'.repeat(length)), epoch);
    }
    expect(pubsOf(client).map(({ delta }) => delta ?? false)).toEqual([false, true, false, false]);
  });

  it('shares its patches with others, and others get everything as it is', () => {
    const rig = new SessionRig(config);
    const [ann, bob, cid] = ['ann', 'bob', 'cid'].map((user) => rig.connect(user)) as [
      Client,
      Client,
      Client,
    ];
    subscribe(rig, ann, { channel: 'game:1', delta: 'fossil' });
    subscribe(rig, bob, { channel: 'game:1', delta: 'fossil' });
    expect(subscribe(rig, cid, { channel: 'game:1' })).not.toHaveProperty('delta');
    rig.context.hub.publish('game:1', made(1, state(1)), epoch);
    rig.context.hub.publish('game:1', made(2, state(2)), epoch);
    expect(ann.frames).toEqual(bob.frames);
    expect(pubsOf(ann)[1]).toMatchObject({ delta: true });
    expect(pubsOf(cid)).toMatchObject([{ data: state(1) }, { data: state(2) }]);
  });

  it('that comes later gets a whole one first', () => {
    const rig = new SessionRig(config);
    const [ann, bob] = ['ann', 'bob'].map((user) => rig.connect(user)) as [Client, Client];
    subscribe(rig, ann, { channel: 'game:1', delta: 'fossil' });
    rig.context.hub.publish('game:1', made(1, state(1)), epoch);
    subscribe(rig, bob, { channel: 'game:1', delta: 'fossil' }, history(1));
    rig.context.hub.publish('game:1', made(2, state(2)), epoch);
    rig.context.hub.publish('game:1', made(3, state(3)), epoch);
    expect(pubsOf(ann).map((each) => each.delta ?? false)).toEqual([false, true, true]);
    expect(pubsOf(bob).map((each) => each.delta ?? false)).toEqual([false, true]);
  });

  it('can follow what came while it was being set up', () => {
    const rig = new SessionRig(config);
    const client = rig.connect('ann');
    client.command({ id: 9, subscribe: { channel: 'game:1', delta: 'fossil' } });
    for (let n = 1; n <= 4; n++) rig.context.hub.publish('game:1', made(n, state(n)), epoch);
    rig.attach(history(2));
    const pubs = pubsOf(client);
    const decoder = new Decoder();
    expect(pubs.map((each) => decoder.decode(each))).toEqual([state(3), state(4)]);
    expect(decoder.patches).toBe(1);
  });

  it('is patched only where the publisher or the namespace wants it', () => {
    const rig = new SessionRig(config);
    const client = rig.connect('ann');
    subscribe(rig, client, { channel: 'some:1', delta: 'fossil' });
    const wishes = [false, false, true, false, true];
    for (const [i, delta] of wishes.entries()) {
      rig.context.hub.publish('some:1', made(i + 1, state(i), { delta }), epoch);
    }
    const pubs = pubsOf(client);
    expect(pubs.map((each) => each.delta ?? false)).toEqual([false, false, true, false, true]);
    const decoder = new Decoder();
    expect(pubs.map((each) => decoder.decode(each))).toEqual(wishes.map((_, i) => state(i)));
  });

  it('gets a whole one after one that it made itself and did not get', () => {
    const rig = new SessionRig(config);
    const client = rig.connect('ann');
    subscribe(rig, client, { channel: 'own:1', delta: 'fossil' });
    const decoder = new Decoder();
    for (const [n, origin] of ['', 'other', client.session.client, 'other', 'other'].entries()) {
      rig.context.hub.publish('own:1', { ...made(n + 1, state(n + 1)), origin }, epoch);
    }
    const pubs = pubsOf(client);
    expect(pubs.map((each) => decoder.decode(each))).toEqual([1, 2, 4, 5].map(state));
    expect(pubs.map((each) => each.delta ?? false)).toEqual([false, true, false, true]);
  });

  it('is patched to nothing that history does not keep', () => {
    const rig = new SessionRig(config);
    const client = rig.connect('ann');
    subscribe(rig, client, { channel: 'game:1', delta: 'fossil' });
    const decoder = new Decoder();
    for (const offset of [1, 2, 0, 3, 4]) {
      rig.context.hub.publish('game:1', made(offset, state(offset)), epoch);
    }
    const pubs = pubsOf(client);
    expect(pubs.map((each) => decoder.decode(each))).toEqual([1, 2, 0, 3, 4].map(state));
    expect(pubs.map((each) => each.delta ?? false)).toEqual([false, true, true, false, true]);
  });

  it('recovers with the first publication whole, the others as patches, and goes on with patches', () => {
    const rig = new SessionRig(config);
    const client = rig.connect('ann');
    const missed = [3, 4, 5].map((n) => made(n, state(n)));
    const result = subscribe(
      rig,
      client,
      { channel: 'game:1', delta: 'fossil', recover: true, offset: 2, epoch: 'e' },
      history(5, missed),
    );
    expect(result).toMatchObject({ delta: true, recovered: true });
    rig.context.hub.publish('game:1', made(6, state(6)), epoch);
    const pubs = [...(result.publications ?? []), ...pubsOf(client)];
    expect(pubs.map((each) => each.delta ?? false)).toEqual([false, true, true, true]);
    const decoder = new Decoder();
    expect(pubs.map((each) => decoder.decode(each))).toEqual([3, 4, 5, 6].map(state));
  });

  it('that recovers nothing, or in vain, goes on with a whole one', () => {
    for (const [offset, recovered] of [
      [5, true],
      [1, false],
    ] as const) {
      const rig = new SessionRig(config);
      const client = rig.connect('ann');
      const request = { channel: 'game:1', delta: 'fossil', recover: true, offset, epoch: 'e' };
      const result = subscribe(rig, client, request, history(5));
      expect(result.recovered ?? false).toBe(recovered);
      rig.context.hub.publish('game:1', made(6, state(6)), epoch);
      expect(pubsOf(client)[0]).toMatchObject({ data: JSON.stringify(state(6)) });
    }
  });

  it('gets the latest whole in cache mode, then patches', () => {
    const rig = new SessionRig(config);
    const client = rig.connect('ann');
    const request = { channel: 'state:1', delta: 'fossil', recover: true };
    const { publications } = subscribe(rig, client, request, history(7, [made(7, state(7))]));
    rig.context.hub.publish('state:1', made(8, state(8)), epoch);
    const pubs = [...(publications ?? []), ...pubsOf(client)];
    expect(pubs.map((each) => each.delta ?? false)).toEqual([false, true]);
    const decoder = new Decoder();
    expect(pubs.map((each) => decoder.decode(each))).toEqual([7, 8].map(state));
  });

  it('gets a whole one after a new epoch', () => {
    const rig = new SessionRig(config);
    const ann = rig.connect('ann');
    subscribe(rig, ann, { channel: 'game:1', delta: 'fossil' });
    rig.context.hub.publish('game:1', made(1, state(1)), epoch);
    const bob = rig.connect('bob');
    const reply = { ...history(1, [made(1, state(9))]), epoch: 'f' as Epoch };
    const { publications } = subscribe(
      rig,
      bob,
      { channel: 'game:1', delta: 'fossil', recover: true },
      reply,
    );
    rig.context.hub.publish('game:1', made(2, state(2)), 'f' as Epoch);
    const decoder = new Decoder();
    const pubs = [...(publications ?? []), ...pubsOf(bob)];
    expect(pubs.map((each) => decoder.decode(each))).toEqual([state(9), state(2)]);
    expect(decoder.patches).toBe(0);
  });

  it('is negotiated only where it can work', () => {
    const rig = new SessionRig(config);
    const client = rig.connect('ann');
    const leaf = { key: 'a', cmp: 'ex' };
    for (const request of [
      { channel: 'never:1', delta: 'fossil' },
      { channel: 'bare:1', delta: 'fossil' },
      { channel: 'market:1', delta: 'fossil', tf: leaf },
    ]) {
      expect(subscribe(rig, client, request)).not.toHaveProperty('delta');
    }
  });

  it('keeps the last publication of a channel only while somebody has use for it', () => {
    const rig = new SessionRig(config);
    const { deltas } = rig.context.hub;
    const [ann, bob] = ['ann', 'bob'].map((user) => rig.connect(user)) as [Client, Client];
    subscribe(rig, ann, { channel: 'game:1' });
    rig.context.hub.publish('game:1', made(1, state(1)), epoch);
    expect(deltas.size).toBe(0);
    subscribe(rig, bob, { channel: 'game:1', delta: 'fossil' }, history(1));
    const last = made(2, state(2));
    rig.context.hub.publish('game:1', last, epoch);
    expect(deltas.size).toBe(last.body.length);
    bob.command({ id: 10, unsubscribe: { channel: 'game:1' } });
    expect(deltas.size).toBe(0);
  });
});

describe('subscriptions with deltas', () => {
  /** What may happen: a publication, kept or not, by one of the clients or nobody; a client that comes, or goes. */
  const step = fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({
        publish: fc.nat({ max: 5 }),
        kept: fc.boolean(),
        by: fc.nat({ max: 3 }),
      }),
    },
    { weight: 1, arbitrary: fc.record({ come: fc.nat({ max: 2 }), recover: fc.boolean() }) },
    { weight: 1, arbitrary: fc.record({ go: fc.nat({ max: 2 }) }) },
  );

  it('have what was published, whoever comes, goes, recovers and publishes', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const rig = new SessionRig(config);
        const clients = [0, 1, 2].map((n) => rig.connect(`user-${n}`));
        const decoders = clients.map(() => new Decoder());
        const wanted: unknown[][] = clients.map(() => []);
        const got: unknown[][] = clients.map(() => []);
        const here = new Set<number>();
        const past: Publication[] = [];
        let serial = 0;
        const take = (n: number): void => {
          const frames = (clients[n] as Client).read() as {
            push?: { pub?: Pub };
            subscribe?: { publications?: Pub[] };
          }[];
          for (const { push, subscribe: answer } of frames) {
            const pubs = [
              ...(answer?.publications ?? []),
              ...(push?.pub === undefined ? [] : [push.pub]),
            ];
            for (const pub of pubs) got[n]?.push(decoders[n]?.decode(pub));
          }
        };
        for (const each of steps) {
          if ('publish' in each) {
            const data = { ...state(++serial), more: 'x'.repeat(each.publish * 10) };
            const origin = clients[each.by]?.session.client ?? '';
            const one = { ...made(each.kept ? past.length + 1 : 0, data), origin };
            if (each.kept) past.push(one);
            rig.context.hub.publish('own:1', one, epoch);
            for (const n of here) if (n !== each.by) wanted[n]?.push(data);
          } else if ('come' in each) {
            if (here.has(each.come)) continue;
            here.add(each.come);
            const offset = Math.max(0, past.length - 2);
            const request = {
              channel: 'own:1',
              delta: 'fossil',
              recover: each.recover,
              offset,
              epoch: 'e',
            };
            clients[each.come]?.command({ id: 9, subscribe: request });
            const missed = each.recover ? past.slice(offset) : [];
            rig.attach(history(past.length, missed));
            for (const { body } of missed) wanted[each.come]?.push((JSON.parse(body) as Pub).data);
          } else if (here.delete(each.go)) {
            clients[each.go]?.command({ id: 9, unsubscribe: { channel: 'own:1' } });
          }
          for (const n of here) take(n);
        }
        expect(got).toEqual(wanted);
        for (const client of clients) client.session.transportClosed();
        expect(rig.context.hub.deltas.size).toBe(0);
      }),
      { numRuns: 300 },
    );
  });
});

describe('a subscription with a tags filter', () => {
  const aapl = { key: 'ticker', cmp: 'eq', val: 'AAPL' };
  const tagged = (offset: number, ticker: string): Publication =>
    made(offset, offset, { tags: { ticker } });

  it('gets what matches, and has lost nothing of what it did not get', () => {
    const rig = new SessionRig(config);
    const client = rig.connect('ann');
    subscribe(rig, client, { channel: 'market:1', tf: aapl });
    for (const [i, ticker] of ['AAPL', 'MSFT', 'MSFT', 'AAPL'].entries()) {
      rig.context.hub.publish('market:1', tagged(i + 1, ticker), epoch);
    }
    rig.context.hub.publish('market:1', made(5, 5), epoch);
    rig.context.hub.publish('market:1', tagged(6, 'AAPL'), epoch);
    expect(pubsOf(client)).toMatchObject([
      { data: 1, offset: 1, tags: { ticker: 'AAPL' } },
      { data: 4, offset: 4 },
      { data: 6, offset: 6 },
    ]);
    expect(rig.context.stats.filtered).toBe(3);
    // A real gap shows all the same, also when what comes then would not have been sent.
    rig.context.hub.publish('market:1', tagged(8, 'MSFT'), epoch);
    expect(client.read()).toMatchObject([{ push: { unsubscribe: { code: 2500 } } }]);
  });

  it('recovers what matches', () => {
    const rig = new SessionRig(config);
    const client = rig.connect('ann');
    const missed = ['MSFT', 'AAPL', 'MSFT'].map((ticker, i) => tagged(i + 2, ticker));
    const result = subscribe(
      rig,
      client,
      { channel: 'market:1', tf: aapl, recover: true, offset: 1, epoch: 'e' },
      history(4, missed),
    );
    expect(result).toMatchObject({ recovered: true, publications: [{ data: 3, offset: 3 }] });
    expect(result.publications).toHaveLength(1);
    rig.context.hub.publish('market:1', tagged(5, 'AAPL'), epoch);
    expect(pubsOf(client)).toMatchObject([{ offset: 5 }]);
  });

  it('gets the latest that matches in cache mode', () => {
    const rig = new SessionRig(config);
    const client = rig.connect('ann');
    client.command({ id: 9, subscribe: { channel: 'quote:1', tf: aapl, recover: true } });
    const { need } = rig.effects.find((each) => each.type === 'attach') as { need: unknown };
    expect(need).toEqual({ type: 'latest', limit: 300 });
    const newestFirst = [tagged(4, 'MSFT'), tagged(3, 'AAPL'), tagged(2, 'AAPL')];
    rig.attach(history(4, newestFirst));
    expect(client.read()).toMatchObject([
      { subscribe: { recovered: true, publications: [{ offset: 3 }] } },
    ]);
    const bob = rig.connect('bob');
    const { publications, recovered } = subscribe(
      rig,
      bob,
      { channel: 'quote:1', tf: aapl, recover: true },
      history(1, [tagged(1, 'MSFT')]),
    );
    expect({ publications, recovered }).toEqual({ publications: undefined, recovered: true });
  });

  it('is refused with 107 where filters are not allowed, or it is none', () => {
    const rig = new SessionRig(config);
    const client = rig.connect('ann');
    const deep = Array.from({ length: 200 }).reduce<object>(
      (node) => ({ op: 'not', nodes: [node] }),
      aapl,
    );
    for (const [channel, tf, message] of [
      ['game:1', aapl, 'tags filter not allowed'],
      ['market:1', { op: 'and' }, 'tf.nodes: and needs at least one'],
      ['market:1', deep, 'deeper than 16'],
    ] as const) {
      client.command({ id: 3, subscribe: { channel, tf } });
      expect(client.read()).toMatchObject([
        { id: 3, error: { code: 107, message: expect.stringContaining(message) as string } },
      ]);
    }
    expect(rig.context.hub.filters.size).toBe(0);
    expect(rig.context.hub.subscriptionCount).toBe(0);
  });

  it('is judged once for all that have the same', () => {
    const rig = new SessionRig(config);
    const clients = Array.from({ length: 5 }, (_, i) => rig.connect(`user-${i}`));
    for (const client of clients) subscribe(rig, client, { channel: 'market:1', tf: aapl });
    expect(rig.context.hub.filters.size).toBe(1);
    for (const client of clients) client.session.transportClosed();
    expect(rig.context.hub.filters.size).toBe(0);
  });
});

describe('a conflated channel', () => {
  it('gives everything to a client that keeps up', () => {
    const rig = new SessionRig(config);
    const client = rig.connect('ann');
    subscribe(rig, client, { channel: 'tick:1' }, null);
    for (let n = 1; n <= 3; n++) rig.context.hub.publish('tick:1', made(0, n), epoch);
    expect(pubsOf(client)).toMatchObject([{ data: 1 }, { data: 2 }, { data: 3 }]);
    expect(rig.context.stats.conflated).toBe(0);
  });

  it('gives a slow client the latest of each channel once it has caught up', () => {
    const rig = new SessionRig(config);
    const client = rig.connect('ann');
    subscribe(rig, client, { channel: 'tick:1' }, null);
    subscribe(rig, client, { channel: 'tick:2' }, null);
    subscribe(rig, client, { channel: 'never:1' });
    client.slow = true;
    for (let n = 1; n <= 4; n++) rig.context.hub.publish('tick:1', made(0, n), epoch);
    rig.context.hub.publish('tick:2', made(0, 'two'), epoch);
    // Whoever is promised everything gets everything.
    rig.context.hub.publish('never:1', made(1, 'kept'), epoch);
    expect(pubsOf(client)).toMatchObject([{ data: 'kept' }]);
    client.slow = false;
    // Not before what is held: the order of a channel stays.
    rig.context.hub.publish('tick:1', made(0, 5), epoch);
    expect(pubsOf(client)).toEqual([]);
    client.session.eased();
    expect(pubsOf(client)).toMatchObject([{ data: 5 }, { data: 'two' }]);
    expect(rig.context.stats.conflated).toBe(4);
    rig.context.hub.publish('tick:1', made(0, 6), epoch);
    expect(pubsOf(client)).toMatchObject([{ data: 6 }]);
  });

  it('does not look like a gap where the channel has positions', () => {
    const rig = new SessionRig(config);
    const client = rig.connect('ann');
    subscribe(rig, client, { channel: 'latest:1' });
    client.slow = true;
    for (let n = 1; n <= 3; n++) rig.context.hub.publish('latest:1', made(n, n), epoch);
    client.slow = false;
    client.session.eased();
    rig.context.hub.publish('latest:1', made(4, 4), epoch);
    expect(pubsOf(client)).toMatchObject([
      { data: 3, offset: 3 },
      { data: 4, offset: 4 },
    ]);
    rig.context.hub.publish('latest:1', made(6, 6), epoch);
    expect(client.read()).toMatchObject([{ push: { unsubscribe: { code: 2500 } } }]);
  });

  it('holds nothing back for a subscription that has ended', () => {
    const rig = new SessionRig(config);
    const client = rig.connect('ann');
    subscribe(rig, client, { channel: 'tick:1' }, null);
    client.slow = true;
    rig.context.hub.publish('tick:1', made(0, 1), epoch);
    client.command({ id: 3, unsubscribe: { channel: 'tick:1' } });
    client.slow = false;
    client.session.eased();
    expect(client.read()).toEqual([{ id: 3, unsubscribe: {} }]);
  });

  it('holds back what is left when the client is slow again', () => {
    const rig = new SessionRig(config);
    const client = rig.connect('ann');
    for (const n of [1, 2]) subscribe(rig, client, { channel: `tick:${n}` }, null);
    client.slow = true;
    for (const n of [1, 2]) rig.context.hub.publish(`tick:${n}`, made(0, n), epoch);
    client.session.eased();
    expect(client.read()).toEqual([]);
    client.slow = false;
    client.session.eased();
    expect(pubsOf(client)).toMatchObject([{ data: 1 }, { data: 2 }]);
  });

  it('is refused for channels that promise every publication', () => {
    const problem = (options: object): string => {
      const bad = { name: 'bad', conflate: true, ...options };
      try {
        const { maxChannelLength } = new Namespaces({ channel: { namespaces: [bad] } });
        return maxChannelLength > 0 ? '' : 'no channels';
      } catch (error) {
        return (error as TypeError).message;
      }
    };
    expect(problem({ allow_recovery: true })).toMatch(
      /"bad"\]\.conflate: not together with allow_recovery/,
    );
    expect(problem({ force_positioning: true })).toMatch(/not together with force_positioning/);
    expect(problem({ allowed_delta_types: ['fossil'] })).toMatch(
      /not together with allowed_delta_types/,
    );
    expect(problem({ force_recovery: true, force_recovery_mode: 'cache' })).toBe('');
  });
});
