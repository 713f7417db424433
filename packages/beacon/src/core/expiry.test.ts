import { describe, expect, it } from 'vitest';
import type { BeaconConfig } from '../config.ts';
import { type Client, SessionRig } from '../testing/session-rig.ts';
import type { ConnectionClaims, SubscriptionTokenClaims, TokenFault } from './claims.ts';

const config: BeaconConfig = {
  client: { disallow_anonymous_connection_tokens: true, ping_interval: '0', pong_timeout: '0' },
  channel: { without_namespace: { allow_subscribe_for_client: true } },
};

/** Everything a client was told: errors and close codes by number, answers by their time to live, pushes by their code. */
function told(client: Client): unknown[] {
  const frames = client.read() as {
    error?: { code: number };
    connect?: { ttl?: number };
    refresh?: { ttl?: number };
    sub_refresh?: { ttl?: number };
    subscribe?: { ttl?: number };
    push?: { unsubscribe?: { code: number } };
  }[];
  const words = frames.map(({ error, push, ...reply }) => {
    if (error !== undefined) return error.code;
    if (push !== undefined) return push.unsubscribe?.code;
    const [type, result] = Object.entries(reply).find(([key]) => key !== 'id') ?? ['', {}];
    return `${type} ${(result as { ttl?: number } | undefined)?.ttl ?? 'for ever'}`;
  });
  return client.closed === null ? words : [...words, client.closed.code];
}

const claims = (rig: SessionRig, more: Partial<ConnectionClaims> = {}): ConnectionClaims => ({
  user: 'ann',
  expireAt: 0,
  subs: new Map(),
  capabilities: [],
  ...more,
});

const inSeconds = (rig: SessionRig, seconds: number): number => Math.ceil(rig.now / 1000) + seconds;

type Verified = (rig: SessionRig) => ConnectionClaims | TokenFault;
type SubscriptionVerified = (rig: SessionRig) => SubscriptionTokenClaims | TokenFault;

describe('a connect command is answered', () => {
  it.each<[string, Verified, unknown[]]>([
    ['by a good token', (rig) => claims(rig), ['connect for ever']],
    [
      'by a token that ends',
      (rig) => claims(rig, { expireAt: inSeconds(rig, 60) }),
      ['connect 60'],
    ],
    [
      'by a token for longer than a year: it asks again then',
      (rig) => claims(rig, { expireAt: inSeconds(rig, 400 * 86_400) }),
      ['connect 31536000'],
    ],
    ['by an expired token: get a new one', () => 'expired', [109, 3000]],
    ['by an invalid token', () => 'invalid', [3500]],
    ['while the keys cannot be had: try again', () => 'unavailable', [100, 3000]],
    [
      'by a token for a time that is over',
      (rig) => claims(rig, { expireAt: inSeconds(rig, -1) }),
      [110, 3000],
    ],
    ['by a token of nobody, where that is not allowed', (rig) => claims(rig, { user: '' }), [3507]],
  ])('%s', (_name, verified, expected) => {
    const rig = new SessionRig(config);
    const client = rig.open();
    client.command({ id: 1, connect: { token: 't' } });
    client.session.tokenVerified(rig.take('verify'), verified(rig));
    expect(told(client)).toEqual(expected);
  });
});

describe('a refresh is answered', () => {
  it.each<[string, Verified, unknown[]]>([
    ['with a new time', (rig) => claims(rig, { expireAt: inSeconds(rig, 90) }), ['refresh 90']],
    ['with no end at all', (rig) => claims(rig), ['refresh for ever']],
    ['by an expired token', () => 'expired', [3005]],
    ['by an invalid token', () => 'invalid', [3500]],
    ['while the keys cannot be had: the connection goes on', () => 'unavailable', [100]],
    ["by another user's token", (rig) => claims(rig, { user: 'bob' }), [3500]],
    [
      'by a token for a time that is over',
      (rig) => claims(rig, { expireAt: inSeconds(rig, -1) }),
      [110],
    ],
    [
      'by a token with other subscriptions: connect anew',
      (rig) => claims(rig, { subs: new Map([['news', { overrides: {} }]]) }),
      [3010],
    ],
  ])('%s', (_name, verified, expected) => {
    const rig = new SessionRig(config);
    const client = rig.connect('ann', { expireAt: inSeconds(rig, 10) });
    client.command({ id: 2, refresh: { token: 't' } });
    client.session.tokenVerified(rig.take('verify'), verified(rig));
    expect(told(client)).toEqual(expected);
  });

  it('without a token with 3501', () => {
    const client = new SessionRig(config).connect('ann');
    client.command({ id: 2, refresh: { token: '' } });
    expect(told(client)).toEqual([3501]);
  });
});

