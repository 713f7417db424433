import { describe, expect, it } from 'vitest';
import { hasCapability, parseCapabilities, wildcardMatches } from './capabilities.ts';
import { parseDuration } from './duration.ts';
import { historyPolicyFor, isChannelName, Namespaces, type Namespace } from './namespaces.ts';
import { isChannelOf, mayPublish, maySubscribe } from './permissions.ts';

function namespace(options: object, name = 'ns'): Namespace {
  const namespaces = new Namespaces({ channel: { namespaces: [{ name, ...options }] } });
  const found = namespaces.of(`${name}:x`);
  if (found === undefined) throw new Error('not found');
  return found;
}

describe('Namespaces', () => {
  it('has no channels of actors that clients cannot reach', () => {
    const config = { channel: { namespaces: [{ name: 'server' }] } };
    const namespaces = new Namespaces(config, { closedKinds: new Set(['ledger']) });
    for (const channel of ['server:ledger/7', '$server:ledger/7', 'ledger/7']) {
      expect(namespaces.of(channel)).toBeUndefined();
    }
    expect(namespaces.of('server:match/7')?.name).toBe('server');
    expect(namespaces.of('server:ledger')?.name).toBe('server');
  });

  it('knows the namespace of a channel, private or not', () => {
    const namespaces = new Namespaces({
      channel: { namespaces: [{ name: 'chat', presence: true }], without_namespace: {} },
    });
    expect(namespaces.of('chat:1')?.presence).toBe(true);
    expect(namespaces.of('$chat:1:2')?.presence).toBe(true);
    expect(namespaces.of('chat')?.name).toBe('');
    expect(namespaces.of('$secret')?.name).toBe('');
    expect(namespaces.of('other:1')).toBeUndefined();
    expect(namespaces.of(':1')?.name).toBe('');
  });

  it.each([
    [[{ name: 'a' }], /two or more letters/],
    [[{ name: 'a b' }], /two or more letters/],
    [[{ name: 'aa' }, { name: 'aa' }], /there twice/],
    [[{ name: 'aa', channel_regex: '(' }], /channel_regex: "\(" is not a regular expression/],
    [[{ name: 'aa', history_ttl: '5 minutes' }], /"aa"\]\.history_ttl: "5 minutes" is not/],
    [[{ name: 'aa', history_size: -1 }], /history_size: -1/],
    [[{ name: 'aa', presence_ttl: '5s', presence_update_interval: '5s' }], /presence_ttl/],
  ])('names what is wrong with %j', (namespaces, problem) => {
    expect(() => new Namespaces({ channel: { namespaces } })).toThrow(problem);
  });

  it('checks names by the regular expression, or as ASCII', () => {
    expect(isChannelName(namespace({}), 'ns:ok #1')).toBe(true);
    expect(isChannelName(namespace({}), 'ns:é')).toBe(false);
    expect(isChannelName(namespace({ channel_regex: '^é+$' }), 'ns:éé')).toBe(true);
    expect(isChannelName(namespace({ channel_regex: '^é+$' }), 'ns:e')).toBe(false);
  });

  it('tells workers what a channel keeps', () => {
    const config = {
      channel: {
        history_meta_ttl: '48h',
        namespaces: [
          { name: 'server', history_size: 128, history_ttl: '24h' },
          { name: 'short', history_size: 1, history_ttl: '300s', history_meta_ttl: '1s' },
          { name: 'sizeless', history_size: 5 },
        ],
      },
    };
    expect(historyPolicyFor(config, 'server:1')).toEqual({
      size: 128,
      ttlMs: 86_400_000,
      metaTtlMs: 172_800_000,
    });
    expect(historyPolicyFor(config, 'short:1').metaTtlMs).toBe(300_000);
    expect(historyPolicyFor(config, 'sizeless:1').size).toBe(0);
    expect(historyPolicyFor(config, 'unknown:1').size).toBe(0);
  });
});

describe('parseDuration', () => {
  it.each([
    ['300s', 300_000],
    ['1m30s', 90_000],
    ['720h', 2_592_000_000],
    ['250ms', 250],
    ['1.5s', 1_500],
    ['0', 0],
    ['0s', 0],
  ])('reads %s', (text, ms) => {
    expect(parseDuration(text, 'x')).toBe(ms);
  });

  it.each(['', '5', 's', '-1s', '1d', '1s ', '1s2'])('refuses %j', (text) => {
    expect(() => parseDuration(text, 'client.ping_interval')).toThrow(/client\.ping_interval/);
  });
});

