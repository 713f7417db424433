/** How clients of each server speak. All over WebSocket; the load generator is the same for all. */
import { BINARY, maskedFrame, TEXT } from './client-frames.ts';

export type DialectName = 'centrifuge' | 'nats' | 'socket.io' | 'ws';

/** What a message that is no publication was. `send`: the answer to it, as text. */
export interface Control {
  readonly event: 'connected' | 'subscribed' | 'failed' | 'none';
  readonly send?: string;
}

export interface Dialect {
  /** Path and query of the WebSocket, and a subprotocol. */
  readonly path: string;
  readonly subprotocol?: string;
  readonly opcode: number;
  /** What is sent as soon as the WebSocket is open; `null`: the server speaks first. `''`: there is nothing to say, it is connected. */
  hello(token: string): string | null;
  control(text: string, token: string): Control;
  subscribe(channel: string): string;
  /** Publications, framed; `messages`: channel and payload of each. */
  publish(messages: readonly (readonly [channel: string, payload: string])[]): Buffer;
}

const NOTHING: Control = { event: 'none' };
const CONNECTED: Control = { event: 'connected' };
const SUBSCRIBED: Control = { event: 'subscribed' };
const FAILED: Control = { event: 'failed' };

/** Belfry's and Centrifugo's client protocol, JSON. */
const centrifuge: Dialect = {
  path: '/connection/websocket',
  opcode: TEXT,
  hello: (token) => `{"id":1,"connect":{"token":"${token}"}}`,
  control(text) {
    if (text === '{}') return { event: 'none', send: '{}' };
    if (text.includes('"error"')) return FAILED;
    if (text.startsWith('{"id":1,')) return CONNECTED;
    return text.startsWith('{"id":2,') ? SUBSCRIBED : NOTHING;
  },
  subscribe: (channel) => `{"id":2,"subscribe":{"channel":"${channel}"}}`,
  publish: (messages) =>
    maskedFrame(
      TEXT,
      messages
        .map(([channel, data]) => `{"id":3,"publish":{"channel":"${channel}","data":${data}}}`)
        .join('\n'),
    ),
};

const NATS_CONNECT =
  'CONNECT {"verbose":false,"pedantic":false,"protocol":1,"name":"c"}\r\nPING\r\n';

/** NATS: each PONG is the answer to what was said before it; the first one is to CONNECT, the second one to SUB. */
const nats: Dialect = {
  path: '/',
  opcode: BINARY,
  hello: () => null,
  control(text) {
    if (text.startsWith('INFO')) return { event: 'none', send: NATS_CONNECT };
    if (text.startsWith('PING')) return { event: 'none', send: 'PONG\r\n' };
    if (text.startsWith('PONG')) return SUBSCRIBED;
    return text.startsWith('-ERR') ? FAILED : NOTHING;
  },
  subscribe: (channel) => `SUB ${channel} 1\r\nPING\r\n`,
  publish: (messages) =>
    maskedFrame(
      BINARY,
      messages.map(([channel, data]) => `PUB ${channel} ${data.length}\r\n${data}\r\n`).join(''),
    ),
};

/** Socket.IO 4 (Engine.IO 4): a packet a frame. */
const socketIo: Dialect = {
  path: '/socket.io/?EIO=4&transport=websocket',
  opcode: TEXT,
  hello: () => null,
  control(text, token) {
    if (text === '2') return { event: 'none', send: '3' };
    if (text.startsWith('0')) return { event: 'none', send: `40{"token":"${token}"}` };
    if (text.startsWith('40')) return CONNECTED;
    if (text.startsWith('44')) return FAILED;
    return text.startsWith('42["joined"') ? SUBSCRIBED : NOTHING;
  },
  subscribe: (channel) => `42["join","${channel}"]`,
  publish: (messages) =>
    Buffer.concat(
      messages.map(([channel, data]) => maskedFrame(TEXT, `42["publish","${channel}",${data}]`)),
    ),
};

/** The bare loop over `ws`: a letter, a channel, a space, a payload. */
const ws: Dialect = {
  path: '/',
  opcode: TEXT,
  hello: () => '',
  control: (text) => (text === 's' ? SUBSCRIBED : NOTHING),
  subscribe: (channel) => `s${channel}`,
  publish: (messages) =>
    Buffer.concat(messages.map(([channel, data]) => maskedFrame(TEXT, `p${channel} ${data}`))),
};

export const dialects: Readonly<Record<DialectName, Dialect>> = {
  centrifuge,
  nats,
  'socket.io': socketIo,
  ws,
};
