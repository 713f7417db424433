import { replyErrors } from '@belfry/protocol';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { BeaconConfig } from '../config.ts';
import { history, publication, SessionRig, type Client } from '../testing/session-rig.ts';

const open: BeaconConfig = {
  client: { allow_anonymous_connect_without_token: true, channel_limit: 4 },
  channel: {
    without_namespace: { allow_subscribe_for_client: true, allow_subscribe_for_anonymous: true },
    namespaces: [
      {
        name: 'news',
        allow_subscribe_for_client: true,
        allow_publish_for_subscriber: true,
        force_recovery: true,
        history_size: 10,
        history_ttl: '60s',
      },
      {
        name: 'state',
        allow_subscribe_for_client: true,
        force_recovery: true,
        force_recovery_mode: 'cache',
        history_size: 10,
        history_ttl: '60s',
      },
      { name: 'room', allow_subscribe_for_client: true, presence: true, join_leave: true },
      { name: 'own', allow_user_limited_channels: true },
    ],
  },
};

function codeOf(client: Client): number | undefined {
  return client.closed?.code;
}

describe('connecting', () => {
  it('answers with who the client is and how it is pinged', () => {
    const client = new SessionRig(open).open();
    client.command({ id: 1, connect: {} });
    expect(client.read()).toEqual([
      {
        id: 1,
        connect: {
          client: 'c1',
          version: '0',
          ping: 25,
          pong: true,
        },
      },
    ]);
  });

  it('says what time it is where the config says so', () => {
    const rig = new SessionRig({ client: { ...open.client, connect_include_server_time: true } });
    const client = rig.open();
    client.command({ id: 1, connect: {} });
    expect(client.read()).toMatchObject([{ connect: { time: rig.context.now() } }]);
  });

  it('needs a token unless anonymous connections are allowed', () => {
    const client = new SessionRig().open();
    client.command({ id: 1, connect: {} });
    expect(codeOf(client)).toBe(3501);
  });

  it('closes with 3500 on an invalid token, and answers 109 to an expired one', () => {
    const rig = new SessionRig(open);
    const invalid = rig.open();
    invalid.command({ id: 1, connect: { token: 'x' } });
    invalid.session.tokenVerified(rig.take('verify'), 'invalid');
    expect(codeOf(invalid)).toBe(3500);
    const expired = rig.open();
    expired.command({ id: 1, connect: { token: 'x' } });
    expired.session.tokenVerified(rig.take('verify'), 'expired');
    expect(expired.read()).toEqual([{ id: 1, error: { code: 109, message: 'token expired' } }]);
    expect(codeOf(expired)).toBe(3000);
  });

  it('keeps commands that come with connect until it is connected', () => {
    const rig = new SessionRig(open);
    const client = rig.open();
    client.send('{"id":1,"connect":{"token":"t"}}\n{"id":2,"subscribe":{"channel":"a"}}');
    expect(client.read()).toEqual([]);
    client.session.tokenVerified(rig.take('verify'), {
      user: 'ann',
      expireAt: 0,
      subs: new Map(),
      capabilities: [],
    });
    rig.attach();
    expect(client.read()).toMatchObject([
      { id: 1, connect: {} },
      { id: 2, subscribe: {} },
    ]);
  });

  it('tells when the token ends, and closes with 3005 when nobody refreshed it', () => {
    const rig = new SessionRig(open);
    const client = rig.open();
    client.command({ id: 1, connect: { token: 't' } });
    const expireAt = rig.now / 1000 + 10;
    client.session.tokenVerified(rig.take('verify'), {
      user: 'ann',
      expireAt,
      subs: new Map(),
      capabilities: [],
    });
    expect(client.read()).toMatchObject([{ connect: { expires: true, ttl: 10 } }]);
    rig.pass(10_000);
    expect(codeOf(client)).toBeUndefined();
    client.command({ id: 2, refresh: { token: 't2' } });
    client.session.tokenVerified(rig.take('verify'), {
      user: 'ann',
      expireAt: expireAt + 10,
      subs: new Map(),
      capabilities: [],
    });
    expect(client.read()).toEqual([{ id: 2, refresh: { expires: true, ttl: 10 } }]);
    for (let s = 0; s < 35; s++) {
      rig.pass(1_000);
      if (client.frames.includes('{}')) client.send('{}');
      client.read();
      if (s === 30) expect(codeOf(client)).toBeUndefined();
    }
    rig.pass(1_000);
    expect(codeOf(client)).toBe(3005);
  });

  it('refuses a refresh for another user', () => {
    const rig = new SessionRig(open);
    const client = rig.connect('ann');
    client.command({ id: 2, refresh: { token: 't' } });
    client.session.tokenVerified(rig.take('verify'), {
      user: 'bob',
      expireAt: 0,
      subs: new Map(),
      capabilities: [],
    });
    expect(codeOf(client)).toBe(3500);
  });

  it('makes the subscriptions that the token names', () => {
    const rig = new SessionRig(open);
    const client = rig.open();
    client.command({
      id: 1,
      connect: { token: 't', subs: { 'news:1': { recover: true, offset: 1, epoch: 'e' } } },
    });
    client.session.tokenVerified(rig.take('verify'), {
      user: 'ann',
      expireAt: 0,
      subs: new Map([
        ['news:1', { overrides: {} }],
        ['a', { overrides: {}, dataJson: '7' }],
      ]),
      capabilities: [],
    });
    rig.publish('news:1', 3);
    expect(client.read()).toEqual([]);
    rig.attach(history(2, [publication(2)]));
    rig.attach();
    expect(client.read()).toMatchObject([
      {
        connect: {
          subs: {
            'news:1': { recovered: true, publications: [{ data: 2, offset: 2 }] },
            a: { data: 7 },
          },
        },
      },
      { push: { channel: 'news:1', pub: { data: 3, offset: 3 } } },
    ]);
    rig.publish('news:1', 5);
    expect(codeOf(client)).toBe(3010);
  });

  it('limits the connections of a user', () => {
    const rig = new SessionRig({ ...open, client: { user_connection_limit: 1 } });
    const first = rig.connect('ann');
    expect(codeOf(rig.connect('ann'))).toBe(3504);
    expect(codeOf(rig.connect('bob'))).toBeUndefined();
    first.session.transportClosed();
    expect(codeOf(rig.connect('ann'))).toBeUndefined();
  });
});

