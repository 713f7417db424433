import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { BeaconConfig } from '../config.ts';
import { clientFrame } from '../testing/client-frames.ts';
import { sdkCodec } from '../testing/sdk-codec.ts';
import { history, SessionRig } from '../testing/session-rig.ts';
import { encodeCommands, WireClient, type Encoding } from '../testing/wire-client.ts';

/**
 * A whole connection under fire: bytes of a WebSocket go in, cut anywhere, right and wrong; whatever they are, nothing breaks, the close
 * code is one of those that fit, and nothing comes out that was meant for someone else.
 */

const SECRET = 'what-only-vera-may-read';

const config: BeaconConfig = {
  channel: {
    without_namespace: {
      allow_subscribe_for_client: true,
      allow_publish_for_client: true,
      allow_presence_for_client: true,
      allow_history_for_client: true,
      presence: true,
      join_leave: true,
      history_size: 5,
      history_ttl: '60s',
      allow_tags_filter: true,
      allowed_delta_types: ['fossil'],
      allow_recovery: true,
      allow_positioning: true,
    },
    namespaces: [
      {
        name: 'vera',
        allow_user_limited_channels: true,
        force_recovery: true,
        history_size: 5,
        history_ttl: '60s',
      },
    ],
  },
};

/** Answers what sessions asked for, as a store would that has nothing. */
function settle(rig: SessionRig): void {
  for (let effect = rig.effects.shift(); effect !== undefined; effect = rig.effects.shift()) {
    const { session } = effect;
    switch (effect.type) {
      case 'verify': {
        // Nobody gives away a token for what is another's.
        const good = effect.token === 'good' && !effect.channel.startsWith('vera:');
        const base = { user: 'mallory', expireAt: 0 };
        if (!good) session.tokenVerified(effect, 'invalid');
        else if (effect.use === 'connect' || effect.use === 'refresh') {
          session.tokenVerified(effect, { ...base, subs: new Map(), capabilities: [] });
        } else {
          const { channel } = effect;
          session.tokenVerified(effect, { ...base, channel, client: '', overrides: {} });
        }
        break;
      }
      case 'attach': {
        const found = effect.need.type === 'none' ? null : history(0);
        session.attached(effect.subscription, { ok: true, history: found });
        break;
      }
      case 'publish':
      case 'send':
        session.published(effect, null);
        break;
      case 'presence':
        session.answered(effect, { type: 'presence', id: effect.id, presence: [] });
        break;
      case 'presence_stats':
        session.answered(effect, { type: 'presence_stats', id: effect.id, clients: 0, users: 0 });
        break;
      case 'history':
        session.answered(effect, { type: 'history', id: effect.id, result: history(0) });
        break;
      case 'rpc':
        session.answered(effect, { type: 'rpc', id: effect.id, dataJson: effect.data ?? 'null' });
        break;
      default:
    }
  }
}

// What ends the connection at once is rare, or nothing would ever come after it.
const rarely = <T, U>(usual: fc.Arbitrary<T>, rare: fc.Arbitrary<U>): fc.Arbitrary<T | U> =>
  fc.oneof({ weight: 40, arbitrary: usual }, { weight: 1, arbitrary: rare });

const id = rarely(fc.integer({ min: 1, max: 9 }), fc.constant(0));
const channel = rarely(
  fc.constantFrom(
    'a',
    'a',
    'a',
    'b',
    'vera:#vera',
    'vera:#vera',
    'vera:x#vera',
    '$a',
    'nothing:a',
    'é',
  ),
  fc.constant(''),
);
const token = fc.oneof(
  { weight: 6, arbitrary: fc.constant('') },
  { weight: 3, arbitrary: fc.constant('good') },
  { weight: 1, arbitrary: fc.constant('bad') },
);
const data = fc.jsonValue({ maxDepth: 3 });
const offset = fc.oneof(fc.nat({ max: 10 }), fc.constant(Number.MAX_SAFE_INTEGER));

