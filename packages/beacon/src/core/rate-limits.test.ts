import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { BeaconConfig, ChannelOptions, ClientConfig } from '../config.ts';
import type { ClientRateLimits, RateBuckets } from '../config/rate-limits.ts';
import { type Client, SessionRig } from '../testing/session-rig.ts';

const per = (rate: number, interval = '1s'): RateBuckets => ({
  enabled: true,
  buckets: [{ interval, rate }],
});

function configWith(limits: ClientRateLimits, options: ChannelOptions = {}): BeaconConfig {
  const open: ChannelOptions = {
    allow_subscribe_for_client: true,
    allow_publish_for_client: true,
    ...options,
  };
  const client: ClientConfig = { rate_limit: limits };
  return {
    client,
    channel: { without_namespace: open, namespaces: [{ name: 'chat', ...open }] },
  };
}

let ids = 1;

/** What a publish is answered with: `ok`, an error's code, or `nothing` yet. */
function publish(rig: SessionRig, client: Client, channel = 'a'): unknown {
  client.command({ id: ++ids, publish: { channel, data: {} } });
  if (rig.effects.some(({ type }) => type === 'publish')) {
    const effect = rig.take('publish');
    effect.session.published(effect, null);
  }
  return answerOf(client);
}

function rpc(rig: SessionRig, client: Client, method: string): unknown {
  client.command({ id: ++ids, rpc: { method, data: {} } });
  return answerOf(client);
}

function answerOf(client: Client): unknown {
  if (client.closed !== null) return client.closed.code;
  const [reply] = client.read() as { error?: { code: number } }[];
  if (reply === undefined) return 'nothing';
  return reply.error?.code ?? 'ok';
}

function times(n: number, act: () => unknown): unknown[] {
  return Array.from({ length: n }, act);
}