describe('strictness', () => {
  it.each([
    ['a command before connect', '{"id":1,"subscribe":{"channel":"a"}}'],
    ['a pong before connect', '{}'],
    ['garbage before connect', 'x'],
  ])('closes with 3501 on %s', (_, frame) => {
    const client = new SessionRig(open).open();
    client.send(frame);
    expect(codeOf(client)).toBe(3501);
  });

  it.each([
    ['a second connect', '{"id":2,"connect":{}}'],
    ['an unsolicited pong', '{}'],
    ['an array', '[]'],
    ['a missing id', '{"subscribe":{"channel":"a"}}'],
    ['an unknown method', '{"id":2,"fly":{}}'],
    ['truncated JSON', '{"id":2,"subscribe":{"chan'],
    ['subscribing to nothing', '{"id":2,"subscribe":{"channel":""}}'],
    ['unsubscribing from nothing', '{"id":2,"unsubscribe":{}}'],
    ['publishing to nothing', '{"id":2,"publish":{"data":1}}'],
    ['presence of nothing', '{"id":2,"presence":{}}'],
    ['history of nothing', '{"id":2,"history":{}}'],
    ['a refresh without a token', '{"id":2,"refresh":{}}'],
  ])('closes with 3501 on %s', (_, frame) => {
    const client = new SessionRig(open).connect('ann');
    client.send(frame);
    expect(codeOf(client)).toBe(3501);
  });

  it('closes with 3508 on a message nobody takes', () => {
    const client = new SessionRig(open).connect('ann');
    client.send('{"send":{"data":1}}');
    expect(codeOf(client)).toBe(3508);
  });

  it('answers mistakes that are not of the protocol with errors', () => {
    const rig = new SessionRig(open);
    const client = rig.connect('ann');
    client.command({ id: 2, subscribe: { channel: 'x'.repeat(256) } });
    client.command({ id: 3, subscribe: { channel: 'nobody:1' } });
    client.command({ id: 4, subscribe: { channel: '$a' } });
    client.command({ id: 5, subscribe: { channel: 'ä' } });
    client.command({ id: 6, unsubscribe: { channel: 'never' } });
    client.command({ id: 7, rpc: { method: 'none' } });
    client.command({ id: 8, sub_refresh: { channel: 'a', token: 't' } });
    client.command({ id: 9, presence: { channel: 'a' } });
    client.command({ id: 10, history: { channel: 'a' } });
    client.command({ id: 11, publish: { channel: 'a', data: 1 } });
    client.command({ id: 12, ping: {} });
    expect(
      client.read().map((each) => {
        const { id, error } = each as { id: number; error?: { code: number } };
        return [id, error?.code];
      }),
    ).toEqual([
      [2, 107],
      [3, 102],
      [4, 103],
      [5, 107],
      [6, undefined],
      [7, 104],
      [8, 103],
      [9, 108],
      [10, 108],
      [11, 103],
      [12, undefined],
    ]);
  });

  it('limits the channels of a connection and refuses the same one twice', () => {
    const client = new SessionRig(open).connect('ann');
    for (const [i, channel] of ['a', 'a', 'b', 'c', 'd', 'e'].entries()) {
      client.command({ id: i + 2, subscribe: { channel } });
    }
    expect(client.read()).toMatchObject([
      { id: 3, error: { code: 105 } },
      { id: 7, error: { code: 106 } },
    ]);
  });
});

