import { applyFossilDelta, encodePublication } from '@belfry/protocol';
import type { Epoch, HistoryReply, Publication } from '@belfry/store';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { BeaconConfig } from '../config.ts';
import { history, publication, SessionRig, type Client } from '../testing/session-rig.ts';
import type { HistoryNeed } from './effects.ts';

/**
 * Everything at once that decides on what a client gets: filters, deltas, conflation, exclude_publisher, recovery by stream and by
 * cache; publications come while subscriptions are being set up, get lost between the store and the Beacon, history is short and
 * forgotten. An oracle knows what each client must hold in the end.
 */

const KEPT = 8;
const CHANNEL = 'ns:1';
const TICKERS = ['a', 'b', 'c'] as const;

interface Options {
  readonly cache: boolean;
  readonly delta: boolean;
  readonly filter: boolean;
  readonly conflate: boolean;
  readonly exclude: boolean;
}

function configOf({ cache, delta, filter, conflate, exclude }: Options): BeaconConfig {
  return {
    channel: {
      namespaces: [
        {
          name: 'ns',
          allow_subscribe_for_client: true,
          history_size: KEPT,
          history_ttl: '60s',
          force_recovery: true,
          force_recovery_mode: cache ? 'cache' : 'stream',
          allow_tags_filter: filter,
          exclude_publisher: exclude,
          // What the configuration refuses together.
          conflate: conflate && cache && !delta,
          ...(delta ? { allowed_delta_types: ['fossil'], delta_publish: true } : {}),
        },
      ],
    },
  };
}

interface Pub {
  readonly data: unknown;
  readonly offset?: number;
  readonly delta?: boolean;
  readonly tags?: Readonly<Record<string, string>>;
}

interface Frame {
  readonly error?: object;
  readonly subscribe?: {
    readonly offset?: number;
    readonly epoch?: string;
    readonly recovered?: boolean;
    readonly delta?: boolean;
    readonly publications?: readonly Pub[];
  };
  readonly push?: { readonly pub?: Pub; readonly unsubscribe?: { readonly code: number } };
}

/** What the store has of the channel. */
class Channel {
  epoch = 'e0';
  past: Publication[] = [];
  /** Whether what is published reaches the Beacon. */
  up = true;
  #epochs = 0;
  #serial = 0;
  readonly #rig: SessionRig;

  constructor(rig: SessionRig) {
    this.#rig = rig;
  }

  publish(ticker: string, origin: string, isKept: boolean): void {
    const data = { n: ++this.#serial, same: 'what stays as it is, é'.repeat(4) };
    const body = encodePublication(JSON.stringify(data), { tags: { ticker } });
    const one = { ...publication(isKept ? this.past.length + 1 : 0), body, origin };
    if (isKept) this.past.push(one);
    if (this.up) this.#rig.context.hub.publish(CHANNEL, one, this.epoch as Epoch);
  }

  forget(): void {
    this.past = [];
    this.epoch = `e${++this.#epochs}`;
  }

  read(need: HistoryNeed): HistoryReply | null {
    if (need.type === 'none') return null;
    const kept = this.past.slice(-KEPT);
    let found: Publication[] = [];
    if (need.type === 'since') {
      found = kept.filter((each) => each.offset > need.offset).slice(0, need.limit);
    } else if (need.type === 'latest') {
      found = kept.toReversed().slice(0, need.limit);
    }
    return { ...history(this.past.length, found), epoch: this.epoch as Epoch };
  }
}

/** A client that does what the SDK does. */
class Model {
  readonly #options: Options;
  readonly #channel: Channel;
  readonly client: Client;
  readonly ticker: string;
  state: 'off' | 'asked' | 'on' = 'off';
  /** Where it was told to be. */
  position: { offset: number; epoch: string } | null = null;
  /** From where on it must have everything, and what it got since. */
  anchor = { offset: 0, epoch: '' };
  held: number[] = [];
  #asked: { offset: number; epoch: string } | null = null;
  #last: Uint8Array | null = null;
  #hasDeltas = false;

