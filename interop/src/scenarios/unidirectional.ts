import type { Json, JsonObject } from '../json.ts';
import type { Scenario } from '../suite/scenario.ts';
import type { World } from '../suite/world.ts';

/** The kinds of pushes, and what the first publication has. */
function pushes(lines: readonly JsonObject[]): Json {
  return lines.map((line) => {
    const { connect, channel, pub, disconnect } = line;
    if (connect !== undefined) {
      const { subs = {} } = connect as JsonObject;
      return { connect: Object.keys(subs as JsonObject) };
    }
    if (pub !== undefined) {
      return { channel: channel ?? null, pub: (pub as JsonObject)['data'] ?? null };
    }
    if (disconnect !== undefined) return { disconnect: (disconnect as JsonObject)['code'] ?? null };
    return Object.keys(line);
  });
}

interface Uni {
  /** Resolves with the first `count` pushes. */
  got(count: number): Promise<readonly JsonObject[]>;
}

async function open(world: World, kind: string, request: JsonObject): Promise<Uni> {
  const text = JSON.stringify(request);
  const query = `?cf_connect=${encodeURIComponent(text)}`;
  switch (kind) {
    case 'uni_websocket': {
      const socket = await world.socket('/connection/uni_websocket');
      socket.send(text);
      return socket;
    }
    case 'uni_sse':
      return await world.stream(`/connection/uni_sse${query}`);
    default:
      return await world.stream('/connection/uni_http_stream', { method: 'POST', body: text });
  }
}

const KINDS = ['uni_websocket', 'uni_sse', 'uni_http_stream'] as const;

/** Transports that only bring. */
export const unidirectional: readonly Scenario[] = KINDS.flatMap((kind): readonly Scenario[] => [
  {
    name: `${kind} brings bare pushes, from the subscriptions of the token and of the request`,
    row: 'endpoints: uni_websocket, uni_sse, uni_http_stream; pushes: connect, pub',
    kind: 'raw',
    isQuick: true,
    run: async (world) => {
      const [one, two] = [world.name('plain:one'), world.name('plain:two')];
      const token = await world.token('ann', { channels: [one] });
      const uni = await open(world, kind, { token, subs: { [two]: {} } });
      await uni.got(1);
      await world.publish(one, { n: 1 });
      await uni.got(2);
      await world.publish(two, { n: 2 });
      await uni.got(3);
      await world.api('disconnect', { user: world.name('ann') });
      const lines = await uni.got(4);
      const [first, ...rest] = pushes(lines) as readonly JsonObject[];
      const subs = [...((first?.['connect'] ?? []) as readonly string[])].sort();
      return [{ connect: subs }, ...rest];
    },
    expect: [
      { connect: ['plain:one', 'plain:two'] },
      { channel: 'plain:one', pub: { n: 1 } },
      { channel: 'plain:two', pub: { n: 2 } },
      { disconnect: 3503 },
    ],
  },
  {
    name: `${kind} ends with a push that says why a client may not connect`,
    row: 'endpoints: uni_websocket, uni_sse, uni_http_stream; pushes: disconnect; codes: 3500, 3005',
    kind: 'raw',
    run: async (world) => {
      const bad = await open(world, kind, { token: 'garbage' });
      const expired = await open(world, kind, { token: await world.token('ann', { exp: 1 }) });
      return { bad: pushes(await bad.got(1)), expired: pushes(await expired.got(1)) };
    },
    expect: { bad: [{ disconnect: 3500 }], expired: [{ disconnect: 3005 }] },
  },
]);