describe('operations of a connection', () => {
  it('are refused with 111 over the rate, and allowed again with time', () => {
    const rig = new SessionRig(configWith({ client_command: { enabled: true, publish: per(2) } }));
    const [ann, other] = [rig.connect('ann'), rig.connect('ann')];
    expect(times(3, () => publish(rig, ann))).toEqual(['ok', 'ok', 111]);
    // Each connection has its own.
    expect(publish(rig, other)).toBe('ok');
    rig.pass(499);
    expect(publish(rig, ann)).toBe(111);
    rig.pass(1);
    expect(times(2, () => publish(rig, ann))).toEqual(['ok', 111]);
    rig.pass(10_000);
    expect(times(3, () => publish(rig, ann))).toEqual(['ok', 'ok', 111]);
    expect(Object.fromEntries(rig.context.stats.rateLimited)).toEqual({ client_command: 4 });
  });

  it('have the default each by itself, and the total all together', () => {
    const limits = { enabled: true, default: per(2), total: per(3) };
    const rig = new SessionRig(configWith({ client_command: limits }));
    const client = rig.connect('ann');
    expect(times(3, () => publish(rig, client))).toEqual(['ok', 'ok', 111]);
    // The third of the total goes to another command, and then there is none for anything.
    expect(rpc(rig, client, 'nope')).toBe(104);
    expect(rpc(rig, client, 'nope')).toBe(111);
    client.command({ id: ++ids, ping: {} });
    expect(answerOf(client)).toBe(111);
  });

  it('must find a token in every bucket', () => {
    const buckets = [
      { interval: '1s', rate: 2 },
      { interval: '1m', rate: 3 },
    ];
    const publishes = { enabled: true, buckets };
    const rig = new SessionRig(
      configWith({ client_command: { enabled: true, publish: publishes } }),
    );
    const client = rig.connect('ann');
    expect(times(3, () => publish(rig, client))).toEqual(['ok', 'ok', 111]);
    rig.pass(1_000);
    expect(times(2, () => publish(rig, client))).toEqual(['ok', 111]);
    rig.pass(1_000);
    expect(publish(rig, client)).toBe(111);
  });

  it('have other limits in a namespace, and calls by their method', () => {
    const chat = { namespace_name: 'chat', ...per(1) };
    const move = { method: 'move', ...per(1) };
    const rig = new SessionRig(
      configWith({
        client_command: {
          enabled: true,
          publish: { ...per(2), namespace_overrides: [chat] },
          rpc: { ...per(2), method_overrides: [move] },
        },
      }),
    );
    const client = rig.connect('ann');
    expect(times(2, () => publish(rig, client, 'chat:1'))).toEqual(['ok', 111]);
    expect(times(3, () => publish(rig, client))).toEqual(['ok', 'ok', 111]);
    expect(times(2, () => rpc(rig, client, 'move'))).toEqual([104, 111]);
    expect(times(3, () => rpc(rig, client, 'other'))).toEqual([104, 104, 111]);
  });

  it('are only counted in a dry run', () => {
    const limits = { enabled: true, dry_run: true, publish: per(1) };
    const rig = new SessionRig(configWith({ client_command: limits }));
    const client = rig.connect('ann');
    expect(times(3, () => publish(rig, client))).toEqual(['ok', 'ok', 'ok']);
    expect(Object.fromEntries(rig.context.stats.rateDryRuns)).toEqual({ client_command: 2 });
    expect(rig.context.stats.rateLimited.size).toBe(0);
  });

  it('are not counted where nothing is enabled', () => {
    expect(new SessionRig(configWith({})).context.rates).toBeNull();
    const off = { client_command: { publish: per(1) } };
    expect(new SessionRig(configWith(off)).context.rates).toBeNull();
  });

  it('that free something are counted and never refused, unless the connection is to go', () => {
    const limits = { enabled: true, unsubscribe: per(1), total: per(3) };
    const rig = new SessionRig(configWith({ client_command: limits }));
    const client = rig.connect('ann');
    const leave = (): unknown => {
      client.command({ id: ++ids, unsubscribe: { channel: 'a' } });
      return answerOf(client);
    };
    expect(times(4, leave)).toEqual(['ok', 'ok', 'ok', 'ok']);
    expect(publish(rig, client)).toBe(111);
    const strict = { ...limits, disconnect_on_accounted_limit: true };
    const second = new SessionRig(configWith({ client_command: strict })).connect('ann');
    second.command({ id: 2, unsubscribe: { channel: 'a' } });
    second.command({ id: 3, unsubscribe: { channel: 'a' } });
    expect(second.closed?.code).toBe(3509);
  });

  it('without a reply end the connection with 3013, rather than being lost in silence', () => {
    const base = new SessionRig(configWith({ client_command: { enabled: true, send: per(1) } }));
    const rig = Object.assign(base, { context: { ...base.context, takesMessages: true } });
    const client = rig.connect('ann');
    client.command({ send: { data: {} } });
    expect(client.closed).toBeNull();
    client.command({ send: { data: {} } });
    expect(client.closed?.code).toBe(3013);
  });

  it('that fail too often end it with 3509; internal errors do not count', () => {
    const rig = new SessionRig(
      configWith({ client_error: { enabled: true, total: per(2, '5s') } }),
    );
    const client = rig.connect('ann');
    for (let i = 0; i < 5; i++) {
      client.command({ id: ++ids, publish: { channel: 'a', data: {} } });
      const effect = rig.take('publish');
      effect.session.published(effect, { code: 100, message: '', temporary: true });
    }
    client.read();
    expect(times(3, () => rpc(rig, client, 'nope'))).toEqual([104, 104, 3509]);
    const dry = new SessionRig(
      configWith({ client_error: { enabled: true, dry_run: true, total: per(1) } }),
    );
    const other = dry.connect('bob');
    expect(times(3, () => rpc(dry, other, 'nope'))).toEqual([104, 104, 104]);
  });

  it('keep their pongs', () => {
    const rig = new SessionRig(configWith({ client_command: { enabled: true, total: per(1) } }));
    const client = rig.connect('ann');
    publish(rig, client);
    rig.pass(12_600);
    expect(client.frames).toEqual(['{}']);
    client.send('{}');
    rig.pass(9_000);
    expect(client.closed).toBeNull();
  });
});

describe('operations of a user', () => {
  it('are counted over the connections of the process, but not those of nobody', () => {
    const config = configWith(
      { user_command: { enabled: true, publish: per(2) } },
      { allow_publish_for_anonymous: true },
    );
    const rig = new SessionRig(config);
    const [one, two, bob] = [rig.connect('ann'), rig.connect('ann'), rig.connect('bob')];
    expect([publish(rig, one), publish(rig, two), publish(rig, one)]).toEqual(['ok', 'ok', 111]);
    expect(publish(rig, bob)).toBe('ok');
    const nobody = rig.connect('');
    expect(times(5, () => publish(rig, nobody))).toEqual(['ok', 'ok', 'ok', 'ok', 'ok']);
  });

  it('include connecting, which is refused with 111 and tried again by the client', () => {
    const rig = new SessionRig(configWith({ user_command: { enabled: true, connect: per(1) } }));
    rig.connect('ann');
    const client = rig.open();
    client.command({ id: 1, connect: { token: 't' } });
    client.session.tokenVerified(rig.take('verify'), {
      user: 'ann',
      expireAt: 0,
      subs: new Map(),
      capabilities: [],
    });
    expect(client.read()).toMatchObject([{ id: 1, error: { code: 111, temporary: true } }]);
    expect(client.closed?.code).toBe(3000);
  });
});

