import { disconnects, unsubscribes, type ReplyError } from '@belfry/protocol';
import { describe, expect, it } from 'vitest';
import { history, publication, SessionRig } from '../testing/session-rig.ts';
import { enforce } from './enforcing.ts';
import {
  isMeant,
  serverDisconnect,
  serverRefresh,
  serverSubscribe,
  serverUnsubscribe,
} from './server-side.ts';

const config = {
  client: { channel_limit: 2 },
  channel: {
    namespaces: [
      { name: 'chat', history_size: 10, history_ttl: '60s', force_recovery: true },
      { name: 'open', allow_subscribe_for_client: true },
    ],
  },
};

/** What a call of `serverSubscribe` was told: nothing yet, or how it ended. */
function watch(): { readonly done: (error: ReplyError | null) => void; ends: unknown[] } {
  const ends: unknown[] = [];
  return { ends, done: (error) => ends.push(error) };
}

describe('the server', () => {
  it('subscribes a connection and brings what it missed, then what comes', () => {
    const rig = new SessionRig(config);
    const client = rig.connect('ann');
    const { done, ends } = watch();
    const since = { offset: 1, epoch: 'e' };
    serverSubscribe(client.session, 'chat:1', { overrides: {}, dataJson: '7', since, done });
    // Twice is once.
    serverSubscribe(client.session, 'chat:1', { overrides: {}, done });
    expect(ends).toEqual([null]);
    rig.publish('chat:1', 3);
    rig.attach(history(2, [publication(2)]));
    expect(ends).toEqual([null, null]);
    expect(client.read()).toMatchObject([
      { push: { channel: 'chat:1', subscribe: { offset: 1, epoch: 'e', data: 7 } } },
      { push: { channel: 'chat:1', pub: { offset: 2 } } },
      { push: { channel: 'chat:1', pub: { offset: 3 } } },
    ]);
  });

  it('subscribes until a time that has not come yet, of which the client is not told', () => {
    const rig = new SessionRig(config);
    const client = rig.connect('ann');
    const { done, ends } = watch();
    const now = Math.floor(rig.context.now() / 1_000);
    serverSubscribe(client.session, 'chat:1', { overrides: {}, expireAt: now - 1, done });
    expect(ends).toMatchObject([{ code: 110 }]);
    serverSubscribe(client.session, 'chat:1', { overrides: {}, expireAt: now + 9, done });
    rig.attach(history(0));
    expect(ends[1]).toBeNull();
    const [push] = client.read();
    expect(push).toHaveProperty('push.subscribe');
    expect(push).not.toHaveProperty('push.subscribe.expires');
  });

  it('answers its call also when the connection goes, or the channel cannot be had', () => {
    const rig = new SessionRig(config);
    const client = rig.connect('ann');
    const { done, ends } = watch();
    serverSubscribe(client.session, 'nope:1', { overrides: {}, done });
    serverSubscribe(client.session, 'open:1', { overrides: {}, done });
    const { subscription } = rig.take('attach');
    client.session.attached(subscription, {
      ok: false,
      error: { code: 100, message: 'x', temporary: true },
    });
    expect(ends).toMatchObject([{ code: 102 }, { code: 100 }]);
    expect(client.session.subscriptions.size).toBe(0);
    serverSubscribe(client.session, 'open:1', { overrides: {}, done });
    serverSubscribe(client.session, 'open:2', { overrides: {}, done });
    serverSubscribe(client.session, 'open:3', { overrides: {}, done });
    expect(ends.at(-1)).toMatchObject({ code: 106 });
    client.session.transportClosed();
    rig.attach();
    rig.attach();
    expect(ends.slice(3)).toEqual([null, null]);
    serverSubscribe(client.session, 'open:1', { overrides: {}, done });
    expect(ends.at(-1)).toBeNull();
    expect(rig.context.hub.subscriptionCount).toBe(0);
  });

  it('ends a subscription that is still being set up as soon as it is', () => {
    const rig = new SessionRig(config);
    const client = rig.connect('ann');
    client.command({ id: 2, subscribe: { channel: 'open:1' } });
    serverUnsubscribe(client.session, 'open:1', unsubscribes.server);
    serverUnsubscribe(client.session, 'open:2', unsubscribes.server);
    expect(client.read()).toEqual([]);
    rig.attach();
    expect(client.read()).toMatchObject([
      { id: 2, subscribe: {} },
      { push: { channel: 'open:1', unsubscribe: { code: 2000 } } },
    ]);
    expect(client.session.subscriptions.size).toBe(0);
  });

  it('changes when a connection expires, and ends one that has', () => {
    const rig = new SessionRig(config);
    const client = rig.connect('ann');
    const seconds = rig.now / 1000;
    serverRefresh(client.session, { expireAt: seconds + 60, infoJson: '{"a":1}' });
    expect(client.read()).toEqual([{ push: { refresh: { expires: true, ttl: 60 } } }]);
    expect(client.session.infoJson).toBe('{"a":1}');
    serverRefresh(client.session, {});
    expect(client.session.closeAt).toBe(Number.POSITIVE_INFINITY);
    serverRefresh(client.session, { expireAt: seconds - 1 });
    expect(client.closed).toEqual(disconnects.expired);
    const other = rig.connect('ann');
    serverRefresh(other.session, { expired: true });
    expect(other.closed).toEqual(disconnects.expired);
    serverDisconnect(other.session, disconnects.shutdown);
    expect(other.closed).toEqual(disconnects.expired);
  });

  it('finds connections by user from when they are known, and by client', () => {
    const rig = new SessionRig(config);
    const one = rig.connect('ann').session;
    const two = rig.connect('ann').session;
    expect(rig.context.hub.sessionsOf('ann')).toEqual([one, two]);
    expect(rig.context.hub.sessionsOf('')).toEqual([]);
    expect([one, two].filter((each) => isMeant(each, { client: two.client }))).toEqual([two]);
    expect([one, two].filter((each) => isMeant(each, { except: [two.client] }))).toEqual([one]);
    expect([one, two].filter((each) => isMeant(each, { session: 'other' }))).toEqual([]);
    one.transportClosed();
    expect(rig.context.hub.sessionsOf('ann')).toEqual([two]);
  });

  it('ends a blocked user also while the connection is being made', () => {
    const rig = new SessionRig({
      channel: { namespaces: [{ name: 'open', allow_subscribe_for_client: true }] },
    });
    const client = rig.open();
    client.command({ id: 1, connect: { token: 't' } });
    client.session.tokenVerified(rig.take('verify'), {
      user: 'ann',
      expireAt: 0,
      subs: new Map([['open:1', { overrides: {} }]]),
      capabilities: [],
    });
    const { revocations, hub } = rig.context;
    const revoked = { type: 'user', user: 'ann' } as const;
    revocations.add({ revoked, until: rig.now + 1_000 });
    enforce(revocations, { hub, sessions: [client.session], now: rig.now }, revoked);
    expect(client.closed).toEqual(disconnects.permissionDenied);
    expect(revocations.isBlocked('ann', rig.now + 1_000)).toBe(false);
  });
});