describe('time', () => {
  it('closes a connection that never connects with 3502', () => {
    const rig = new SessionRig(open);
    const client = rig.open();
    rig.pass(9_900);
    expect(codeOf(client)).toBeUndefined();
    rig.pass(200);
    expect(codeOf(client)).toBe(3502);
  });

  it('pings, and closes with 3012 when no pong comes', () => {
    const rig = new SessionRig(open);
    const client = rig.connect('ann');
    rig.pass(12_600);
    expect(client.read()).toEqual([{}]);
    client.send('{}');
    rig.pass(20_000);
    expect(client.read()).toEqual([]);
    rig.pass(5_200);
    expect(client.read()).toEqual([{}]);
    rig.pass(7_500);
    expect(codeOf(client)).toBeUndefined();
    rig.pass(600);
    expect(codeOf(client)).toBe(3012);
  });
});

describe('subscribing', () => {
  it('recovers what was missed, or says that it could not', () => {
    const rig = new SessionRig(open);
    const client = rig.connect('ann');
    const subscribe = (id: number, request: object): void =>
      client.command({ id, subscribe: { channel: `news:${id}`, recover: true, ...request } });
    subscribe(2, { offset: 1, epoch: 'e' });
    expect(rig.effects.at(-1)).toMatchObject({ need: { type: 'since', offset: 1, limit: 300 } });
    rig.attach(history(3, [publication(2), publication(3)]));
    subscribe(3, { offset: 1, epoch: 'e' });
    rig.attach(history(3, [publication(3)]));
    subscribe(4, { offset: 3, epoch: 'old' });
    rig.attach(history(3));
    subscribe(5, { offset: 0, epoch: 'e', flag: 2 });
    rig.attach(history(3, [publication(3)]));
    const replies = client.read();
    expect(replies[0]).toMatchObject({
      id: 2,
      subscribe: {
        recoverable: true,
        positioned: true,
        was_recovering: true,
        recovered: true,
        publications: [{ offset: 2 }, { offset: 3 }],
      },
    });
    expect(replies[1]).toEqual({
      id: 3,
      subscribe: {
        recoverable: true,
        positioned: true,
        was_recovering: true,
        epoch: 'e',
        offset: 3,
      },
    });
    expect(replies[2]).not.toHaveProperty('subscribe.recovered');
    expect(replies[3]).toMatchObject({ id: 5, error: { code: 112 } });
    expect(client.session.subscriptions.has('news:5')).toBe(false);
    expect(rig.take('detach').subscription.channel).toBe('news:5');
  });

  it('gives the latest publication to a client that starts from nothing in cache mode', () => {
    const rig = new SessionRig(open);
    const client = rig.connect('ann');
    client.command({ id: 2, subscribe: { channel: 'state:1', recover: true } });
    expect(rig.effects.at(-1)).toMatchObject({ need: { type: 'latest' } });
    rig.attach(history(7, [publication(7)]));
    expect(client.read()).toMatchObject([
      { subscribe: { recovered: true, publications: [{ data: 7, offset: 7 }] } },
    ]);
    client.command({ id: 3, unsubscribe: { channel: 'state:1' } });
    client.command({
      id: 4,
      subscribe: { channel: 'state:1', recover: true, offset: 7, epoch: 'e' },
    });
    rig.attach(history(7, [publication(7)]));
    const [, again] = client.read();
    expect(again).toMatchObject({ id: 4, subscribe: { recovered: true } });
    expect(again).not.toHaveProperty('subscribe.publications');
  });

  it('merges what is published while it is being set up, without holes or repeats', () => {
    const rig = new SessionRig(open);
    const client = rig.connect('ann');
    client.command({ id: 2, subscribe: { channel: 'news:1', recover: true, epoch: 'e' } });
    for (const offset of [2, 3, 4]) rig.publish('news:1', offset);
    rig.attach(history(3, [publication(1), publication(2), publication(3)]));
    rig.publish('news:1', 4);
    rig.publish('news:1', 5);
    expect(client.read()).toMatchObject([
      { subscribe: { publications: [{ offset: 1 }, { offset: 2 }, { offset: 3 }] } },
      { push: { pub: { offset: 4 } } },
      { push: { pub: { offset: 5 } } },
    ]);
  });

  it('unsubscribes with 2500 on a gap', () => {
    const rig = new SessionRig(open);
    const client = rig.connect('ann');
    client.command({ id: 2, subscribe: { channel: 'news:1' } });
    rig.attach(history(1));
    client.read();
    rig.publish('news:1', 3);
    rig.publish('news:1', 4);
    expect(client.read()).toEqual([
      {
        push: {
          channel: 'news:1',
          unsubscribe: { code: 2500, reason: 'insufficient state' },
        },
      },
    ]);
    expect(rig.take('detach').subscription.channel).toBe('news:1');
  });

  it('lets commands on the channel wait until it is subscribed', () => {
    const rig = new SessionRig(open);
    const client = rig.connect('ann');
    client.command({ id: 2, subscribe: { channel: 'news:1' } });
    client.command({ id: 3, publish: { channel: 'news:1', data: 1 } });
    client.command({ id: 4, unsubscribe: { channel: 'news:1' } });
    client.command({ id: 5, subscribe: { channel: 'news:1' } });
    expect(rig.effects.filter((each) => each.type === 'publish')).toEqual([]);
    rig.attach(history(0));
    expect(rig.take('publish')).toMatchObject({ id: 3, channel: 'news:1' });
    expect(client.read()).toMatchObject([
      { id: 2, subscribe: {} },
      { id: 4, unsubscribe: {} },
    ]);
    rig.attach(history(0));
    expect(client.read()).toMatchObject([{ id: 5, subscribe: {} }]);
  });

  it('undoes what was set up for a connection that has gone meanwhile', () => {
    const rig = new SessionRig(open);
    const client = rig.connect('ann');
    client.command({ id: 2, subscribe: { channel: 'room:1' } });
    client.session.transportClosed();
    expect(rig.effects.some((each) => each.type === 'detach')).toBe(false);
    rig.attach();
    expect(rig.take('detach')).toMatchObject({ announce: false });
    expect(rig.context.hub.channelCount).toBe(0);
  });

  it('leaves nothing behind when it fails', () => {
    const rig = new SessionRig(open);
    const client = rig.connect('ann');
    client.command({ id: 2, subscribe: { channel: 'a' } });
    const { session, subscription } = rig.take('attach');
    session.attached(subscription, { ok: false, error: replyErrors.internal });
    expect(client.read()).toEqual([
      { id: 2, error: { code: 100, message: 'internal server error', temporary: true } },
    ]);
    expect(rig.context.hub.channelCount).toBe(0);
    client.command({ id: 3, subscribe: { channel: 'a' } });
    rig.attach();
    expect(client.read()).toMatchObject([{ id: 3, subscribe: {} }]);
  });

  it('keeps user-limited channels to their users', () => {
    const rig = new SessionRig(open);
    const ann = rig.connect('ann');
    const nobody = rig.open();
    nobody.command({ id: 1, connect: {} });
    nobody.read();
    for (const [client, channels] of [
      [ann, ['own:#ann', 'own:x#bob,ann', 'own:#bob', 'own:#annie', 'own:ann']],
      [nobody, ['own:#', 'own:#ann']],
    ] as const) {
      for (const [i, channel] of channels.entries()) {
        client.command({ id: i + 2, subscribe: { channel } });
      }
    }
    expect(ann.read()).toMatchObject([
      { id: 4, error: { code: 103 } },
      { id: 5, error: { code: 103 } },
      { id: 6, error: { code: 103 } },
    ]);
    expect(nobody.read()).toMatchObject([
      { id: 2, error: { code: 103 } },
      { id: 3, error: { code: 103 } },
    ]);
  });

  it('asks for a subscription token to be verified and holds the client to it', () => {
    const rig = new SessionRig(open);
    const claims = { user: 'ann', channel: '$a', client: '', expireAt: 0, overrides: {} };
    const start = (): Client => {
      const client = rig.connect('ann');
      client.command({ id: 2, subscribe: { channel: '$a', token: 't' } });
      return client;
    };
    const good = start();
    good.session.tokenVerified(rig.take('verify'), {
      ...claims,
      expireAt: rig.now / 1000 + 60,
    });
    rig.attach();
    expect(good.read()).toMatchObject([{ subscribe: { expires: true, ttl: 60 } }]);
    const wrong = start();
    wrong.session.tokenVerified(rig.take('verify'), { ...claims, channel: '$b' });
    expect(codeOf(wrong)).toBe(3500);
    const invalid = start();
    invalid.session.tokenVerified(rig.take('verify'), 'invalid');
    expect(invalid.read()).toMatchObject([{ error: { code: 103 } }]);
    const expired = start();
    expired.session.tokenVerified(rig.take('verify'), 'expired');
    expect(expired.read()).toMatchObject([{ error: { code: 109 } }]);
    for (let s = 0; s < 90; s++) {
      rig.pass(1_000);
      if (good.frames.includes('{}')) good.send('{}');
      if (s === 83) expect(good.read().filter((each) => 'push' in (each as object))).toEqual([]);
      if (s < 84) good.frames.length = 0;
    }
    expect(good.read()).toContainEqual({
      push: { channel: '$a', unsubscribe: { code: 2501, reason: 'subscription expired' } },
    });
  });

  it('renews presence while it lasts and says when it ends', () => {
    const rig = new SessionRig(open);
    const client = rig.connect('ann');
    client.command({ id: 2, subscribe: { channel: 'room:1' } });
    rig.attach();
    expect(rig.take('announce-join').subscription.channel).toBe('room:1');
    rig.pass(13_000);
    client.send('{}');
    rig.pass(13_000);
    expect(rig.effects.filter((each) => each.type === 'renew-presence')).toEqual([]);
    rig.pass(1_200);
    expect(rig.take('renew-presence').subscription.channel).toBe('room:1');
    client.session.transportClosed();
    expect(rig.take('detach')).toMatchObject({ announce: true });
  });
});

