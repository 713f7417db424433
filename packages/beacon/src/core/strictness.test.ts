import { describe, expect, it } from 'vitest';
import type { BeaconConfig } from '../config.ts';
import { history, SessionRig } from '../testing/session-rig.ts';
import { WireClient } from '../testing/wire-client.ts';
import type { ConnectionClaims, SubscriptionTokenClaims } from './claims.ts';

/** Every rule of the wire about what ends a connection and what is answered with an error, in both encodings. */

const open = {
  allow_subscribe_for_client: true,
  allow_publish_for_subscriber: true,
  allow_presence_for_subscriber: true,
  allow_history_for_subscriber: true,
};

const config: BeaconConfig = {
  client: { channel_limit: 3, user_connection_limit: 2 },
  channel: {
    without_namespace: open,
    namespaces: [
      { name: 'closed' },
      { name: 'kept', ...open, history_size: 10, history_ttl: '60s', force_recovery: true },
      { name: 'there', ...open, presence: true },
      { name: 'json', ...open, publication_data_format: 'json_object' },
    ],
  },
};

/** What came of it: a close code, an error code, or the reply of a type. */
type Outcome = { close: number } | { error: number } | { reply: string } | 'nothing';

function outcomeOf(client: WireClient): Outcome {
  const reply = client.read().at(-1) as Record<string, unknown> | undefined;
  if (client.closed !== null) return { close: client.closed };
  if (reply === undefined) return 'nothing';
  const { error } = reply as { error?: { code: number } };
  if (error !== undefined) return { error: error.code };
  return { reply: Object.keys(reply).find((name) => name !== 'id') ?? '' };
}

interface Scene {
  readonly rig: SessionRig;
  readonly client: WireClient;
}

const claims = (more: Partial<ConnectionClaims> = {}): ConnectionClaims => ({
  user: 'ann',
  expireAt: 0,
  subs: new Map(),
  capabilities: [],
  ...more,
});

/** Through with connecting. */
function connected({ rig, client }: Scene, more: Partial<ConnectionClaims> = {}): void {
  client.send({ id: 1, connect: { token: 't' } });
  client.session.tokenVerified(rig.take('verify'), claims(more));
  client.read();
}

/** And on a channel. */
function subscribed(scene: Scene, channel = 'a'): void {
  connected(scene);
  scene.client.send({ id: 2, subscribe: { channel } });
  scene.rig.attach(channel.startsWith('kept:') ? history(5) : null);
  scene.client.read();
}

/** Time goes by for a client that answers pings. */
function pass({ rig, client }: Scene, ms: number): void {
  for (let left = ms; left > 0; left -= 1_000) {
    rig.pass(Math.min(left, 1_000));
    if (client.closed === null && client.session.pongBy !== 0) client.send({});
  }
}

interface Rule {
  readonly when: string;
  readonly given?: (scene: Scene) => void;
  readonly send?: readonly object[];
  /** What happens outside after that. */
  readonly after?: (scene: Scene) => void;
  readonly outcome: Outcome;
}

const now = (rig: SessionRig): number => Math.floor(rig.now / 1000);

const verified =
  (result: Partial<SubscriptionTokenClaims> | 'expired' | 'invalid') =>
  ({ rig, client }: Scene): void => {
    const token = { user: 'ann', channel: 'a', client: '', expireAt: 0, overrides: {} };
    const effect = rig.take('verify');
    client.session.tokenVerified(
      effect,
      typeof result === 'string' ? result : { ...token, ...result },
    );
  };