it('operations in a namespace are counted over everybody', () => {
  const limit = { enabled: true, publish: per(2) };
  const rig = new SessionRig(configWith({}, { rate_limit: limit }));
  const [ann, bob] = [rig.connect('ann'), rig.connect('bob')];
  expect([publish(rig, ann, 'chat:1'), publish(rig, bob, 'chat:2')]).toEqual(['ok', 'ok']);
  expect(publish(rig, ann, 'chat:3')).toBe(111);
  // Channels without a namespace are one of their own.
  expect(publish(rig, ann, 'a')).toBe('ok');
  expect(Object.fromEntries(rig.context.stats.rateLimited)).toEqual({ namespace: 1 });
});

describe('operations of a user on all Beacons', () => {
  const shared = (rate: number, more: object = {}): BeaconConfig =>
    configWith({ redis_user_command: { enabled: true, publish: per(rate), ...more } });

  function answer(rig: SessionRig, granted: number, retryMs = 0): void {
    const { shared: asked } = rig.take('tokens');
    rig.context.rates?.settle(asked, { granted, retryMs }, rig.now);
  }

  it('wait for tokens, and what comes after waits behind them', () => {
    const rig = new SessionRig(shared(50));
    const client = rig.connect('ann');
    expect(publish(rig, client)).toBe('nothing');
    client.command({ id: 901, rpc: { method: 'nope', data: {} } });
    client.command({ id: 902, publish: { channel: 'a', data: {} } });
    expect(client.read()).toEqual([]);
    expect(rig.effects.filter(({ type }) => type === 'tokens')).toHaveLength(1);
    answer(rig, 5);
    expect(client.read()).toMatchObject([{ id: 901, error: { code: 104 } }]);
    expect(rig.effects.filter(({ type }) => type === 'publish')).toHaveLength(2);
    rig.effects.length = 0;
    // Three are left here.
    expect(times(3, () => publish(rig, client))).toEqual(['ok', 'ok', 'ok']);
    expect(publish(rig, client)).toBe('nothing');
  });

  it('are refused while there are no tokens, without asking for each', () => {
    const rig = new SessionRig(shared(1));
    const client = rig.connect('ann');
    publish(rig, client);
    answer(rig, 0, 700);
    expect(answerOf(client)).toBe(111);
    expect(times(5, () => publish(rig, client))).toEqual([111, 111, 111, 111, 111]);
    expect(rig.effects).toEqual([]);
    rig.pass(700);
    expect(publish(rig, client)).toBe('nothing');
    answer(rig, 1);
    expect(rig.effects.filter(({ type }) => type === 'publish')).toHaveLength(1);
  });

  // Regression: only blocked users were looked for once more.
  it('make connecting wait, but not so that a token gets in which is revoked meanwhile', () => {
    const rig = new SessionRig(shared(2, { connect: per(2) }));
    const client = rig.open();
    client.command({ id: 1, connect: { token: 't' } });
    const token = { id: 'one', issuedAt: 100 };
    const claims = { user: 'ann', expireAt: 0, subs: new Map(), capabilities: [], token };
    client.session.tokenVerified(rig.take('verify'), claims);
    rig.context.revocations.add({
      revoked: { type: 'issued', user: 'ann', channel: null, before: 200 },
      until: null,
    });
    answer(rig, 1);
    expect(client.closed?.code).toBe(3500);
  });

  it('are counted here while the store cannot', () => {
    const rig = new SessionRig(shared(2));
    const client = rig.connect('ann');
    publish(rig, client);
    const { shared: asked } = rig.take('tokens');
    rig.context.rates?.settle(asked, null, rig.now);
    expect(rig.effects.filter(({ type }) => type === 'publish')).toHaveLength(1);
    rig.effects.length = 0;
    expect(times(2, () => publish(rig, client))).toEqual(['ok', 111]);
    expect(rig.context.stats.rateLimitFailures).toBe(1);
    rig.pass(1_000);
    expect(publish(rig, client)).toBe('nothing');
    expect(rig.effects.map(({ type }) => type)).toEqual(['tokens']);
  });

  it('do not wait in a dry run', () => {
    const rig = new SessionRig(shared(1, { dry_run: true }));
    const client = rig.connect('ann');
    expect(publish(rig, client)).toBe('ok');
    answer(rig, 0, 500);
    expect(publish(rig, client)).toBe('ok');
    expect(Object.fromEntries(rig.context.stats.rateDryRuns)).toEqual({ redis_user_command: 1 });
  });

  it('include connecting, which waits', () => {
    const rig = new SessionRig(
      configWith({ redis_user_command: { enabled: true, connect: per(1) } }),
    );
    const client = rig.open();
    client.command({ id: 1, connect: { token: 't' } });
    const claims = { user: 'ann', expireAt: 0, subs: new Map(), capabilities: [] };
    client.session.tokenVerified(rig.take('verify'), claims);
    expect(client.read()).toEqual([]);
    answer(rig, 1);
    expect(client.read()).toMatchObject([{ id: 1, connect: {} }]);
  });

  it('of a connection that has gone meanwhile are forgotten', () => {
    const rig = new SessionRig(shared(1));
    const client = rig.connect('ann');
    publish(rig, client);
    client.session.transportClosed();
    answer(rig, 1);
    expect(rig.effects.map(({ type }) => type)).toEqual(['closed']);
  });
});