describe('capabilities', () => {
  it('match exactly, by wildcard or by regular expression', () => {
    const caps = parseCapabilities([
      { channels: ['a'], allow: ['sub'] },
      { channels: ['b:*'], match: 'wildcard', allow: ['pub'] },
      { channels: ['^c[0-9]$'], match: 'regex', allow: ['hst', 'prs'] },
    ]);
    if (caps === null) throw new Error('not read');
    expect(hasCapability(caps, 'sub', 'a')).toBe(true);
    expect(hasCapability(caps, 'pub', 'a')).toBe(false);
    expect(hasCapability(caps, 'sub', 'ab')).toBe(false);
    expect(hasCapability(caps, 'pub', 'b:1')).toBe(true);
    expect(hasCapability(caps, 'hst', 'c7')).toBe(true);
    expect(hasCapability(caps, 'prs', 'c77')).toBe(false);
    expect(parseCapabilities([{ channels: ['('], match: 'regex', allow: ['sub'] }])).toBeNull();
    expect(parseCapabilities([{ channels: ['a'], match: 'glob', allow: ['sub'] }])).toBeNull();
    expect(parseCapabilities(undefined)).toEqual([]);
  });

  it.each([
    ['*', '', true],
    ['a*', 'abc', true],
    ['*c', 'abc', true],
    ['a*c', 'ac', true],
    ['a*a', 'a', false],
    ['a*b*c', 'a-b-c', true],
    ['a*b*c', 'acb', false],
    ['a**c', 'abc', true],
    ['abc', 'abcd', false],
  ])('%s on %s: %s', (pattern, text, expected) => {
    expect(wildcardMatches(pattern, text)).toBe(expected);
  });
});

describe('permissions', () => {
  const ann = { user: 'ann', capabilities: [], insecure: false };
  const nobody = { user: '', capabilities: [], insecure: false };
  const pub = parseCapabilities([{ channels: ['ns:x'], allow: ['pub', 'sub'] }]) ?? [];

  it('follow the options, the capabilities and the development mode', () => {
    const closed = namespace({});
    const clients = namespace({ allow_subscribe_for_client: true, allow_publish_for_client: true });
    const anyone = namespace({
      allow_subscribe_for_client: true,
      allow_subscribe_for_anonymous: true,
      allow_publish_for_subscriber: true,
      allow_publish_for_anonymous: true,
    });
    expect(maySubscribe(ann, closed, 'ns:x')).toBe(false);
    expect(maySubscribe({ ...ann, insecure: true }, closed, 'ns:x')).toBe(true);
    expect(maySubscribe({ ...ann, capabilities: pub }, closed, 'ns:x')).toBe(true);
    expect(maySubscribe(ann, clients, 'ns:x')).toBe(true);
    expect(maySubscribe(nobody, clients, 'ns:x')).toBe(false);
    expect(maySubscribe(nobody, anyone, 'ns:x')).toBe(true);
    const on = (of: Namespace, subscribed: boolean): Parameters<typeof mayPublish>[1] => ({
      namespace: of,
      channel: 'ns:x',
      subscribed,
    });
    expect(mayPublish(ann, on(closed, true))).toBe(false);
    expect(mayPublish({ ...ann, capabilities: pub }, on(closed, false))).toBe(true);
    expect(mayPublish(ann, on(clients, false))).toBe(true);
    expect(mayPublish(nobody, on(clients, true))).toBe(false);
    expect(mayPublish(nobody, on(anyone, false))).toBe(false);
    expect(mayPublish(nobody, on(anyone, true))).toBe(true);
  });

  it('keep user-limited channels to those they name, whatever else is allowed', () => {
    const limited = namespace({
      allow_user_limited_channels: true,
      allow_subscribe_for_client: true,
    });
    expect(maySubscribe(ann, limited, 'ns:#ann')).toBe(true);
    expect(maySubscribe(ann, limited, 'ns:#bob')).toBe(false);
    expect(maySubscribe(ann, limited, 'ns:x')).toBe(true);
    expect(isChannelOf('dialog#ann,bob', 'bob')).toBe(true);
    expect(isChannelOf('dialog#', '')).toBe(false);
  });
});