const RULES: readonly Rule[] = [
  // Connecting.
  { when: 'a command comes before connect', send: [{ id: 1, ping: {} }], outcome: { close: 3501 } },
  { when: 'a pong comes before connect', send: [{}], outcome: { close: 3501 } },
  {
    when: 'a message comes before connect',
    send: [{ send: { data: 1 } }],
    outcome: { close: 3501 },
  },
  {
    when: 'nobody has a token',
    send: [{ id: 1, connect: {} }],
    outcome: { close: 3501 },
  },
  {
    when: 'connect comes twice',
    given: connected,
    send: [{ id: 2, connect: { token: 't' } }],
    outcome: { close: 3501 },
  },
  {
    when: 'connect comes twice at once',
    send: [
      { id: 1, connect: { token: 't' } },
      { id: 2, connect: { token: 't' } },
    ],
    outcome: { close: 3501 },
  },
  {
    when: 'a pong comes while it is being connected',
    send: [{ id: 1, connect: { token: 't' } }, {}],
    outcome: { close: 3501 },
  },
  {
    when: 'the token is not valid',
    send: [{ id: 1, connect: { token: 't' } }],
    after: ({ rig, client }) => client.session.tokenVerified(rig.take('verify'), 'invalid'),
    outcome: { close: 3500 },
  },
  {
    when: 'the user has all the connections that one may have',
    given({ rig, client }) {
      for (let i = 0; i < 2; i++) connected({ rig, client: new WireClient(rig, client.encoding) });
    },
    send: [{ id: 1, connect: { token: 't' } }],
    after: ({ rig, client }) => client.session.tokenVerified(rig.take('verify'), claims()),
    outcome: { close: 3504 },
  },
  {
    when: 'the token has more channels than one may have',
    send: [{ id: 1, connect: { token: 't' } }],
    after({ rig, client }) {
      const subs = new Map(['a', 'b', 'c', 'd'].map((name) => [name, { overrides: {} }]));
      client.session.tokenVerified(rig.take('verify'), claims({ subs }));
    },
    outcome: { close: 3505 },
  },
  { when: 'nobody connects', after: ({ rig }) => rig.pass(10_100), outcome: { close: 3502 } },
  // Framing of commands.
  {
    when: 'a pong comes unasked',
    given: connected,
    send: [{}],
    outcome: { close: 3501 },
  },
  {
    when: 'a second pong comes',
    given(scene) {
      connected(scene);
      scene.rig.pass(13_000);
      scene.client.send({});
    },
    send: [{}],
    outcome: { close: 3501 },
  },
  {
    when: 'no pong comes',
    given: connected,
    after: ({ rig }) => rig.pass(25_000 + 8_100),
    outcome: { close: 3012 },
  },
  ...[
    { subscribe: { channel: 'a' } },
    { unsubscribe: { channel: 'a' } },
    { publish: { channel: 'a', data: 1 } },
    { presence: { channel: 'a' } },
    { presence_stats: { channel: 'a' } },
    { history: { channel: 'a' } },
    { ping: {} },
    { rpc: { method: 'echo', data: 1 } },
    { refresh: { token: 't' } },
    { sub_refresh: { channel: 'a', token: 't' } },
    { connect: { token: 't' } },
  ].map((command): Rule => ({
    when: `${Object.keys(command)[0]} comes without an id`,
    given: subscribed,
    send: [command],
    outcome: { close: 3501 },
  })),
  ...[
    { subscribe: { channel: '' } },
    { unsubscribe: { channel: '' } },
    { publish: { channel: '', data: 1 } },
    { presence: { channel: '' } },
    { presence_stats: { channel: '' } },
    { history: { channel: '' } },
    { sub_refresh: { channel: '', token: 't' } },
  ].map((command): Rule => ({
    when: `${Object.keys(command)[0]} has an empty channel`,
    given: connected,
    send: [{ id: 9, ...command }],
    outcome: { close: 3501 },
  })),
  {
    when: 'a message comes that nobody takes',
    given: connected,
    send: [{ send: { data: 1 } }],
    outcome: { close: 3508 },
  },
  {
    when: 'a ping comes',
    given: connected,
    send: [{ id: 9, ping: {} }],
    outcome: { reply: 'ping' },
  },
  // Subscribing.
  ...['subscribe', 'publish', 'presence', 'presence_stats', 'history'].map((method): Rule => ({
    when: `${method} has a channel of 256 characters`,
    given: connected,
    send: [
      {
        id: 9,
        [method]: { channel: 'x'.repeat(256), ...(method === 'publish' ? { data: 1 } : {}) },
      },
    ],
    outcome: { error: 107 },
  })),
  {
    when: 'a channel is subscribed twice',
    given: subscribed,
    send: [{ id: 9, subscribe: { channel: 'a' } }],
    outcome: { error: 105 },
  },
  {
    when: 'a channel is subscribed while it is being subscribed',
    given: connected,
    send: [
      { id: 2, subscribe: { channel: 'a' } },
      { id: 3, subscribe: { channel: 'a' } },
    ],
    outcome: { error: 105 },
  },
  {
    when: 'more channels are subscribed than one may have',
    given(scene) {
      connected(scene);
      for (const [i, channel] of ['a', 'b', 'c'].entries()) {
        scene.client.send({ id: i + 2, subscribe: { channel } });
        scene.rig.attach();
      }
      scene.client.read();
    },
    send: [{ id: 9, subscribe: { channel: 'd' } }],
    outcome: { error: 106 },
  },
  {
    when: 'the namespace is unknown',
    given: connected,
    send: [{ id: 9, subscribe: { channel: 'nothing:a' } }],
    outcome: { error: 102 },
  },
  {
    when: 'the namespace does not allow it',
    given: connected,
    send: [{ id: 9, subscribe: { channel: 'closed:a' } }],
    outcome: { error: 103 },
  },
  {
    when: 'a private channel is subscribed without a token',
    given: connected,
    send: [{ id: 9, subscribe: { channel: '$a' } }],
    outcome: { error: 103 },
  },
  {
    when: 'a name is not ASCII',
    given: connected,
    send: [{ id: 9, subscribe: { channel: 'é' } }],
    outcome: { error: 107 },
  },
  {
    when: 'a subscription is of a kind that is not there',
    given: connected,
    send: [{ id: 9, subscribe: { channel: 'a', type: 1 } }],
    outcome: { error: 108 },
  },
  {
    when: 'a filter is asked for where there is none',
    given: connected,
    send: [{ id: 9, subscribe: { channel: 'a', tf: { key: 'k', cmp: 'ex' } } }],
    outcome: { error: 107 },
  },
  {
    when: 'the subscription token has expired',
    given: connected,
    send: [{ id: 9, subscribe: { channel: 'a', token: 't' } }],
    after: verified('expired'),
    outcome: { error: 109 },
  },
  {
    when: 'the subscription token is not valid',
    given: connected,
    send: [{ id: 9, subscribe: { channel: 'a', token: 't' } }],
    after: verified('invalid'),
    outcome: { error: 103 },
  },
  {
    when: 'the subscription token is another’s',
    given: connected,
    send: [{ id: 9, subscribe: { channel: 'a', token: 't' } }],
    after: verified({ user: 'bob' }),
    outcome: { close: 3500 },
  },
  {
    when: 'the subscription token is of another channel',
    given: connected,
    send: [{ id: 9, subscribe: { channel: 'a', token: 't' } }],
    after: verified({ channel: 'b' }),
    outcome: { close: 3500 },
  },
  {
    when: 'the subscription token ended a moment ago',
    given: connected,
    send: [{ id: 9, subscribe: { channel: 'a', token: 't' } }],
    after: (scene) => verified({ expireAt: now(scene.rig) })(scene),
    outcome: { error: 110 },
  },
  {
    when: 'what is asked for cannot be recovered, and the client wants that or nothing',
    given: connected,
    send: [
      { id: 9, subscribe: { channel: 'kept:a', recover: true, offset: 1, epoch: 'e', flag: 2 } },
    ],
    after: ({ rig }) => rig.attach(history(5)),
    outcome: { error: 112 },
  },
  {
    when: 'a channel is subscribed',
    given: connected,
    send: [{ id: 9, subscribe: { channel: 'a' } }],
    after: ({ rig }) => rig.attach(),
    outcome: { reply: 'subscribe' },
  },
  {
    when: 'a channel is unsubscribed that was not subscribed',
    given: connected,
    send: [{ id: 9, unsubscribe: { channel: 'nothing:a' } }],
    outcome: { reply: 'unsubscribe' },
  },
  {
    when: 'a publication is missing',
    given: (scene) => subscribed(scene, 'kept:a'),
    after: ({ rig }) => rig.publish('kept:a', 7),
    outcome: { reply: 'push' },
  },
  {
    when: 'deltas are asked for of a kind that there is not',
    given: connected,
    send: [{ id: 9, subscribe: { channel: 'a', delta: 'vcdiff' } }],
    outcome: { close: 3501 },
  },

  // The other commands.
  {
    when: 'nothing is published',
    given: subscribed,
    send: [{ id: 9, publish: { channel: 'a' } }],
    outcome: { error: 107 },
  },
  {
    when: 'someone publishes who is not on the channel',
    given: connected,
    send: [{ id: 9, publish: { channel: 'a', data: 1 } }],
    outcome: { error: 103 },
  },
  {
    when: 'something else than an object is published where objects are wanted',
    given: (scene) => subscribed(scene, 'json:a'),
    send: [{ id: 9, publish: { channel: 'json:a', data: [1] } }],
    outcome: { error: 107 },
  },
  {
    when: 'presence is asked for where it is not kept',
    given: subscribed,
    send: [{ id: 9, presence: { channel: 'a' } }],
    outcome: { error: 108 },
  },
  {
    when: 'presence is asked for by someone who is not there',
    given: connected,
    send: [{ id: 9, presence_stats: { channel: 'there:a' } }],
    outcome: { error: 103 },
  },
  {
    when: 'history is asked for where it is not kept',
    given: subscribed,
    send: [{ id: 9, history: { channel: 'a' } }],
    outcome: { error: 108 },
  },
  {
    when: 'history is asked for by someone who is not there',
    given: connected,
    send: [{ id: 9, history: { channel: 'kept:a' } }],
    outcome: { error: 103 },
  },
  {
    when: 'history is asked for backwards from the very beginning',
    given: (scene) => subscribed(scene, 'kept:a'),
    send: [
      {
        id: 9,
        history: { channel: 'kept:a', reverse: true, limit: 1, since: { offset: 0, epoch: 'e' } },
      },
    ],
    outcome: { error: 107 },
  },
  {
    when: 'a procedure is called that is not there',
    given: connected,
    send: [{ id: 9, rpc: { method: 'nothing' } }],
    outcome: { error: 104 },
  },
  {
    when: 'a refresh has no token',
    given: connected,
    send: [{ id: 9, refresh: { token: '' } }],
    outcome: { close: 3501 },
  },
  {
    when: 'the refreshed token is another’s',
    given: connected,
    send: [{ id: 9, refresh: { token: 't' } }],
    after: ({ rig, client }) =>
      client.session.tokenVerified(rig.take('verify'), claims({ user: 'bob' })),
    outcome: { close: 3500 },
  },
  {
    when: 'the refreshed token has expired',
    given: connected,
    send: [{ id: 9, refresh: { token: 't' } }],
    after: ({ rig, client }) => client.session.tokenVerified(rig.take('verify'), 'expired'),
    outcome: { close: 3005 },
  },
  {
    when: 'nobody refreshes the token',
    given: (scene) => connected(scene, { expireAt: now(scene.rig) + 2 }),
    after: (scene) => pass(scene, 28_000),
    outcome: { close: 3005 },
  },
  {
    when: 'a subscription is refreshed that is not there',
    given: connected,
    send: [{ id: 9, sub_refresh: { channel: 'a', token: 't' } }],
    outcome: { error: 103 },
  },
  {
    when: 'a subscription is refreshed without a token',
    given: subscribed,
    send: [{ id: 9, sub_refresh: { channel: 'a' } }],
    outcome: { error: 107 },
  },
  {
    when: 'a subscription is refreshed with a token that is not valid',
    given: subscribed,
    send: [{ id: 9, sub_refresh: { channel: 'a', token: 't' } }],
    after: verified('invalid'),
    outcome: { close: 3500 },
  },
];

