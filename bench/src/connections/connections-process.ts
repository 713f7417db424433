/** A process of connections that mostly wait; its role comes as JSON in argv. */
import { RawWebSocket } from '../load/raw-websocket.ts';
import {
  ownChannel,
  preciseNow,
  type ConnectionFigures,
  type ConnectionsRole,
  type ToConnections,
} from './protocol.ts';

const role = JSON.parse(process.argv[2] ?? '') as ConnectionsRole;
/** Addresses of this machine, each with ports of its own for the way to one server. */
const ADDRESSES = 64;
const RETRY_MS = 500;
const BROADCAST = Buffer.from('"channel":"broadcast"');
const NEWLINE = 0x0a;
const CLOSING = 0x7d;
const LAST_PING = Buffer.from('\n{}');

let next = role.from;
let onTheWay = 0;
let ready = 0;
let lost = 0;
let failures = 0;
let broadcasts = 0;
let own = 0;
let lastAt = 0;

function open(number: number): void {
  onTheWay++;
  let state: 'connecting' | 'subscribing' | 'ready' = 'connecting';
  let missing = 2;
  // One per process and 16 k connections at most: no two take the same port of the same address.
  const localAddress = `127.0.0.${2 + (number % ADDRESSES)}`;
  const socket = new RawWebSocket(
    { ...role.target, localAddress },
    {
      onOpen: () => socket.send('{"id":1,"connect":{}}'),
      onMessage(payload) {
        if (hasPing(payload)) socket.pong();
        if (payload.length === 2) return;
        if (state === 'ready') {
          count(payload);
        } else if (payload.includes('"error"')) {
          socket.destroy();
        } else if (state === 'connecting') {
          state = 'subscribing';
          socket.send(
            `{"id":2,"subscribe":{"channel":"${ownChannel(number)}"}}\n{"id":3,"subscribe":{"channel":"broadcast"}}`,
          );
        } else {
          missing -= replies(payload);
          if (missing > 0) return;
          state = 'ready';
          ready++;
          onTheWay--;
          pump();
        }
      },
      onClose() {
        if (state === 'ready') {
          lost++;
          return;
        }
        failures++;
        onTheWay--;
        setTimeout(() => open(number), RETRY_MS);
      },
    },
  );
}

/** A ping is `{}`, alone or on a line of its own. */
function hasPing(payload: Buffer): boolean {
  return (
    payload.length === 2 ||
    (payload[1] === CLOSING && payload[2] === NEWLINE) ||
    payload.subarray(-3).equals(LAST_PING)
  );
}

/** Replies in a frame: one a line. */
function replies(payload: Buffer): number {
  let lines = 1;
  for (let at = payload.indexOf(NEWLINE); at >= 0 && at < payload.length - 1;) {
    lines++;
    at = payload.indexOf(NEWLINE, at + 1);
  }
  return lines;
}

function count(payload: Buffer): void {
  if (payload.includes(BROADCAST)) {
    broadcasts++;
    lastAt = preciseNow();
  } else {
    own++;
  }
}

function pump(): void {
  while (onTheWay < role.atOnce && next < role.to) open(next++);
}

process.on('message', ({ type }: ToConnections) => {
  if (type === 'clear') {
    broadcasts = own = lastAt = 0;
    return;
  }
  const rssMiB = process.memoryUsage.rss() / 2 ** 20;
  process.send?.({
    ready,
    lost,
    failures,
    broadcasts,
    own,
    lastAt,
    rssMiB,
  } satisfies ConnectionFigures);
});
process.on('disconnect', () => process.exit());
pump();