const usual = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      id,
      subscribe: fc.record(
        {
          channel,
          token,
          recover: fc.boolean(),
          offset,
          epoch: fc.constantFrom('', 'e', 'f'),
          delta: rarely(fc.constantFrom('', 'fossil'), fc.constant('other')),
          tf: rarely(fc.constant(undefined), fc.constant({ key: 'k', cmp: 'eq', val: 'v' })),
          flag: fc.nat({ max: 3 }),
          type: rarely(fc.constant(0), fc.constant(1)),
          positioned: fc.boolean(),
          recoverable: fc.boolean(),
          join_leave: fc.boolean(),
        },
        { requiredKeys: ['channel'] },
      ),
    }),
  },
  fc.record({ id, unsubscribe: fc.record({ channel }) }),
  fc.record({ id, publish: fc.record({ channel, data }) }),
  fc.record({ id, presence: fc.record({ channel }) }),
  fc.record({ id, presence_stats: fc.record({ channel }) }),
  fc.record({
    id,
    history: fc.record(
      {
        channel,
        limit: fc.integer(),
        since: fc.record({ offset, epoch: fc.string() }),
        reverse: fc.boolean(),
      },
      { requiredKeys: ['channel'] },
    ),
  }),
  fc.record({ id, ping: fc.constant({}) }),
  fc.record({ id, rpc: fc.record({ method: fc.constantFrom('echo', 'nothing'), data }) }),
  fc.record({ id, refresh: fc.record({ token: rarely(fc.constant('good'), token) }) }),
  fc.record({ id, sub_refresh: fc.record({ channel, token: rarely(fc.constant('good'), token) }) }),
);

const command = rarely(
  usual,
  fc.oneof(
    fc.record({ id, connect: fc.record({ token, data }) }),
    fc.record({ send: fc.record({ data }) }),
    fc.constant({}),
  ),
);

/** What a client does: sends commands, commands with something broken, or bytes; or time passes, or others publish. */
type Step =
  | { readonly do: 'commands'; readonly commands: readonly object[] }
  | {
      readonly do: 'broken';
      readonly commands: readonly object[];
      readonly at: number;
      readonly to: number;
    }
  | { readonly do: 'message'; readonly bytes: Uint8Array }
  | { readonly do: 'bytes'; readonly bytes: Uint8Array }
  | { readonly do: 'time'; readonly ms: number }
  | { readonly do: 'publish'; readonly channel: string };

const commands = fc.array(command, { minLength: 1, maxLength: 3 });
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 30, arbitrary: fc.record({ do: fc.constant('commands'), commands }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('broken'),
      commands,
      at: fc.nat(),
      to: fc.nat({ max: 255 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('message'), bytes: fc.uint8Array() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('bytes'), bytes: fc.uint8Array() }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('time'), ms: fc.nat({ max: 5_000 }) }) },
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant('publish'),
      channel: fc.constantFrom('a', 'b', 'vera:#vera'),
    }),
  },
);

/** Codes with which a client may find itself closed that sends what it likes. */
const CODES = new Set([
  // By the WebSocket: its rules, UTF-8, too large; and those that the client itself may close with.
  1002, 1007, 1009, 1005, 3000, 3005, 3010, 3012, 3500, 3501, 3502, 3505, 3508,
]);

function isItsOwnClose(code: number): boolean {
  return code >= 1000 && code <= 4999 && !(code >= 3000 && code < 3600);
}

function bytesOf(each: Step, encoding: Encoding): Buffer | null {
  const opcode = encoding === 'json' ? 1 : 2;
  switch (each.do) {
    case 'commands':
      return clientFrame({ opcode, payload: encodeCommands(encoding, each.commands) });
    case 'broken': {
      const payload = Buffer.from(encodeCommands(encoding, each.commands));
      if (payload.length > 0) payload[each.at % payload.length] = each.to;
      return clientFrame({ opcode, payload });
    }
    case 'message':
      return clientFrame({ opcode, payload: each.bytes });
    case 'bytes':
      return Buffer.from(each.bytes);
    default:
      return null;
  }
}

/** How far the runs got, so that it shows when they all end at the door. */
const tally = { runs: 0, connected: 0, subscribed: 0 };

function reached(client: WireClient): void {
  tally.runs++;
  if (client.session.user !== '') tally.connected++;
  const text = client.bytes.toString('latin1');
  if (text.includes('anything')) tally.subscribed++;
}

interface Run {
  readonly encoding: Encoding;
  readonly steps: readonly Step[];
  /** In how many bytes the stream is cut. */
  readonly pieces: number;
}