  constructor(rig: SessionRig, channel: Channel, options: Options, ticker: string) {
    this.#options = options;
    this.#channel = channel;
    this.client = rig.connect(`user-${ticker}`);
    this.ticker = ticker;
  }

  come(): void {
    if (this.state !== 'off') return;
    this.state = 'asked';
    this.#asked = this.position;
    const { delta, filter } = this.#options;
    const subscribe = {
      channel: CHANNEL,
      ...(this.#asked === null ? {} : { recover: true, ...this.#asked }),
      ...(filter ? { tf: { key: 'ticker', cmp: 'neq', val: this.ticker } } : {}),
      ...(delta ? { delta: 'fossil' } : {}),
    };
    this.client.command({ id: 9, subscribe });
  }

  go(): void {
    if (this.state !== 'on') return;
    this.client.command({ id: 10, unsubscribe: { channel: CHANNEL } });
    this.state = 'off';
  }

  wants({ body, origin }: Publication): boolean {
    if (this.#options.exclude && origin === this.client.session.client) return false;
    return !this.#options.filter || !body.includes(`"ticker":"${this.ticker}"`);
  }

  take(): void {
    for (const frame of this.client.read() as Frame[]) {
      if (frame.error !== undefined) this.state = 'off';
      if (frame.subscribe !== undefined) this.#subscribed(frame.subscribe);
      if (frame.push?.pub !== undefined) this.#got(frame.push.pub, 'live');
      if (frame.push?.unsubscribe !== undefined) {
        expect(frame.push.unsubscribe.code).toBe(2500);
        this.state = 'off';
      }
    }
  }

  #subscribed({
    offset = 0,
    epoch = '',
    recovered = false,
    delta = false,
    publications = [],
  }: NonNullable<Frame['subscribe']>): void {
    expect(this.state).toBe('asked');
    this.state = 'on';
    this.#last = null;
    this.#hasDeltas = delta;
    const asked = this.#asked;
    if (asked !== null && epoch === asked.epoch && !this.#options.cache) {
      // It may be told that it lost something only when it did.
      expect(recovered).toBe(asked.offset >= offset - Math.min(KEPT, offset));
    }
    if (!recovered) {
      expect(publications).toEqual([]);
      this.anchor = { offset, epoch };
      this.held = [];
    } else if (asked?.epoch !== epoch) {
      // Only the latest counts, wherever the client was.
      expect(this.#options.cache).toBe(true);
      this.anchor = { offset: 0, epoch };
      this.held = [];
    }
    this.position = { offset: asked?.epoch === epoch ? (asked?.offset ?? 0) : 0, epoch };
    for (const pub of publications) this.#got(pub, 'recovered');
    this.position.offset = offset;
  }

  #got(pub: Pub, how: 'live' | 'recovered'): void {
    const { position } = this;
    if (position === null) throw new Error('a publication before the subscription');
    const data = this.#decode(pub) as { n: number };
    if (pub.offset === undefined) return;
    expect(pub.offset).toBeGreaterThan(position.offset);
    position.offset = pub.offset;
    if (position.epoch !== this.#channel.epoch) return;
    const one = this.#channel.past[pub.offset - 1] as Publication;
    expect((JSON.parse(one.body) as Pub).data).toEqual(data);
    if (how === 'live') expect(this.wants(one)).toBe(true);
    else if (this.#options.filter) expect(one.body).not.toContain(`"ticker":"${this.ticker}"`);
    this.held.push(pub.offset);
  }

  #decode({ data, delta }: Pub): unknown {
    if (!this.#hasDeltas) return data;
    const bytes = new TextEncoder().encode(data as string);
    if (delta === true && this.#last === null) throw new Error('a patch to nothing');
    this.#last = delta === true ? applyFossilDelta(this.#last as Uint8Array, bytes) : bytes;
    return JSON.parse(new TextDecoder().decode(this.#last));
  }

  /** What it must hold now that nothing is under way. */
  check(): void {
    expect(this.state).toBe('on');
    const { past, epoch } = this.#channel;
    expect(this.position?.epoch).toBe(epoch);
    expect(this.anchor.epoch).toBe(epoch);
    const must = past
      .slice(this.anchor.offset)
      .filter((each) => this.wants(each))
      .map((each) => each.offset as number);
    if (this.#options.cache) {
      const latest = must.at(-1);
      // What history has forgotten nobody can bring.
      if (latest === undefined || latest <= past.length - KEPT) return;
      expect(this.held.at(-1) ?? 0).toBeGreaterThanOrEqual(latest);
      return;
    }
    // What it published itself it may get when it recovers.
    const others = this.held.filter((offset) => this.wants(past[offset - 1] as Publication));
    expect(others).toEqual(must);
  }
}

const step = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({
      do: fc.constant('publish' as const),
      who: fc.nat({ max: 3 }),
      ticker: fc.constantFrom(...TICKERS),
      isKept: fc.integer({ min: 0, max: 9 }).map((n) => n > 0),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('come' as const), who: fc.nat({ max: 2 }) }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('go' as const), who: fc.nat({ max: 2 }) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('answer' as const) }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('slow' as const), who: fc.nat({ max: 2 }) }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('interrupt', 'restore') }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('forget' as const) }) },
);