describe.each(['json', 'protobuf'] as const)('strictness in %s', (encoding) => {
  it.each(RULES)('when $when: $outcome', ({ given, send, after, outcome }) => {
    const rig = new SessionRig(config);
    const client = new WireClient(rig, encoding);
    const scene = { rig, client };
    given?.(scene);
    expect(client.closed).toBeNull();
    if (send !== undefined) client.send(...send);
    after?.(scene);
    expect(outcomeOf(client)).toEqual(outcome);
    expect(client.errors).toEqual([]);
  });

  it('ends what a gap broke with 2500, and what expired with 2501', () => {
    const rig = new SessionRig(config);
    const client = new WireClient(rig, encoding);
    subscribed({ rig, client }, 'kept:a');
    rig.publish('kept:a', 7);
    client.send({ id: 3, subscribe: { channel: '$a', token: 't' } });
    verified({ channel: '$a', expireAt: now(rig) + 5 })({ rig, client });
    rig.attach();
    pass({ rig, client }, 31_000);
    const unsubscribed = client
      .read()
      .map(
        (each) => (each as { push?: { unsubscribe?: { code: number } } }).push?.unsubscribe?.code,
      )
      .filter((code) => code !== undefined);
    expect(unsubscribed).toEqual([2500, 2501]);
  });
});