describe('load', () => {
  it('stops reading a client that has too much under way', () => {
    const rig = new SessionRig({ ...open, client: { queue_max_size: 4_000 } });
    const client = rig.connect('ann');
    client.command({ id: 2, subscribe: { channel: 'news:1' } });
    rig.attach(history(0));
    for (let id = 3; id < 12; id++) client.command({ id, publish: { channel: 'news:1', data: 1 } });
    expect(client.paused).toBe(true);
    for (let id = 3; id < 9; id++) client.session.published(rig.take('publish'), null);
    expect(client.paused).toBe(false);
  });

  it('counts what is being subscribed, until it is or cannot be', () => {
    const rig = new SessionRig({ ...open, client: { queue_max_size: 4_000 } });
    const client = rig.connect('ann');
    for (let id = 2; id < 10; id++) {
      client.command({ id, subscribe: { channel: `news:${id}` } });
      client.command({ id: id + 100, unsubscribe: { channel: `news:${id}` } });
      if (client.paused) break;
    }
    expect(client.paused).toBe(true);
    for (let left = 2; left > 0; left--) rig.attach(history(0));
    const { session, subscription } = rig.take('attach');
    session.attached(subscription, { ok: false, error: replyErrors.internal });
    expect(client.paused).toBe(false);
    expect(rig.context.stats.readPauses).toBe(1);
  });
});