function run({ encoding, steps, pieces }: Run): void {
  const rig = new SessionRig(config);
  const vera = new WireClient(rig, 'json');
  vera.send({ id: 1, connect: { token: 't' } });
  vera.session.tokenVerified(rig.take('verify'), {
    user: 'vera',
    expireAt: 0,
    subs: new Map(),
    capabilities: [],
  });
  vera.send({ id: 2, subscribe: { channel: 'vera:#vera' } });
  rig.attach(history(0));
  const mallory = new WireClient(rig, encoding);
  const offsets = new Map<string, number>();
  let published = 0;
  for (const each of steps) {
    if (each.do === 'time') {
      rig.pass(each.ms);
      for (const client of [vera, mallory]) {
        if (client.closed === null && client.session.pongBy !== 0) client.send({});
      }
    } else if (each.do === 'publish') {
      const next = (offsets.get(each.channel) ?? 0) + 1;
      offsets.set(each.channel, next);
      const isVeras = each.channel === 'vera:#vera';
      if (isVeras && vera.closed === null) published++;
      rig.publish(each.channel, next, isVeras ? SECRET : 'anything');
    }
    const bytes = bytesOf(each, encoding);
    for (let at = 0; bytes !== null && at < bytes.length; at += pieces) {
      mallory.feed(bytes.subarray(at, at + pieces));
    }
    settle(rig);
  }
  expect(mallory.errors).toEqual([]);
  reached(mallory);
  if (mallory.closed !== null) {
    expect(CODES.has(mallory.closed) || isItsOwnClose(mallory.closed)).toBe(true);
  }
  expect(mallory.bytes.includes(SECRET)).toBe(false);
  // What it was sent is of the protocol, whatever it did.
  mallory.read();
  const texts = vera.bytes.toString();
  expect(texts.split(SECRET).length - 1).toBe(published);
  // Nothing is left behind by a connection that has gone.
  mallory.session.transportClosed();
  settle(rig);
  expect([...rig.context.hub.subscribers('a'), ...rig.context.hub.subscribers('b')]).toEqual([]);
}

describe.each(['json', 'protobuf'] as const)('a connection in %s', (encoding) => {
  it('withstands whatever a client sends, and keeps others’ data to themselves', () => {
    const connect: Step = { do: 'commands', commands: [{ id: 1, connect: { token: 'good' } }] };
    const steps = fc.array(step, { maxLength: 30, size: 'max' });
    fc.assert(
      fc.property(
        steps,
        fc.nat({ max: 5 }),
        fc.integer({ min: 1, max: 50 }),
        (all, first, pieces) => {
          run({ encoding, steps: first > 0 ? [connect, ...all] : all, pieces });
        },
      ),
      { numRuns: 700 },
    );
    expect(tally.connected).toBeGreaterThan(tally.runs / 3);
    expect(tally.subscribed).toBeGreaterThan(tally.runs / 50);
  });

  it('ends at the first thing that is wrong, and what stood before is done', () => {
    const rig = new SessionRig(config);
    const client = new WireClient(rig, encoding);
    const good = encodeCommands(encoding, [
      { id: 1, connect: { token: 'good' } },
      { id: 2, subscribe: { channel: 'a' } },
    ]);
    client.message(good);
    settle(rig);
    expect(client.read()).toMatchObject([
      { id: 1, connect: {} },
      { id: 2, subscribe: {} },
    ]);
    client.feed(
      Buffer.concat([
        clientFrame({ opcode: 2, payload: encodeCommands(encoding, [{ id: 3, ping: {} }]) }),
        clientFrame({ opcode: 2, payload: Buffer.from([0xff]) }),
        clientFrame({ opcode: 2, payload: encodeCommands(encoding, [{ id: 4, ping: {} }]) }),
      ]),
    );
    expect(client.read()).toEqual([{ id: 3, ping: {} }]);
    expect(client.closed).toBe(3501);
  });
});

describe('hostile commands', () => {
  it('may nest a payload as deep as fits, which is passed on and not walked', () => {
    const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
    for (const encoding of ['json', 'protobuf'] as const) {
      const rig = new SessionRig(config);
      const client = new WireClient(rig, encoding);
      client.send({ id: 1, connect: { token: 'good' } });
      settle(rig);
      client.read();
      client.message(
        encoding === 'json'
          ? `{"id":2,"publish":{"channel":"a","data":${deep}}}`
          : sdkCodec.encodeCommands([
              { id: 2, publish: { channel: 'a', data: Buffer.from(deep) } },
            ]),
      );
      const { body } = rig.take('publish');
      expect(body.startsWith(`{"data":${deep}`)).toBe(true);
      expect(client.closed).toBeNull();
      expect(client.errors).toEqual([]);
    }
  });

  it('may not nest anything else so deep', () => {
    const deep = `${'{"nodes":['.repeat(50_000)}${']}'.repeat(50_000)}`;
    const rig = new SessionRig(config);
    const client = new WireClient(rig, 'json');
    client.message(`{"id":1,"subscribe":{"channel":"a","tf":${deep}}}`);
    expect(client.closed).toBe(3501);
    expect(client.errors).toEqual([]);
  });

  it('may come by the thousand in one frame', () => {
    for (const encoding of ['json', 'protobuf'] as const) {
      const rig = new SessionRig(config);
      const client = new WireClient(rig, encoding);
      client.send({ id: 1, connect: { token: 'good' } });
      settle(rig);
      client.read();
      client.send(...Array.from({ length: 10_000 }, (_, i) => ({ id: i + 2, ping: {} })));
      expect(client.read()).toHaveLength(10_000);
      expect(client.closed).toBeNull();
    }
  });
});