describe('strictness in what is no command at all', () => {
  const GARBAGE: [string, 'json' | 'protobuf', string | number[]][] = [
    ['garbage', 'json', 'hello'],
    ['nothing', 'json', ''],
    ['an array', 'json', '[{"id":1,"connect":{}}]'],
    ['a string', 'json', '"connect"'],
    ['truncated JSON', 'json', '{"id":1,"connect":{'],
    ['an unknown method', 'json', '{"id":1,"explode":{}}'],
    ['two methods', 'json', '{"id":1,"connect":{},"ping":{}}'],
    ['an id that is no number', 'json', '{"id":"1","connect":{}}'],
    ['an array that is deep', 'json', '['.repeat(200_000)],
    ['nothing', 'protobuf', []],
    ['garbage', 'protobuf', [0xff, 0xff, 0xff]],
    ['JSON', 'protobuf', [...Buffer.from('{"id":1,"connect":{}}')]],
    ['a command that is cut off', 'protobuf', [4, 8, 1, 0x22]],
    ['an unknown method', 'protobuf', [5, 8, 1, 0x82, 1, 0]],
    ['two methods', 'protobuf', [6, 8, 1, 0x22, 0, 0x5a, 0]],
  ];

  it.each(GARBAGE)('closes with 3501 on %s in %s', (_, encoding, message) => {
    const rig = new SessionRig(config);
    for (const given of [() => {}, connected]) {
      const client = new WireClient(rig, encoding);
      given({ rig, client });
      client.message(typeof message === 'string' ? message : Uint8Array.from(message));
      expect(client.closed).toBe(3501);
      expect(client.read()).toEqual([]);
      expect(client.errors).toEqual([]);
    }
  });
});
