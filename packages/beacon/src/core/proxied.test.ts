import { disconnects, replyErrors } from '@belfry/protocol';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { BeaconConfig } from '../config.ts';
import { history, publication, SessionRig, type Client } from '../testing/session-rig.ts';
import type { EffectOf } from './effects.ts';
import type { ProxyAnswer, ProxyOutcome } from './proxy-plan.ts';

const endpoint = 'http://backend';

const config: BeaconConfig = {
  client: {
    ping_interval: '0',
    proxy: {
      connect: { enabled: true, endpoint, include_connection_meta: true },
      refresh: { enabled: true, endpoint },
      disconnect: { enabled: true, endpoint },
    },
  },
  channel: {
    proxy: {
      subscribe: { endpoint },
      publish: { endpoint },
      sub_refresh: { endpoint },
      unsubscribe: { endpoint },
    },
    without_namespace: {
      subscribe_proxy_enabled: true,
      publish_proxy_enabled: true,
      sub_refresh_proxy_enabled: true,
      unsubscribe_proxy_enabled: true,
    },
  },
  rpc: { without_namespace: { proxy_enabled: true }, proxy: { endpoint } },
};

type Asked = EffectOf<'proxy'> & { readonly session: Client['session'] };

const RESULTS = {
  connect: { user: 'ann', expireAt: 0, subs: new Map(), capabilities: [] },
  refresh: { expired: false, expireAt: 0 },
  subscribe: { overrides: {}, expireAt: 0 },
  publish: { payload: null, skipHistory: false, delta: false, options: {} },
  rpc: { data: '1' },
  sub_refresh: { expired: false, expireAt: 0 },
} as const;

function answer({ session, ...effect }: Asked, outcome: ProxyOutcome<unknown>): void {
  session.proxied(effect, { use: effect.use, outcome } as ProxyAnswer);
}

/** Answers the oldest question with what its backend would say if all is well. */
function allow(rig: SessionRig, result: object = {}): Asked {
  const effect = rig.take('proxy');
  answer(effect, { type: 'result', result: { ...RESULTS[effect.use], ...result } });
  return effect;
}

function connected(rig: SessionRig, result: object = {}): Client {
  const client = rig.open();
  client.command({ id: 1, connect: {} });
  allow(rig, result);
  client.read();
  return client;
}

function subscribed(rig: SessionRig, client: Client, result: object = {}): void {
  client.command({ id: 2, subscribe: { channel: 'a' } });
  allow(rig, result);
  rig.attach();
  client.read();
}