describe('the end of a connection', () => {
  it('comes 25 s after its token, with 3005, unless it is refreshed in that time', () => {
    const rig = new SessionRig(config);
    const [late, gone] = [10, 10].map((seconds) =>
      rig.connect('ann', { expireAt: inSeconds(rig, seconds) }),
    );
    if (late === undefined || gone === undefined) throw new Error('nobody there');
    rig.pass(34_000);
    expect([told(late), told(gone)]).toEqual([[], []]);
    late.command({ id: 2, refresh: { token: 't' } });
    const good = claims(rig, { expireAt: inSeconds(rig, 60) });
    late.session.tokenVerified(rig.take('verify'), good);
    rig.pass(1_100);
    expect([told(late), told(gone)]).toEqual([['refresh 60'], [3005]]);
    rig.pass(83_000);
    expect(told(late)).toEqual([]);
    rig.pass(1_000);
    expect(told(late)).toEqual([3005]);
  });
});

/** A client whose subscription to `$a` ends in ten seconds. */
function subscribed(rig: SessionRig): Client {
  const client = rig.connect('ann');
  client.command({ id: 2, subscribe: { channel: '$a', token: 't' } });
  const expireAt = inSeconds(rig, 10);
  client.session.tokenVerified(rig.take('verify'), subscriptionClaims({ expireAt }));
  rig.attach();
  expect(told(client)).toEqual(['subscribe 10']);
  return client;
}

function subscriptionClaims(more: Partial<SubscriptionTokenClaims>): SubscriptionTokenClaims {
  return { user: 'ann', channel: '$a', client: '', expireAt: 0, overrides: {}, ...more };
}

describe('the refresh of a subscription is answered', () => {
  it.each<[string, SubscriptionVerified, unknown[]]>([
    [
      'with a new time',
      (rig) => subscriptionClaims({ expireAt: inSeconds(rig, 90) }),
      ['sub_refresh 90'],
    ],
    ['by an expired token', () => 'expired', [109]],
    ['by an invalid token', () => 'invalid', [3500]],
    ['while the keys cannot be had', () => 'unavailable', [100]],
    ["by another user's token", () => subscriptionClaims({ user: 'bob' }), [3500]],
    ['by a token for another channel', () => subscriptionClaims({ channel: '$b' }), [3500]],
    ['by a token for another connection', () => subscriptionClaims({ client: 'other' }), [3500]],
    [
      'by a token for a time that is over',
      (rig) => subscriptionClaims({ expireAt: inSeconds(rig, -1) }),
      [110],
    ],
  ])('%s', (_name, verified, expected) => {
    const rig = new SessionRig(config);
    const client = subscribed(rig);
    client.command({ id: 3, sub_refresh: { channel: '$a', token: 't2' } });
    client.session.tokenVerified(rig.take('verify'), verified(rig));
    expect(told(client)).toEqual(expected);
  });

  it('without a token with 107, and of a channel that the client is not on with 103', () => {
    const rig = new SessionRig(config);
    const client = subscribed(rig);
    client.command({ id: 3, sub_refresh: { channel: '$a', token: '' } });
    client.command({ id: 4, sub_refresh: { channel: 'b', token: 't' } });
    expect(told(client)).toEqual([107, 103]);
  });
});

it('the end of a subscription comes 25 s after its token, with 2501, and the connection goes on', () => {
  const rig = new SessionRig(config);
  const client = subscribed(rig);
  rig.pass(34_900);
  expect(told(client)).toEqual([]);
  rig.pass(200);
  expect(told(client)).toEqual([2501]);
  expect(client.session.state).toBe('connected');
});