it('every command is answered, and once, however the tokens come', () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom('publish', 'rpc', 'ping', 'tokens', 'none', 'away', 'pass'), {
        maxLength: 60,
      }),
      (acts) => {
        const layer = { enabled: true, publish: per(3), rpc: per(2) };
        const rig = new SessionRig(
          configWith({ redis_user_command: layer, user_command: { ...layer, total: per(4) } }),
        );
        const client = rig.connect('ann');
        const sent: number[] = [];
        const got: number[] = [];
        const settle = (grant: { granted: number; retryMs: number } | null): void => {
          if (!rig.effects.some(({ type }) => type === 'tokens')) return;
          rig.context.rates?.settle(rig.take('tokens').shared, grant, rig.now);
        };
        const read = (): void => {
          while (rig.effects.some(({ type }) => type === 'publish')) {
            const effect = rig.take('publish');
            effect.session.published(effect, null);
          }
          for (const reply of client.read() as { id?: number }[]) {
            if (reply.id !== undefined) got.push(reply.id);
          }
        };
        for (const act of acts) {
          if (act === 'tokens') settle({ granted: 1, retryMs: 0 });
          else if (act === 'none') settle({ granted: 0, retryMs: 300 });
          else if (act === 'away') settle(null);
          else if (act === 'pass') rig.now += 400;
          else {
            sent.push(++ids);
            const body = { publish: { channel: 'a', data: {} }, rpc: { method: 'x' }, ping: {} };
            client.command({ id: ids, [act]: body[act] });
          }
          read();
        }
        for (let i = 0; i < 200 && got.length < sent.length; i++) {
          settle({ granted: 1, retryMs: 0 });
          rig.now += 100;
          read();
        }
        expect(got.toSorted((a, b) => a - b)).toEqual(sent);
      },
    ),
    { numRuns: 200 },
  );
});

it('no more than the rate comes through in any stretch of time, and never less than is there', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 20 }),
      fc.integer({ min: 1, max: 5 }),
      fc.array(fc.record({ pass: fc.integer({ min: 0, max: 900 }), tries: fc.nat(8) }), {
        maxLength: 40,
      }),
      (rate, seconds, steps) => {
        const rig = new SessionRig(
          configWith({ client_command: { enabled: true, publish: per(rate, `${seconds}s`) } }),
        );
        const client = rig.connect('ann');
        const at: number[] = [];
        // The bucket as it is described: it fills evenly and is never fuller than full.
        let tokens = rate;
        for (const { pass, tries } of steps) {
          rig.now += pass;
          tokens = Math.min(rate, tokens + (pass * rate) / (seconds * 1_000));
          for (let i = 0; i < tries; i++) {
            const wanted = tokens >= 1 - 1e-6;
            expect(publish(rig, client)).toBe(wanted ? 'ok' : 111);
            if (!wanted) continue;
            tokens -= 1;
            at.push(rig.now);
          }
        }
        for (const [i, from] of at.entries()) {
          const within = at.slice(i).filter((each) => each < from + seconds * 1_000).length;
          expect(within).toBeLessThanOrEqual(2 * rate);
        }
      },
    ),
    { numRuns: 100 },
  );
});