describe('any frames at all', () => {
  it('never crash a session, and nothing is written to it after it is closed', () => {
    const channel = fc.constantFrom(
      'a',
      'news:1',
      'state:1',
      'room:1',
      '$p',
      '',
      'x:y',
      'own:#ann',
    );
    const method = fc.oneof(
      fc.record({
        subscribe: fc.record({ channel, recover: fc.boolean(), token: fc.constantFrom('', 't') }),
      }),
      fc.record({ unsubscribe: fc.record({ channel }) }),
      fc.record({ publish: fc.record({ channel, data: fc.jsonValue() }) }),
      fc.record({ presence: fc.record({ channel }) }),
      fc.record({ history: fc.record({ channel, limit: fc.integer() }) }),
      fc.record({
        rpc: fc.record({ method: fc.constantFrom('echo', 'none'), data: fc.jsonValue() }),
      }),
      fc.record({ refresh: fc.record({ token: fc.constantFrom('', 't') }) }),
      fc.record({ sub_refresh: fc.record({ channel, token: fc.constant('t') }) }),
      fc.constant({ ping: {} }),
      fc.constant({ connect: {} }),
      fc.constant({}),
    );
    const step = fc.oneof(
      { weight: 6, arbitrary: fc.record({ send: fc.tuple(fc.nat(99), method) }) },
      { weight: 4, arbitrary: fc.record({ answer: fc.nat(9), well: fc.boolean() }) },
      { weight: 2, arbitrary: fc.record({ publish: fc.tuple(channel, fc.nat(5)) }) },
      { weight: 1, arbitrary: fc.record({ pass: fc.nat(30_000) }) },
      { weight: 1, arbitrary: fc.record({ raw: fc.string() }) },
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const rig = new SessionRig(open);
        const client = rig.connect('ann');
        for (const each of steps) {
          if ('send' in each) client.command({ id: each.send[0], ...each.send[1] });
          else if ('raw' in each) client.send(each.raw);
          else if ('pass' in each) rig.pass(each.pass);
          else if ('publish' in each) rig.publish(...each.publish);
          else answer(rig, each);
        }
        client.session.transportClosed();
        while (rig.effects.length > 0) answer(rig, { answer: 0, well: true });
        expect(rig.context.hub.subscriptionCount).toBe(0);
        expect(rig.context.hub.channelCount).toBe(0);
        expect(rig.context.hub.userCount).toBe(0);
        expect(rig.context.wheel.size).toBe(0);
      }),
      { numRuns: 500 },
    );
  });
});

