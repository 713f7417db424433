import { describe, expect, it } from 'vitest';
import type { ChannelOptions } from '../config.ts';
import { SessionRig } from '../testing/session-rig.ts';
import { parseCapabilities } from './capabilities.ts';

/** Who subscribes to what, and by what that might be allowed. */
interface Case {
  readonly channel: string;
  /** `''`: anonymous. Default `ann`. */
  readonly user?: string;
  /** A token that says this, or is not good. Default: none. */
  readonly token?: 'good' | 'of another user' | 'of another channel' | 'invalid' | 'expired';
  readonly options?: ChannelOptions;
  readonly caps?: readonly object[];
  readonly insecure?: boolean;
}

const allowed: ChannelOptions = { allow_subscribe_for_client: true };
const limited: ChannelOptions = { allow_user_limited_channels: true };
const everything = [{ channels: ['*'], match: 'wildcard', allow: ['sub'] }];
const onlyPublish = [{ channels: ['*'], match: 'wildcard', allow: ['pub', 'prs', 'hst'] }];

/** What the client is told: `ok`, an error's code, or the code that it is disconnected with. */
function outcomeOf({
  channel,
  user = 'ann',
  token,
  options = {},
  caps = [],
  insecure,
}: Case): unknown {
  const rig = new SessionRig({
    client: { insecure: insecure ?? false },
    channel: { namespaces: [{ name: 'ns', ...options }] },
  });
  const client = rig.connect(user, { capabilities: parseCapabilities(caps) });
  client.command({ id: 2, subscribe: { channel, token: token === undefined ? '' : 't' } });
  if (token !== undefined && client.frames.length === 0) {
    const claims = {
      user: token === 'of another user' ? 'bob' : user,
      channel: token === 'of another channel' ? 'ns:other' : channel,
      client: '',
      expireAt: 0,
      overrides: {},
    };
    const fault = token === 'invalid' || token === 'expired';
    client.session.tokenVerified(rig.take('verify'), fault ? token : claims);
  }
  if (client.closed !== null) return client.closed.code;
  if (rig.effects.some(({ type }) => type === 'attach')) rig.attach();
  const [reply] = client.read() as { error?: { code: number }; subscribe?: object }[];
  return reply?.error?.code ?? (reply?.subscribe === undefined ? 'nothing' : 'ok');
}

describe('who may subscribe is decided in this order', () => {
  it.each<[string, Case, unknown]>([
    // 0. The channel must be there.
    ['an unknown namespace', { channel: 'no:a', caps: everything, token: 'good' }, 102],
    // 1. `$`: nothing but a token opens it.
    ['$ without a token', { channel: '$ns:a' }, 103],
    ['$ where anybody may', { channel: '$ns:a', options: allowed }, 103],
    ['$ with a capability for everything', { channel: '$ns:a', caps: everything }, 103],
    ['$ that names the user', { channel: '$ns:a#ann', options: limited }, 103],
    ['$ in insecure mode', { channel: '$ns:a', insecure: true }, 103],
    ['$ with its token', { channel: '$ns:a', token: 'good' }, 'ok'],
    // 2. A token decides alone, whatever else would allow.
    ['a token for the channel', { channel: 'ns:a', token: 'good' }, 'ok'],
    ['a token of nobody for nobody', { channel: 'ns:a', user: '', token: 'good' }, 'ok'],
    [
      'a token of another user',
      { channel: 'ns:a', token: 'of another user', options: allowed },
      3500,
    ],
    [
      'a token for another channel',
      { channel: 'ns:a', token: 'of another channel', options: allowed },
      3500,
    ],
    ['an invalid token', { channel: 'ns:a', token: 'invalid', options: allowed }, 103],
    ['an expired token', { channel: 'ns:a', token: 'expired', options: allowed }, 109],
    [
      'an invalid token and a capability',
      { channel: 'ns:a', token: 'invalid', caps: everything },
      103,
    ],
    [
      'a token for a channel of others',
      { channel: 'ns:a#bob', token: 'good', options: limited },
      'ok',
    ],
    // 3. Channels that name users are theirs.
    ['a channel that names the user', { channel: 'ns:a#ann', options: limited }, 'ok'],
    ['a channel that names several', { channel: 'ns:a#bob,ann', options: limited }, 'ok'],
    ['a channel that names others', { channel: 'ns:a#bob', options: limited }, 103],
    [
      'a channel that names others, where anybody may',
      { channel: 'ns:a#bob', options: { ...limited, ...allowed } },
      103,
    ],
    ['a channel that names part of the user', { channel: 'ns:a#an', options: limited }, 103],
    [
      'a channel that names nobody, of nobody',
      { channel: 'ns:a#', user: '', options: limited },
      103,
    ],
    ['# where it means nothing', { channel: 'ns:a#bob', options: allowed }, 'ok'],
    // 4. Capabilities, which open also what names others.
    ['a capability', { channel: 'ns:a', caps: everything }, 'ok'],
    [
      'a capability for another channel',
      { channel: 'ns:a', caps: [{ channels: ['ns:b'], allow: ['sub'] }] },
      103,
    ],
    ['a capability for something else', { channel: 'ns:a', caps: onlyPublish }, 103],
    [
      'a capability for a channel of others',
      { channel: 'ns:a#bob', options: limited, caps: everything },
      'ok',
    ],
    // 5. The namespace.
    ['a namespace that says nothing', { channel: 'ns:a' }, 103],
    ['a namespace where users may', { channel: 'ns:a', options: allowed }, 'ok'],
    ['the same for nobody', { channel: 'ns:a', user: '', options: allowed }, 103],
    [
      'a namespace where nobody may too',
      { channel: 'ns:a', user: '', options: { ...allowed, allow_subscribe_for_anonymous: true } },
      'ok',
    ],
    [
      'a namespace where nobody may, and users do not',
      { channel: 'ns:a', user: '', options: { allow_subscribe_for_anonymous: true } },
      103,
    ],
    // 6. Development.
    ['insecure mode', { channel: 'ns:a', insecure: true }, 'ok'],
  ])('%s', (_name, each, outcome) => {
    expect(outcomeOf(each)).toBe(outcome);
  });
});
