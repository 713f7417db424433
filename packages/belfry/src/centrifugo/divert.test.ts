import { encodePublication, type ActorKey } from '@belfry/protocol';
import { partitionOf, type ActorPublication } from '@belfry/store';
import { describe, expect, test } from 'vitest';
import { divertToRelays } from './divert.ts';
import { relayActors } from './relay-actors.ts';

const KEPT = { size: 10, ttlMs: 60_000, metaTtlMs: 60_000 };
const MATCH: ActorKey = 'match/42';

function publication(channel: string, data: unknown, ttlMs = KEPT.ttlMs): ActorPublication {
  return { channel, body: encodePublication(JSON.stringify(data)), history: { ...KEPT, ttlMs } };
}

function diverted(publications: readonly ActorPublication[], forget: readonly string[] = []) {
  const divert = divertToRelays({ partitions: 64, queueLimit: 500 });
  const outbound = divert(MATCH, { publications, sends: [], forget });
  const commands = outbound.sends.map(({ body }) => (JSON.parse(body) as { data: unknown }).data);
  return { ...outbound, commands };
}

describe('what a turn publishes through Centrifugo', () => {
  test('goes to the relay of its own partition, with tags and the wish for a delta', () => {
    const body = encodePublication('{"big":9007199254740993}', { tags: { a: 'b' }, delta: true });
    const [send] = diverted([{ channel: 'server:match/42', body, history: KEPT }]).sends;
    expect(partitionOf(send?.to ?? '', 64)).toBe(partitionOf(MATCH, 64));
    expect(send?.inboxLimit).toBe(500);
    expect(send?.body).toBe(
      '{"type":"message","from":{"type":"actor","actor":"match/42"},"data":{"publish":{"channel":"server:match/42","delta":true,"data":{"big":9007199254740993},"tags":{"a":"b"} }}}',
    );
  });

  test('stays in the store where it answers an ask', () => {
    const answer = publication('reply:host-1~3', { ask: 'a', ok: true });
    const { publications, commands } = diverted([answer, publication('user:#ann', 1)]);
    expect(publications).toEqual([answer]);
    expect(commands).toEqual([{ publish: { channel: 'user:#ann', data: 1 } }]);
  });

  test('is forgotten with the life that published it, and not with the next one', () => {
    const channel = 'server:match/42';
    const { commands, forget } = diverted(
      [
        publication('user:#ann', 'gone'),
        publication(channel, 'last', 1),
        publication(channel, 'first'),
      ],
      [channel],
    );
    expect(forget).toEqual([]);
    expect(commands).toEqual([
      { publish: { channel, data: 'last' } },
      { history_remove: { channel } },
      { publish: { channel: 'user:#ann', data: 'gone' } },
      { publish: { channel, data: 'first' } },
    ]);
  });

  test('finds a relay in every partition', () => {
    const relayOf = relayActors(16);
    const relays = new Set<string>();
    for (let n = 0; relays.size < 16 && n < 10_000; n++) {
      const actor: ActorKey = `match/${n}`;
      const relay = relayOf(actor);
      expect(partitionOf(relay, 16)).toBe(partitionOf(actor, 16));
      relays.add(relay);
    }
    expect(relays.size).toBe(16);
  });
});
