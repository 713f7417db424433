import type { Json, JsonObject } from '../json.ts';
import type { Scenario } from '../suite/scenario.ts';
import type { World } from '../suite/world.ts';

async function connectCommand(world: World, id = 1): Promise<string> {
  return JSON.stringify({ id, connect: { token: await world.token('ann') } });
}

/** Which fields a reply has. */
function fields(value: Json | undefined): Json {
  return Object.keys((value ?? {}) as JsonObject).sort();
}

/** The WebSocket without an SDK: what the bytes are. */
export const framing: readonly Scenario[] = [
  {
    name: 'the connect reply says what a client has to know',
    row: 'ping: the connect reply says ping and pong',
    kind: 'raw',
    isQuick: true,
    run: async (world) => {
      const socket = await world.socket();
      socket.send(await connectCommand(world));
      const [reply] = await socket.got(1);
      const connect = (reply?.['connect'] ?? {}) as JsonObject;
      return {
        id: reply?.['id'] ?? null,
        ping: connect['ping'] ?? null,
        pong: connect['pong'] ?? null,
        hasClient: typeof connect['client'] === 'string' && connect['client'] !== '',
        hasVersion: typeof connect['version'] === 'string' && connect['version'] !== '',
        fields: fields(connect),
      };
    },
    expect: {
      id: 1,
      ping: 25,
      pong: true,
      hasClient: true,
      hasVersion: true,
      fields: ['client', 'ping', 'pong', 'version'],
    },
  },
  {
    name: 'subprotocols and parameters choose the encoding',
    row: 'endpoints: subprotocols, format, cf_protocol',
    kind: 'raw',
    isQuick: true,
    run: async (world) => {
      const chosen = async (query: string, protocols: readonly string[]): Promise<Json> => {
        const socket = await world.socket(`/connection/websocket${query}`, { protocols });
        return socket.protocol;
      };
      return {
        none: await chosen('', []),
        json: await chosen('', ['centrifuge-json']),
        protobuf: await chosen('', ['centrifuge-protobuf']),
      };
    },
    expect: { none: '', json: 'centrifuge-json', protobuf: 'centrifuge-protobuf' },
  },
  {
    name: 'a Protobuf client that sends less than it says is closed with 3501, whichever way it asked for Protobuf',
    row: 'endpoints: format=protobuf, cf_protocol=protobuf; framing: Protobuf; codes: 3501',
    kind: 'raw',
    run: async (world) => {
      const codes: number[] = [];
      for (const query of ['?format=protobuf', '?cf_protocol=protobuf']) {
        const socket = await world.socket(`/connection/websocket${query}`);
        // 60,000 bytes, it says. Centrifugo makes room for as many as are said, and of four billion it is not done in time.
        socket.send(new Uint8Array([0xe0, 0xd4, 0x03, 1, 2, 3]));
        codes.push(await socket.closed());
      }
      return codes;
    },
    expect: [3501, 3501],
  },
  {
    name: 'several commands travel in one message, and are answered by their ids',
    row: 'framing: JSON objects joined by line feeds',
    kind: 'raw',
    isQuick: true,
    run: async (world) => {
      const socket = await world.socket();
      const channel = world.name('chat:x');
      const commands = [
        { id: 7, subscribe: { channel } },
        { id: 8, presence_stats: { channel } },
        { id: 9, history: { channel, limit: 0 } },
        { id: 10, unsubscribe: { channel } },
        { id: 11, unsubscribe: { channel: world.name('chat:never') } },
        { id: 12, rpc: { method: 'nope' } },
        { id: 13, presence: { channel } },
      ];
      socket.send(
        [await connectCommand(world, 6), ...commands.map((each) => JSON.stringify(each))].join(
          '\n',
        ),
      );
      const last = 8;
      const replies = new Map<number, Json>();
      for (let count = 1; replies.size < last; count++) {
        const reply = (await socket.got(count))[count - 1] ?? {};
        if (reply['id'] === undefined) continue;
        const { id, error, ...result } = reply;
        replies.set(
          Number(id),
          error === undefined ? fields(result) : ((error as JsonObject)['code'] ?? null),
        );
      }
      return Object.fromEntries([...replies].sort(([left], [right]) => left - right));
    },
    expect: {
      6: ['connect'],
      7: ['subscribe'],
      8: ['presence_stats'],
      9: ['history'],
      10: ['unsubscribe'],
      11: ['unsubscribe'],
      12: 104,
      13: 103,
    },
  },
  {
    name: 'an asynchronous message that nobody takes ends the connection with 3508',
    row: 'framing: send; codes: 3508 not available',
    kind: 'raw',
    isQuick: true,
    run: async (world) => {
      const socket = await world.socket();
      socket.send(await connectCommand(world));
      await socket.got(1);
      socket.send(JSON.stringify({ send: { data: {} } }));
      return await socket.closed();
    },
    expect: 3508,
  },
  {
    name: 'payloads of JSON pass through as they were written',
    row: 'framing: data is embedded raw JSON',
    kind: 'raw',
    isQuick: true,
    run: async (world) => {
      const data = '{"z":9223372036854775807,"a":[1.10,2e3],"é":"\\u00e9","a2":{"2":0,"1":0}}';
      const socket = await world.socket();
      const channel = world.name('plain:x');
      socket.send(
        [
          await connectCommand(world),
          JSON.stringify({ id: 2, subscribe: { channel } }),
          `{"id":3,"publish":{"channel":${JSON.stringify(channel)},"data":${data}}}`,
        ].join('\n'),
      );
      await socket.got(4);
      return socket.frames.some((frame) => typeof frame === 'string' && frame.includes(data));
    },
    expect: true,
  },
  {
    name: 'the server pings, and a client that does not answer is closed with 3012',
    row: 'ping: interval, 3012; codes: 3012 no pong',
    kind: 'raw',
    profile: 'brisk',
    run: async (world) => {
      const silent = await world.socket(undefined, { pong: false });
      silent.send(await connectCommand(world));
      const good = await world.socket();
      good.send(await connectCommand(world));
      const code = await silent.closed();
      await good.got(1);
      return { code, wasPinged: silent.pings > 0, goodIsPinged: good.pings > 0 };
    },
    expect: { code: 3012, wasPinged: true, goodIsPinged: true },
  },
  {
    name: 'with cf_ws_frame_ping_pong the pings are those of the WebSocket',
    row: 'endpoints: cf_ws_frame_ping_pong',
    kind: 'raw',
    profile: 'brisk',
    run: async (world) => {
      const socket = await world.socket('/connection/websocket?cf_ws_frame_ping_pong=true');
      socket.send(await connectCommand(world));
      const [reply] = await socket.got(1);
      while (socket.framePings === 0) {
        await new Promise((resolve) => {
          setTimeout(resolve, 20);
        });
      }
      return { fields: fields(reply?.['connect']), messagePings: socket.pings };
    },
    expect: { fields: ['client', 'version'], messagePings: 0 },
  },
];