describe('a session that asks backends', () => {
  it('does not tell its client when it expires, and asks in time how long it may go on', () => {
    const rig = new SessionRig(config);
    const now = rig.now / 1000;
    const client = rig.open();
    client.command({ id: 1, connect: {} });
    allow(rig, { expireAt: now + 10 });
    expect(client.read()).toEqual([
      { id: 1, connect: expect.not.objectContaining({ expires: true }) as object },
    ]);
    rig.pass(9_000);
    expect(rig.effects).toEqual([]);
    rig.pass(1_500);
    answer(rig.take('proxy'), { type: 'failed', error: replyErrors.internal });
    rig.pass(59_000);
    expect(client.closed).toBeNull();
    rig.pass(2_000);
    allow(rig, { expireAt: now + 300, infoJson: '7' });
    expect(client.session.infoJson).toBe('7');
    rig.pass(300_000);
    answer(rig.take('proxy'), { type: 'result', result: { expired: true, expireAt: 0 } });
    expect(client.closed).toEqual(disconnects.expired);
  });

  it('asks in time about a subscription, and ends it when it may not go on', () => {
    const rig = new SessionRig(config);
    const client = connected(rig);
    client.command({ id: 2, subscribe: { channel: 'a' } });
    allow(rig, { expireAt: rig.now / 1000 + 5 });
    rig.attach();
    expect(client.read()).toEqual([{ id: 2, subscribe: {} }]);
    rig.pass(5_500);
    allow(rig, { expireAt: rig.now / 1000 + 5 });
    rig.pass(6_500);
    answer(rig.take('proxy'), { type: 'error', error: replyErrors.permissionDenied });
    expect(client.read()).toEqual([
      { push: { channel: 'a', unsubscribe: { code: 2501, reason: 'subscription expired' } } },
    ]);
    expect(rig.take('hook')).toMatchObject({
      hook: 'unsubscribe',
      channels: ['a'],
      why: { code: 2501 },
    });
  });

  it('publishes what its backend allowed also when the client has gone meanwhile, and asks no more', () => {
    const rig = new SessionRig(config);
    const client = connected(rig);
    subscribed(rig, client);
    client.command({ id: 3, publish: { channel: 'a', data: 1 } });
    client.command({ id: 4, publish: { channel: 'a', data: 2 } });
    client.session.transportClosed();
    allow(rig);
    expect(rig.take('publish')).toMatchObject({ channel: 'a', id: 3 });
    expect(() => rig.take('proxy')).toThrow('no proxy');
  });

  it('tells of a subscription that was allowed and came to nothing why it did', () => {
    const rig = new SessionRig(config);
    const client = connected(rig);
    client.command({ id: 2, subscribe: { channel: 'a' } });
    allow(rig);
    const { session, subscription } = rig.take('attach');
    session.attached(subscription, { ok: false, error: replyErrors.internal });
    expect(client.read()).toMatchObject([{ id: 2, error: { code: 100 } }]);
    expect(rig.take('hook')).toMatchObject({ hook: 'unsubscribe', why: { code: 100 } });
    expect(() => rig.take('hook')).toThrow('no hook');
  });

  it('takes it back when a subscription was allowed that nobody waits for', () => {
    const rig = new SessionRig(config);
    const client = connected(rig);
    client.command({ id: 2, subscribe: { channel: 'a' } });
    client.session.transportClosed();
    expect(rig.take('hook')).toMatchObject({ hook: 'disconnect', channels: [] });
    allow(rig);
    expect(rig.take('hook')).toMatchObject({
      hook: 'unsubscribe',
      channels: ['a'],
      why: { code: 1 },
    });
    expect(rig.context.hub.channelCount).toBe(0);
  });

  it('begins a server-side subscription with the latest publication where its backend wants that', () => {
    const rig = new SessionRig({
      ...config,
      channel: {
        namespaces: [
          {
            name: 'ca',
            force_recovery: true,
            force_recovery_mode: 'cache',
            history_size: 1,
            history_ttl: '1m',
          },
        ],
      },
    });
    const client = rig.open();
    client.command({ id: 1, connect: {} });
    allow(rig, { subs: new Map([['ca:1', { overrides: {}, cacheRecover: true }]]) });
    rig.attach(history(7, [publication(7)]));
    expect(client.read()).toMatchObject([
      {
        connect: { subs: { 'ca:1': { recovered: true, publications: [{ data: 7, offset: 7 }] } } },
      },
    ]);
  });

  it('keeps what is attached to the connection until a refresh changes it', () => {
    const rig = new SessionRig(config);
    const inSeconds = (n: number): number => Math.floor(rig.context.now() / 1_000) + n;
    const client = connected(rig, { metaJson: '{"a":1}', expireAt: inSeconds(10) });
    expect(client.session.metaJson).toBe('{"a":1}');
    rig.pass(10_000);
    allow(rig, { metaJson: '{"a":2}', expireAt: inSeconds(10) });
    expect(client.session.metaJson).toBe('{"a":2}');
  });

  it('ends when its backend does not say until when it goes on, and is not refreshed by its client', () => {
    const rig = new SessionRig(config);
    const expireAt = Math.floor(rig.context.now() / 1_000) + 10;
    const gone = connected(rig, { expireAt });
    rig.pass(10_000);
    allow(rig, { expireAt: 0 });
    expect(gone.closed).toMatchObject({ code: 3005 });
    const client = connected(rig);
    client.command({ id: 2, refresh: { token: 't' } });
    expect(client.closed).toMatchObject({ code: 3501 });
  });

  it('answers each command at most once and leaves nothing behind, whatever its backends say and when', () => {
    const channel = fc.constantFrom('a', 'b');
    const method = fc.oneof(
      fc.record({ subscribe: fc.record({ channel }) }),
      fc.record({ unsubscribe: fc.record({ channel }) }),
      fc.record({ publish: fc.record({ channel, data: fc.nat(9) }) }),
      fc.record({ rpc: fc.record({ method: fc.constant('m') }) }),
      fc.constant({ refresh: { token: 't' } }),
    );
    const outcome = fc.oneof(
      { weight: 8, arbitrary: fc.constant('result') },
      { weight: 2, arbitrary: fc.constant('null') },
      { weight: 2, arbitrary: fc.constant('error') },
      { weight: 2, arbitrary: fc.constant('failed') },
      { weight: 1, arbitrary: fc.constant('disconnect') },
    );
    const step = fc.oneof(
      { weight: 6, arbitrary: fc.record({ send: method }) },
      { weight: 6, arbitrary: fc.record({ answer: fc.nat(9), outcome, expires: fc.nat(40) }) },
      { weight: 1, arbitrary: fc.record({ pass: fc.nat(30_000) }) },
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const rig = new SessionRig(config);
        const client = rig.open();
        client.command({ id: 1, connect: {} });
        const hooks: EffectOf<'hook'>[] = [];
        let id = 1;
        const wasConnected = (): boolean => client.session.since > 0;
        const settle = (at: number, outcome: string, expires: number): void => {
          const [effect] = rig.effects.splice(at % Math.max(1, rig.effects.length), 1);
          if (effect === undefined) return;
          const { session } = effect;
          if (effect.type === 'hook') hooks.push(effect);
          if (effect.type === 'attach') {
            session.attached(effect.subscription, { ok: true, history: null });
          }
          if (effect.type === 'publish') session.published(effect, null);
          if (effect.type !== 'proxy') return;
          const expireAt = expires === 0 ? 0 : Math.floor(rig.now / 1000) + expires;
          if (outcome === 'result') {
            answer(effect, { type: 'result', result: { ...RESULTS[effect.use], expireAt } });
          } else if (outcome === 'null') {
            answer(effect, { type: 'result', result: null });
          } else if (outcome === 'disconnect') {
            answer(effect, { type: 'disconnect', disconnect: { code: 4500, reason: '' } });
          } else {
            const type = outcome === 'error' ? 'error' : 'failed';
            answer(effect, { type, error: replyErrors.internal });
          }
        };
        for (const each of steps) {
          if ('send' in each) client.command({ id: ++id, ...each.send });
          else if ('pass' in each) rig.pass(each.pass);
          else settle(each.answer, each.outcome, each.expires);
        }
        const known = wasConnected();
        client.session.transportClosed();
        while (rig.effects.length > 0) settle(0, 'result', 0);
        const replies = client.frames.map((each) => JSON.parse(each) as { id?: number });
        const ids = replies.flatMap((each) => (each.id === undefined ? [] : [each.id]));
        expect(new Set(ids).size).toBe(ids.length);
        const ends = hooks.filter(({ hook }) => hook === 'disconnect');
        expect(ends.length).toBeLessThanOrEqual(1);
        if (known) expect(ends).toHaveLength(1);
        expect(rig.context.hub.subscriptionCount).toBe(0);
        expect(rig.context.hub.channelCount).toBe(0);
        expect(rig.context.hub.userCount).toBe(0);
        expect(rig.context.wheel.size).toBe(0);
        expect(client.session.publishLines?.size ?? 0).toBe(0);
      }),
      { numRuns: 300 },
    );
  });
});