const flags = fc.record({
  cache: fc.boolean(),
  delta: fc.boolean(),
  filter: fc.boolean(),
  conflate: fc.boolean(),
  exclude: fc.boolean(),
});

describe('what a client holds', () => {
  it('is everything it must, whatever the options, losses and interruptions', () => {
    fc.assert(
      fc.property(flags, fc.array(step, { maxLength: 80 }), (options, steps) => {
        const rig = new SessionRig(configOf(options));
        const channel = new Channel(rig);
        const models = TICKERS.map((ticker) => new Model(rig, channel, options, ticker));
        const takeAll = (): void => {
          for (const model of models) model.take();
        };
        const answer = (): boolean => {
          if (!rig.effects.some((each) => each.type === 'attach')) return false;
          const { session, subscription, need } = rig.take('attach');
          session.attached(subscription, { ok: true, history: channel.read(need) });
          takeAll();
          return true;
        };
        // As the check of positions does.
        const compare = (): void => {
          const top = channel.read({ type: 'top' });
          // One that is lost goes from the set: fine while iterating.
          for (const each of rig.context.hub.subscribers(CHANNEL)) {
            const behind = each.epoch !== top?.epoch || each.offset < top.offset;
            if (behind) each.session.lost(each);
          }
          takeAll();
        };
        const ease = ({ client }: Model): void => {
          client.slow = false;
          client.session.eased();
        };
        for (const each of steps) {
          const model = 'who' in each ? models[each.who] : undefined;
          switch (each.do) {
            case 'publish':
              channel.publish(each.ticker, model?.client.session.client ?? '', each.isKept);
              break;
            case 'come':
              model?.come();
              break;
            case 'go':
              model?.go();
              break;
            case 'answer':
              answer();
              break;
            case 'slow':
              if (model?.client.slow === true) ease(model);
              else if (model !== undefined) model.client.slow = true;
              break;
            case 'interrupt':
              channel.up = false;
              break;
            case 'restore':
              channel.up = true;
              compare();
              break;
            case 'forget':
              channel.forget();
          }
          takeAll();
        }
        channel.up = true;
        for (let round = 0; round < 5; round++) {
          for (const model of models) {
            model.come();
            ease(model);
          }
          while (answer());
          compare();
        }
        for (const model of models) model.check();
        for (const { client } of models) client.session.transportClosed();
        const { hub } = rig.context;
        expect([hub.subscriptionCount, hub.filters.size, hub.deltas.size]).toEqual([0, 0, 0]);
      }),
      {
        numRuns: 500,
        examples: [
          // Regression: after one that it did not want a client got again what it had.
          [
            { cache: true, delta: false, filter: true, conflate: false, exclude: false },
            [
              { do: 'interrupt' },
              { do: 'come', who: 1 },
              { do: 'publish', who: 0, ticker: 'a', isKept: true },
              { do: 'answer' },
              { do: 'publish', who: 0, ticker: 'b', isKept: true },
            ],
          ],
        ],
      },
    );
  });
});
