import { expect, it } from 'vitest';
import type { BeaconConfig } from '../config.ts';
import { SessionRig, type Client } from '../testing/session-rig.ts';
import { parseCapabilities } from './capabilities.ts';

const everything = {
  presence: true,
  allow_subscribe_for_client: true,
  allow_publish_for_client: true,
  allow_presence_for_client: true,
  allow_history_for_client: true,
  history_size: 10,
  history_ttl: '60s',
};

const configs: readonly BeaconConfig[] = [
  { client: { insecure: true }, channel: { without_namespace: everything } },
  { channel: { without_namespace: everything } },
];

const capabilities = parseCapabilities([
  { channels: ['*'], match: 'wildcard', allow: ['sub', 'pub', 'prs', 'hst'] },
]);

function codeOf(client: Client): unknown {
  const [reply] = client.read() as { error?: { code: number } }[];
  return client.closed?.code ?? reply?.error?.code;
}

it.each(['~belfry:bus', '~belfry:bus/node', '~belfry:revoked', '$~belfry:bus', '$~belfry:revoked'])(
  'no client comes near %s, whatever it may do',
  (channel) => {
    for (const config of configs) {
      const rig = new SessionRig(config);
      const client = rig.connect('ann', { capabilities });
      const commands = [
        { subscribe: { channel } },
        { subscribe: { channel, token: 'a token for it' } },
        { publish: { channel, data: {} } },
        { history: { channel, limit: 10 } },
        { presence: { channel } },
        { presence_stats: { channel } },
      ];
      for (const [i, command] of commands.entries()) {
        client.command({ id: 2 + i, ...command });
        expect([command, codeOf(client)]).toEqual([command, 102]);
      }
      client.command({ id: 20, sub_refresh: { channel, token: 't' } });
      expect(codeOf(client)).toBe(103);
      expect(rig.effects).toEqual([]);
      const wishing = rig.open();
      wishing.command({ id: 1, connect: { token: 't', subs: { [channel]: {} } } });
      const claims = { user: 'ann', expireAt: 0, subs: new Map(), capabilities: [] };
      wishing.session.tokenVerified(rig.take('verify'), claims);
      expect(codeOf(wishing)).toBe(3501);
      const named = rig.open();
      named.command({ id: 1, connect: { token: 't' } });
      const subs = new Map([[channel, { overrides: {} }]]);
      named.session.tokenVerified(rig.take('verify'), { ...claims, subs });
      expect(named.closed?.code).toBe(3000);
      expect(rig.effects.map(({ type }) => type)).toEqual(['closed', 'closed']);
      expect([...rig.context.hub.channels()]).toEqual([]);
    }
  },
);