/** Answers some effect as the shell might. */
function answer(rig: SessionRig, { answer, well }: { answer: number; well: boolean }): void {
  const [effect] = rig.effects.splice(answer % Math.max(rig.effects.length, 1), 1);
  if (effect === undefined) return;
  const { session } = effect;
  switch (effect.type) {
    case 'verify':
      session.tokenVerified(
        effect,
        well
          ? {
              user: 'ann',
              expireAt: 0,
              subs: new Map(),
              capabilities: [],
              overrides: {},
              channel: effect.channel,
              client: '',
            }
          : 'expired',
      );
      return;
    case 'attach':
      session.attached(
        effect.subscription,
        well
          ? { ok: true, history: effect.need.type === 'none' ? null : history(2, [publication(2)]) }
          : { ok: false, error: replyErrors.internal },
      );
      return;
    case 'publish':
    case 'send':
      session.published(effect, well ? null : replyErrors.internal);
      return;
    case 'presence':
    case 'presence_stats':
    case 'history':
    case 'rpc':
      session.answered(effect, { type: 'error', id: effect.id, error: replyErrors.internal });
      return;
    case 'detach':
    case 'announce-join':
    case 'renew-presence':
    case 'message':
    case 'proxy':
    case 'hook':
    case 'tokens':
    case 'oust':
    case 'closed':
  }
}
