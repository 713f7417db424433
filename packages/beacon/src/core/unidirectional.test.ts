import { describe, expect, it } from 'vitest';
import { Client, SessionRig } from '../testing/session-rig.ts';
import type { TransportInfo } from './transport.ts';
import { replyErrors } from '@belfry/protocol';
import { uniDisconnectOf } from './unidirectional.ts';

class UniClient extends Client {
  override readonly info: TransportInfo = {
    name: 'uni_sse',
    encoding: 'json',
    unidirectional: true,
  };
}

const CONFIG = {
  client: { ping_interval: '10s', pong_timeout: '2s' },
  channel: { without_namespace: { allow_subscribe_for_client: true } },
};

function connected(rig: SessionRig, claims: object = {}): UniClient {
  const client = new UniClient(rig);
  client.command({ id: 1, connect: { token: 't' } });
  client.session.tokenVerified(rig.take('verify'), {
    user: 'ann',
    expireAt: 0,
    subs: new Map(),
    capabilities: [],
    ...claims,
  });
  return client;
}

describe('a unidirectional session', () => {
  it('says that it wants no pongs, and lives without', () => {
    const rig = new SessionRig(CONFIG);
    const client = connected(rig);
    const [reply] = client.read() as { connect: Record<string, unknown> }[];
    expect(reply?.connect).toMatchObject({ ping: 10, session: expect.any(String) });
    expect(reply?.connect).not.toHaveProperty('pong');
    expect(reply?.connect).not.toHaveProperty('node');
    rig.pass(65_000);
    expect(client.closed).toBeNull();
    expect(client.read().length).toBeGreaterThanOrEqual(6);
  });

  it.each([
    { id: 2, subscribe: { channel: 'a' } },
    { id: 2, publish: { channel: 'a', data: 1 } },
    { id: 2, ping: {} },
    { id: 2, connect: {} },
    {},
  ])('refuses %j', (command) => {
    const rig = new SessionRig(CONFIG);
    const client = connected(rig);
    client.command(command);
    expect(client.closed?.code).toBe(3501);
    expect(rig.effects.map((each) => each.type)).not.toContain('publish');
  });

  it('is refused a command while it connects', () => {
    const rig = new SessionRig(CONFIG);
    const client = new UniClient(rig);
    client.send('{"id":1,"connect":{"token":"t"}}\n{"id":2,"ping":{}}');
    expect(client.closed?.code).toBe(3501);
  });

  it('ends when its token has, for it cannot bring another', () => {
    const rig = new SessionRig({ client: { ...CONFIG.client, expired_close_delay: '5s' } });
    const client = connected(rig, { expireAt: rig.now / 1000 + 10 });
    rig.pass(14_000);
    expect(client.closed).toBeNull();
    rig.pass(2_000);
    expect(client.closed?.code).toBe(3005);
  });

  it('ends with what its error means to it', () => {
    const rig = new SessionRig(CONFIG);
    const client = new UniClient(rig);
    client.command({ id: 1, connect: { token: 't' } });
    client.session.tokenVerified(rig.take('verify'), 'expired');
    expect(client.closed?.code).toBe(3005);
    expect(rig.context.stats.disconnectsByCode).toEqual(new Map([[3005, 1]]));
  });
});

describe('uniDisconnectOf', () => {
  it.each([
    ['expired', 3005],
    ['tokenExpired', 3005],
    ['tooManyRequests', 3013],
    ['permissionDenied', 3507],
    ['internal', 3004],
    ['unknownChannel', 3004],
  ] as const)('%s: %i', (name, code) => {
    expect(uniDisconnectOf(replyErrors[name], new Map()).code).toBe(code);
  });

  it('is what is configured', () => {
    const own = { code: 4500, reason: 'no' };
    expect(uniDisconnectOf(replyErrors.expired, new Map([[110, own]]))).toBe(own);
  });
});
